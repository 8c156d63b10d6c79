// @ts-check
// The tiles of a view have names; a click on one shows that tile alone, and all come back.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { noBrowser, withBrowser } from './browser.js';
import { DESK, PHONE, at, cells, coloured, growExactly, settled, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const SMALL_PHONE = { ...PHONE, viewport: { width: 390, height: 664 } };

/** Shows a view. @param {Page} page @param {string} view */
async function show(page, view) {
  await page.evaluate(() => {
    /** @type {HTMLDetailsElement} */ (document.querySelector('#look')).open = true;
  });
  await page.selectOption('#view', view);
  await settled(page);
}

/** The names over the dish, each with the column and row of the tile that it is in. @param {Page} page
 * @param {{columns: number, rows: number}} tiles */
const names = (page, { columns, rows }) =>
  page.evaluate(
    ([across, down]) => {
      const dish = /** @type {Element} */ (document.querySelector('#dish')).getBoundingClientRect();
      return [...document.querySelectorAll('.tile-labels > [aria-hidden] > *')].map((name) => {
        const { x, y, height } = name.getBoundingClientRect();
        const column = Math.floor(((x - dish.x + 2) / dish.width) * across),
          row = Math.floor(((y - dish.y + height / 2) / dish.height) * down);
        return `${name.textContent} ${column} ${row}`;
      });
    },
    [columns, rows],
  );

/** The colours of the tile at the upper left, a pixel a cell, of a view of square tiles. @param {Page} page
 * @param {number} columns of the view */
const firstTile = (page, columns) =>
  page.evaluate((across) => {
    const dish = /** @type {HTMLCanvasElement} */ (document.querySelector('#dish'));
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(72, 72).getContext('2d'));
    context.imageSmoothingEnabled = false;
    context.drawImage(dish, 0, 0, dish.width / across, dish.height / across, 0, 0, 72, 72);
    return [...context.getImageData(4, 4, 64, 64).data];
  }, columns);

/** The names of tiles row by row. @param {string[]} texts @param {number} columns @param {number} [from] row */
const inRows = (texts, columns, from = 0) =>
  texts.map((text, place) => `${text} ${place % columns} ${from + Math.floor(place / columns)}`);

const CHANNELS = ['R', 'G', 'B', 'α', ...Array.from({ length: 12 }, (_, place) => String(4 + place))];
const UNITS = Array.from({ length: 128 }, (_, unit) => String(unit));

test('names of tiles', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit(
      'each tile has its name',
      async (page) => {
        await page.click('#play');
        await show(page, 'channels');
        assert.deepEqual(await names(page, { columns: 4, rows: 4 }), inRows(CHANNELS, 4));
        await show(page, 'perception');
        const filters = ['itself', 'slope along x', 'slope along y'];
        assert.deepEqual(await names(page, { columns: 8, rows: 6 }), [
          ...filters.flatMap((_, place) => inRows(CHANNELS, 8, 2 * place)),
          ...filters.map((name, place) => `${name} 0 ${2 * place}`),
        ]);
        await show(page, 'hidden');
        assert.deepEqual(await names(page, { columns: 16, rows: 8 }), inRows(UNITS, 16));
        await show(page, 'picture');
        assert.deepEqual(await names(page, { columns: 1, rows: 1 }), []);
        assert.ok(!(await page.locator('.tile-bar').isVisible()));
      },
      // On smaller screens the hidden layer comes in pages.
      { options: { viewport: { width: 1100, height: 720 } } },
    );

    await visit('a click on a name shows that tile alone; the bar leads on, and back to all', async (page) => {
      await growExactly(page, 40);
      await show(page, 'channels');
      await page.click('.tile-labels button >> text=α');
      await settled(page);
      assert.equal(await page.inputValue('#index'), '3');
      assert.equal(await page.textContent('.tile-bar span'), 'alpha');
      const alone = coloured(await cells(page));
      assert.ok(alone > 200, String(alone));
      await page.getByRole('button', { name: 'Next' }).click();
      await page.waitForFunction(() => document.querySelector('.tile-bar span')?.textContent === 'hidden channel 4');
      for (let press = 0; press < 5; press++) await page.getByRole('button', { name: 'Previous' }).click();
      assert.equal(await page.inputValue('#index'), '15');
      await page.focus('.tile-bar button');
      await page.keyboard.press('Enter');
      await settled(page);
      assert.equal(await page.inputValue('#index'), '');
      assert.deepEqual(await names(page, { columns: 4, rows: 4 }), inRows(CHANNELS, 4));
    });

    await visit('the tiles of a page are the units that they are called', async (page) => {
      await growExactly(page, 60);
      await show(page, 'hidden');
      await page.selectOption('#index', 'page 2');
      await settled(page);
      assert.deepEqual(await names(page, { columns: 4, rows: 4 }), inRows(UNITS.slice(32, 48), 4));
      const first = await firstTile(page, 4);
      await page.click('.tile-labels button >> text=32');
      await settled(page);
      assert.ok(new Set(first).size > 10, 'unit 32 is not to be seen');
      assert.deepEqual(await firstTile(page, 1), first);
    });

    await visit('a tile can be cut as before, beside its name', async (page) => {
      await growExactly(page, 60);
      const before = coloured(await cells(page));
      await show(page, 'channels');
      await page.mouse.click(...(await at(page, 1.5 / 4, 1.5 / 4)));
      await show(page, 'picture');
      const after = coloured(await cells(page));
      assert.ok(after < before - 50, `${before} to ${after}`);
    });

    await visit(
      'on a small phone the hidden units come in pages that can be read',
      async (page) => {
        await page.click('#play');
        await show(page, 'hidden');
        assert.deepEqual(await names(page, { columns: 4, rows: 4 }), inRows(UNITS.slice(0, 16), 4));
        assert.equal(await page.inputValue('#index'), 'page 0');
        await page.getByRole('button', { name: 'Previous' }).tap();
        await settled(page);
        assert.deepEqual(await names(page, { columns: 4, rows: 4 }), inRows(UNITS.slice(112), 4));
        await page.getByRole('button', { name: 'All' }).tap();
        await settled(page);
        const rows = Array.from({ length: 8 }, (_, row) => `${16 * row} to ${16 * row + 15} 0 ${row}`);
        assert.deepEqual(await names(page, { columns: 16, rows: 8 }), rows);
        await page.locator('.tile-labels button >> text=32 to 47').tap();
        await settled(page);
        assert.equal(await page.inputValue('#index'), 'page 2');
        await page.locator('.tile-labels button >> text=40').tap();
        await settled(page);
        assert.equal(await page.textContent('.tile-bar span'), 'unit 40');
      },
      { options: SMALL_PHONE },
    );

    for (const [name, options] of Object.entries({ desk: DESK, phone: SMALL_PHONE })) {
      await visit(
        `accessibility of the names (${name}): axe finds no violations`,
        async (page) => {
          await growExactly(page, 30);
          await page.addScriptTag({ path: AXE });
          for (const view of ['channels', 'perception', 'hidden']) {
            await show(page, view);
            for (const index of ['', '3']) {
              await page.selectOption('#index', index);
              await settled(page);
              // @ts-ignore: axe is what the page was given as a script
              const { violations } = await page.evaluate(() => axe.run(document));
              assert.deepEqual(
                violations.map((/** @type {{id: string}} */ { id }) => id),
                [],
                `${view} ${index}`,
              );
            }
          }
        },
        { options },
      );
    }
  }),
);
