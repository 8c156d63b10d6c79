// @ts-check
// Keys and choices for everybody: keys that can be turned off, every pattern within reach, forced colours.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { noBrowser, published, withBrowser } from './browser.js';
import { SPEEDS, speedName } from '../../src/blastema/playground/page/player.js';
import { settled, shows, steps, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

/** The pattern that is picked, as its place in the list. @param {Page} page */
const picked = (page) =>
  page.evaluate(() => [...document.querySelectorAll('.tiles input')].findIndex((input) => input.matches(':checked')));

test('each speed has a short label', () => {
  const labels = SPEEDS.map(speedName);
  assert.deepEqual(labels.slice(0, 3), ['1/60×', '1/30×', '1/15×']);
  assert.ok(
    labels.every((label) => /^(1\/)?\d{1,2}×$|^max$/.test(label)),
    String(labels),
  );
});

test('keys', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit('keys that are one character can be turned off, and stay so', async (page) => {
      await page.click('#play');
      await page.keyboard.press('r');
      await settled(page);
      assert.equal(await steps(page), 0);
      await page.keyboard.press('?');
      await page.locator('#keys-on').uncheck();
      await page.click('#sheet form button');
      for (const key of ['.', 'n', '?', '3', 'c']) await page.keyboard.press(key);
      await settled(page);
      assert.equal(await steps(page), 0);
      assert.ok(!(await page.locator('#sheet').isVisible()));
      await page.reload();
      await page.waitForSelector('html[data-ready]');
      const before = await picked(page);
      await page.keyboard.press('m');
      await settled(page);
      assert.equal(await picked(page), before);
      // Keys with Ctrl, and those of the dish, are not typed by mistake.
      await page.click('#reset');
      await page.keyboard.press('Control+z');
      await settled(page);
      assert.ok(await page.locator('#undo').isDisabled());
      await page.click('#help');
      await page.locator('#keys-on').check();
      await page.click('#sheet form button');
      await page.keyboard.press('m');
      await settled(page);
      assert.notEqual(await picked(page), before);
    });

    await visit('every pattern can be reached by a key', async (page) => {
      await page.click('#play');
      const count = await page.locator('.tiles input').count();
      assert.ok(count > 10);
      const seen = new Set();
      for (let press = 0; press < count; press++) {
        const before = await picked(page);
        await page.keyboard.press('m');
        await page.waitForFunction(
          (place) =>
            !document.querySelector('.tiles [aria-busy=true]') &&
            [...document.querySelectorAll('.tiles input')].findIndex((input) => input.matches(':checked')) !== place,
          before,
        );
        seen.add(await picked(page));
      }
      assert.equal(seen.size, count);
    });

    await visit(
      'with forced colours the dish has an edge and sliders a track',
      async (page) => {
        assert.notEqual(await page.locator('#dish').evaluate((dish) => getComputedStyle(dish).outlineStyle), 'none');
        const box = await page.locator('#speed').boundingBox();
        assert.ok(box);
        const shot = await page.screenshot({ clip: { ...box, x: box.x + box.width - 24, width: 12 } });
        const colours = await page.evaluate(
          async (bytes) => {
            const bitmap = await createImageBitmap(new Blob([Uint8Array.from(bytes)]));
            const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
              new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
            );
            context.drawImage(bitmap, 0, 0);
            const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
            return new Set(new Uint32Array(data.buffer)).size;
          },
          [...shot],
        );
        assert.ok(colours > 1, 'the track is not to be seen');
      },
      { options: { forcedColors: 'active' } },
    );

    await suite.test(
      "an article's model tells its experiment by its name, and an emoji fills its tile",
      { skip: !published && 'there are no published models' },
      async () => {
        const folder = /** @type {string} */ (published);
        const model = readdirSync(folder).find((name) => name.startsWith('ex2_'));
        const page = await browser.newPage();
        await page.goto(url);
        await page.waitForSelector('html[data-ready]');
        await page.setInputFiles('#open', join(folder, /** @type {string} */ (model)));
        await shows(page, 'persistent');
        const size = await page.evaluate(() => {
          const tile = document.querySelector('.tiles :checked + span');
          return parseFloat(getComputedStyle(/** @type {Element} */ (tile)).fontSize);
        });
        assert.ok(size > 30, String(size));
        await page.close();
      },
    );
  }),
);
