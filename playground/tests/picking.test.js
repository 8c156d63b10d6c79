// @ts-check
// Picking organisms: what is slow to load or cannot be loaded, what stays, and links into the open page.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { noBrowser, withBrowser } from './browser.js';
import { cells, coloured, growTo, settled, shows, steps, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page @param {string} name of a pattern */
const pick = (page, name) => page.locator(`.tiles label[title="${name}"]`).click();
/** The pattern that is highlighted. @param {Page} page */
const highlighted = (page) =>
  page.evaluate(() => document.querySelector('.tiles :checked')?.closest('label')?.getAttribute('title'));
/** What the dish says of itself. @param {Page} page */
const dish = (page) => page.getAttribute('#dish', 'aria-label');
/** The text of the message on the dish, if there is one. @param {Page} page */
const notice = (page) => page.locator('#notice:visible p').textContent();

test('picking', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit(
      'the last pick wins, however slow an earlier one is, and its tile shows that it is being loaded',
      async (page) => {
        await pick(page, 'grinning');
        assert.equal(await highlighted(page), 'grinning');
        assert.equal(await page.getAttribute('.tiles label[title=grinning]', 'aria-busy'), 'true');
        await pick(page, 'fish');
        await shows(page, '🐠');
        await page.waitForTimeout(1500);
        assert.match(String(await dish(page)), /🐠/);
        assert.equal(await highlighted(page), 'fish');
        assert.equal(await page.locator('.tiles [aria-busy=true]').count(), 0);
      },
      {
        before: (page) =>
          page.route('**/regenerating-grinning.safetensors', async (route) => {
            await new Promise((resolve) => setTimeout(resolve, 1000));
            await route.continue();
          }),
      },
    );

    await visit(
      'when a pattern cannot be loaded, the one that grows stays highlighted',
      async (page) => {
        await pick(page, 'fish');
        await page.waitForSelector('#notice:not([hidden])');
        assert.match(String(await notice(page)), /could not be loaded/);
        assert.equal(await highlighted(page), 'lizard');
        assert.match(String(await dish(page)), /🦎/);
      },
      {
        before: (page) => page.route('**/regenerating-fish.safetensors', (route) => route.fulfill({ status: 404 })),
        errors: true,
      },
    );

    await visit('an edge and a fire rate that were chosen stay when another pattern is picked', async (page) => {
      await page.click('#dish-settings summary');
      assert.equal(await page.inputValue('#edge'), 'wrap');
      await page.selectOption('#edge', 'dead');
      await page.locator('#fire-rate').fill('0.2');
      await pick(page, 'fish');
      await shows(page, '🐠');
      assert.equal(await page.inputValue('#edge'), 'dead');
      assert.equal(await page.inputValue('#fire-rate'), '0.2');
    });

    await visit('a random seed that is not valid is named, and changes nothing', async (page) => {
      await growTo(page, 5);
      await page.click('#play');
      await settled(page);
      const age = await steps(page);
      await page.click('#dish-settings summary');
      for (const seed of ['-5', '1.5', '4294967296', '']) {
        await page.locator('#seed').fill(seed);
        await page.locator('#seed').press('Tab');
        assert.match(String(await notice(page)), /whole number from 0 to 4294967295/);
        assert.equal(await page.inputValue('#seed'), '5');
        assert.equal(await steps(page), age);
        await page.click('#notice button.quiet');
      }
    });

    await visit('a link put into the address bar of the open page is followed', async (page) => {
      await growTo(page, 3);
      await page.evaluate(() => {
        location.hash = '#organism=regenerating/fish&seed=7&size=48&edge=dead';
      });
      await shows(page, '48 by 48 cells, 🐠');
      assert.equal(await page.inputValue('#seed'), '7');
      assert.equal(await page.inputValue('#edge'), 'dead');
      assert.equal(await highlighted(page), 'fish');
      // What a link does not name is as on a fresh page.
      await page.evaluate(() => {
        location.hash = '#organism=regenerating/tree';
      });
      await shows(page, '96 by 96 cells, 🎄');
      assert.equal(await page.inputValue('#edge'), 'wrap');
    });

    await visit(
      'with reduced motion, every organism that is picked is shown grown',
      async (page) => {
        await pick(page, 'fish');
        await shows(page, '🐠');
        await settled(page);
        assert.equal(await steps(page), 160);
        assert.ok(coloured(await cells(page)) > 300);
      },
      { options: { reducedMotion: 'reduce' } },
    );
  }),
);
