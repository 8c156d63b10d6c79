// @ts-check
// The probe: a visitor looks into one cell of the dish, and goes through a step of it in slow motion.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { noBrowser, withBrowser } from './browser.js';
import { DESK, PHONE, at, cells, coloured, growExactly, settled, steps, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const STAGES = ['perceive', 'think', 'act', 'live'];
const SMALL_PHONE = { ...PHONE, viewport: { width: 390, height: 664 } };
/** @type {('light' | 'dark')[]} */
const SCHEMES = ['light', 'dark'];

/** The numbers of a list in the panel. @param {Page} page @param {string} list */
const numbers = async (page, list) =>
  (await page.locator(`${list} li > :last-child`).allTextContents()).map((text) => Number(text.replace('−', '-')));

/** Opens the probe on a cell. @param {Page} page @param {number} column @param {number} row from 1 */
async function probe(page, column, row) {
  await page.mouse.click(...(await at(page, (column - 0.5) / 72, (row - 0.5) / 72)));
  await shown(page, column, row);
  await settled(page);
}

/** Waits until the panel shows a cell. @param {Page} page @param {number} column @param {number} row from 1 */
const shown = (page, column, row) =>
  page.waitForFunction(
    (text) => document.querySelector('#cell-where')?.textContent === text,
    `Column ${column}, row ${row}`,
  );

/** Goes to the next stage, and what it says. @param {Page} page @param {string} name that it must have */
async function next(page, name) {
  await page.click('#stage-next');
  await page.waitForFunction((stage) => document.querySelector(`[data-stage=${stage}].now`), name);
  await settled(page);
  return String(await page.textContent('#stage-says'));
}

/** What axe finds wrong. @param {Page} page @returns {Promise<string[]>} */
async function violations(page) {
  // @ts-ignore: axe is what the page was given as a script
  const result = await page.evaluate(() => axe.run(document));
  return result.violations.map(
    (/** @type {{id: string, nodes: {html: string}[]}} */ { id, nodes }) =>
      `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join('; ')}`,
  );
}

test('looking into one cell', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit('pointing chooses a cell, and a click fixes it instead of cutting', async (page) => {
      await growExactly(page, 60);
      await page.keyboard.press('i');
      const before = await cells(page);
      await page.mouse.move(...(await at(page, 30.5 / 72, 36.5 / 72)));
      await page.waitForFunction(() => document.querySelector('#cell-where')?.textContent === 'Column 31, row 37');
      await probe(page, 34, 38);
      await page.mouse.move(...(await at(page, 0.1, 0.1)));
      await settled(page);
      assert.equal(await page.textContent('#cell-where'), 'Column 34, row 38');
      assert.deepEqual((await cells(page)).data, before.data);
      const ring = await page.locator('.rings i').boundingBox();
      const [x, y] = await at(page, 33.5 / 72, 37.5 / 72);
      assert.ok(ring && Math.hypot(ring.x + ring.width / 2 - x, ring.y + ring.height / 2 - y) < 2);
      // Its first four numbers are the colour that is seen.
      const [red, green, blue, alpha] = await numbers(page, '#cell-state');
      const pixel = before.data.slice(4 * (37 * 72 + 33), 4 * (37 * 72 + 33) + 3);
      [red, green, blue].forEach((value, channel) => {
        const seen = Math.min(Math.max(value, 0) + 1 - Math.min(alpha, 1), 1) * 255;
        assert.ok(Math.abs(seen - pixel[channel]) < 3, `${seen}, ${pixel}`);
      });
      // Without the probe a click cuts again.
      await page.click('#probe-on');
      await page.mouse.click(...(await at(page, 0.5, 0.5)));
      await settled(page);
      assert.ok(coloured(await cells(page)) < coloured(before));
    });

    await visit('while time goes on, the numbers follow; the tools bring the hand back', async (page) => {
      await page.keyboard.press('i');
      await probe(page, 37, 37);
      for (let change = 0; change < 3; change++) {
        const before = await page.textContent('#cell-state');
        await page.waitForFunction((text) => document.querySelector('#cell-state')?.textContent !== text, before);
      }
      await page.keyboard.press('c');
      assert.ok(!(await page.locator('#cell').isVisible()));
      await page.click('#probe-on');
      await page.click('#tools label');
      assert.ok(!(await page.locator('#cell').isVisible()));
    });

    await visit(
      'keys move to another cell and say which; a dead cell says why',
      async (page) => {
        await growExactly(page, 30);
        await page.keyboard.press('i');
        await page.focus('#dish');
        for (const key of ['ArrowLeft', 'ArrowDown', 'Shift+ArrowDown']) await page.keyboard.press(key);
        await shown(page, 36, 43);
        assert.match(
          String(await page.textContent('#status')),
          /Column 36, row 43\. Alive: its alpha, .* is above 0\.1/,
        );
        const before = await cells(page);
        for (const key of ['Enter', 'x', 'Delete']) await page.keyboard.press(key);
        for (let press = 0; press < 15; press++) await page.keyboard.press('Shift+ArrowLeft');
        await settled(page);
        assert.deepEqual((await cells(page)).data, before.data);
        await shown(page, 1, 43);
        assert.equal(await page.textContent('#cell-alive'), 'Dead: no alpha in its 3 × 3 neighbourhood is above 0.1.');
        assert.equal(await page.locator('#cell-around .outside').count(), 3);
      },
      { hash: '#organism=regenerating/lizard&seed=5&size=72&edge=dead' },
    );

    await visit('slow motion takes one step, and the cell becomes what was shown', async (page) => {
      await growExactly(page, 50);
      await page.keyboard.press('i');
      await probe(page, 34, 38);
      const acts = new Set();
      for (let step = 0; step < 8 && acts.size < 2; step++) {
        const before = await numbers(page, '#cell-state');
        for (const name of STAGES.slice(0, 2)) {
          const says = await next(page, name);
          assert.match(says, /48 numbers/);
          assert.ok(!(await page.locator('#cell-update').isVisible()), 'a later stage is shown too early');
        }
        const act = await next(page, 'act');
        assert.equal(await steps(page), 50 + step);
        const update = await numbers(page, '#cell-update');
        const fires = act.includes('The cell fires');
        acts.add(fires);
        assert.match(await next(page, 'live'), /The cell is alive: its alpha, .*\. The dish has taken this step\./);
        assert.equal(await steps(page), 51 + step);
        const [state, foretold] = [await numbers(page, '#cell-state'), await numbers(page, '#cell-next')];
        state.forEach((value, channel) => {
          const sum = before[channel] + (fires ? update[channel] : 0);
          assert.ok(Math.abs(value - foretold[channel]) < 0.0011 && Math.abs(value - sum) < 0.0021, `${value}, ${sum}`);
        });
      }
      assert.deepEqual([...acts].sort(), [false, true]);
    });

    await visit('slow motion pauses time, and ends when time goes on', async (page) => {
      await page.keyboard.press('i');
      await next(page, 'perceive');
      const age = await steps(page);
      await settled(page);
      assert.equal(await steps(page), age);
      await page.click('#step');
      await page.waitForFunction(() => document.querySelector('#stage-next')?.textContent === 'Slow motion');
      await next(page, 'perceive');
      await page.click('#stage-end');
      assert.equal(await page.locator('#cell .now').count(), 0);
    });

    await visit(
      'on a small phone a tap chooses a cell, and dish and numbers are in sight together',
      async (page) => {
        await page.click('#play');
        await page.click('#look summary');
        await page.click('#probe-on');
        await page.touchscreen.tap(...(await at(page, 36.5 / 72, 36.5 / 72)));
        await settled(page);
        await shown(page, 37, 37);
        await next(page, 'perceive');
        const { inside, overflow } = await page.evaluate(() => ({
          inside: ['#dish', '[data-stage=perceive]', '#stage-next'].map((id) => {
            const box = document.querySelector(id)?.getBoundingClientRect();
            const hit = box && document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
            return Boolean(hit && hit.closest(id) && box.top >= 0 && box.bottom <= innerHeight);
          }),
          overflow: document.documentElement.scrollWidth - innerWidth,
        }));
        assert.deepEqual({ inside, overflow }, { inside: [true, true, true], overflow: 0 });
      },
      { options: SMALL_PHONE },
    );

    for (const [name, options] of Object.entries({ desk: DESK, phone: SMALL_PHONE })) {
      await visit(
        `accessibility of the probe (${name}, light and dark): axe finds no violations`,
        async (page) => {
          await growExactly(page, 30);
          await page.addScriptTag({ path: AXE });
          await page.keyboard.press('i');
          await settled(page);
          for (const colorScheme of SCHEMES) {
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
            assert.deepEqual(await violations(page), [], colorScheme);
          }
          for (const stage of STAGES) await next(page, stage);
          assert.deepEqual(await violations(page), [], 'slow motion');
        },
        { options },
      );
    }
  }),
);
