// @ts-check
// The tools of the dish, and what is shown of a cut: the scar, the mark in the plot, and how long it took to heal.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { noBrowser, withBrowser } from './browser.js';
import { at, cells, coloured, growExactly, growTo, settled, shows, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

/** @param {Page} page */
async function cutAcross(page) {
  await page.mouse.move(...(await at(page, 0.3, 0.5)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, 0.7, 0.5)), { steps: 5 });
  await page.mouse.up();
}

/** How many pixels of the scar are seen. @param {Page} page */
const scarred = (page) =>
  page.evaluate(() => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('#scars'));
    const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(
      0,
      0,
      canvas.width,
      canvas.height,
    );
    return data.filter((value, place) => place % 4 === 3 && value > 0).length;
  });

test('tools of the dish', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit(
      'the dish wraps around and has room for a second seed, which grows whole beside the first',
      async (page) => {
        await shows(page, '96 by 96 cells, 🦎');
        assert.equal(await page.inputValue('#edge'), 'wrap');
        await growExactly(page, 160);
        const one = coloured(await cells(page));
        await page.locator('#tools label').nth(1).click();
        await page.mouse.click(...(await at(page, 0.98, 0.02)));
        await page.evaluate(() => {
          for (let step = 0; step < 160; step++) document.getElementById('step')?.click();
        });
        await settled(page);
        const two = coloured(await cells(page));
        assert.ok(Math.abs(two - 2 * one) < 0.1 * one, `${one}, then ${two}`);
      },
      { hash: '#organism=regenerating/lizard&seed=5' },
    );

    await visit(
      'with the tool that plants, another pattern leaves what grows, and is planted next',
      async (page) => {
        await growExactly(page, 100);
        const before = coloured(await cells(page));
        await page.keyboard.press('p');
        await page.locator('.tiles label[title=fish]').click();
        await page.waitForFunction(() => document.querySelector('#plant-hint')?.textContent?.includes('🐠'));
        await settled(page);
        assert.equal(coloured(await cells(page)), before);
        // The cursor shows what would grow, as large as it would be.
        await page.mouse.move(...(await at(page, 0.2, 0.2)));
        const brush = await page.evaluate(() => {
          const { backgroundImage, width } = getComputedStyle(
            /** @type {Element} */ (document.querySelector('#brush')),
          );
          const dish = document.querySelector('#dish')?.clientWidth ?? 0;
          return { backgroundImage, cells: Math.round((parseFloat(width) / dish) * 96) };
        });
        assert.match(brush.backgroundImage, /fish.*png/);
        assert.equal(brush.cells, 72);
        await page.mouse.click(...(await at(page, 0.15, 0.15)));
        await page.keyboard.press('.');
        await settled(page);
        assert.ok(coloured(await cells(page), 0, 0, 30, 30) > 0);
        // With the tool that cuts, another pattern replaces what grows.
        await page.keyboard.press('c');
        await page.locator('.tiles label[title=tree]').click();
        await shows(page, '🎄');
        await settled(page);
        assert.ok(coloured(await cells(page)) < 20);
      },
      { hash: '#organism=regenerating/lizard&seed=5' },
    );

    await visit(
      'a cut leaves a scar for a moment and a mark in the plot, and the page says when it is healed',
      async (page) => {
        assert.ok(await page.locator('#dish-hint').isVisible());
        await growExactly(page, 200);
        await page.waitForFunction(() => parseFloat(document.querySelector('#likeness')?.textContent ?? '') > 98);
        assert.ok(!(await page.locator('#legend .cuts').isVisible()));
        await cutAcross(page);
        assert.ok((await scarred(page)) > 1000);
        assert.ok(!(await page.locator('#dish-hint').isVisible()));
        await page.waitForFunction(() => parseFloat(document.querySelector('#likeness')?.textContent ?? '') < 90);
        assert.ok(await page.locator('#legend .cuts').isVisible());
        await page.waitForTimeout(1500);
        assert.equal(await scarred(page), 0);
        await page.locator('#speed').fill('12');
        await page.click('#play');
        await page.waitForSelector('#told:not([hidden])', { timeout: 60_000 });
        const said = String(await page.textContent('#told'));
        assert.match(said, /^Healed in \d+ steps\.$/);
        const took = Number(/\d+/.exec(said));
        assert.ok(took >= 20 && took < 400, said);
        assert.ok(parseFloat(String(await page.textContent('#likeness'))) > 97);
      },
    );

    await visit('a cut that is undone is not said to have healed', async (page) => {
      await growExactly(page, 200);
      await page.waitForFunction(() => parseFloat(document.querySelector('#likeness')?.textContent ?? '') > 98);
      await cutAcross(page);
      await page.waitForFunction(() => parseFloat(document.querySelector('#likeness')?.textContent ?? '') < 90);
      await page.click('#undo');
      await page.locator('#speed').fill('12');
      await page.click('#play');
      await growTo(page, 230);
      await settled(page);
      assert.doesNotMatch(String(await page.textContent('#told')), /Healed/);
    });
  }),
);
