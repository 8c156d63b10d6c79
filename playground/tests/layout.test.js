// @ts-check
// How the page is laid out on different screens, and that axe finds no obstacles to anybody.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './axe.js';
import { noBrowser, withBrowser } from './browser.js';
import { DESK, PHONE, cells, settled, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

const VIEWPORTS = [
  { width: 1280, height: 900 },
  { width: 1000, height: 640 },
  { width: 390, height: 500 },
  { width: 844, height: 390 },
];
/** Of phones, laptops and large screens: width and height. */
const SCREENS = [
  [390, 664],
  [844, 390],
  [1024, 768],
  [1366, 657],
  [1440, 900],
  [2560, 1300],
];
/** @type {('light' | 'dark')[]} */
const SCHEMES = ['light', 'dark'];

/** Whether the button that closes the help is whole in sight, in the open help. @param {Page} page
 * @param {{width: number, height: number}} viewport @param {number} scrolled */
async function checkHelp(page, viewport, scrolled) {
  const { sheet, button, hit, text } = await page.evaluate((top) => {
    const dialog = /** @type {HTMLDialogElement} */ (document.querySelector('#sheet'));
    dialog.scrollTop = top;
    const close = /** @type {HTMLElement} */ (dialog.querySelector('form button'));
    const inside = close.getBoundingClientRect();
    const rows = [...dialog.querySelectorAll('p, tr')].map((row) => row.getBoundingClientRect().bottom);
    const at = (/** @type {number} */ y) => document.elementFromPoint(inside.x + inside.width / 2, y) === close;
    return {
      sheet: dialog.getBoundingClientRect().toJSON(),
      button: inside.toJSON(),
      hit: at(inside.top + 2) && at(inside.bottom - 2),
      text: Math.max(...rows),
    };
  }, scrolled);
  if (scrolled) assert.ok(text <= button.top, 'the last line is in sight');
  assert.ok(
    hit && button.bottom <= sheet.bottom - 8 && sheet.bottom <= viewport.height && button.top >= sheet.top,
    JSON.stringify({ viewport, scrolled, sheet, button, hit }),
  );
}

/** Adds up how far everything moves that the user did not move. @param {Page} page */
const watchShifts = (page) =>
  page.addInitScript(() => {
    const moved = { sum: 0 };
    Object.assign(globalThis, { moved });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) moved.sum += /** @type {any} */ (entry).value;
    }).observe({ type: 'layout-shift', buffered: true });
  });

test('the layout of the page', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit(
      'in the dark the dish and the pictures of the patterns stay light, since the organisms are trained on white',
      async (page) => {
        const { data } = await cells(page);
        assert.ok(Math.min(...data.slice(0, 3)) > 220, String(data.slice(0, 3)));
        const tile = await page.evaluate(
          () => getComputedStyle(/** @type {Element} */ (document.querySelector('.tiles span'))).backgroundColor,
        );
        const parts = (tile.match(/\d+/g) ?? []).map(Number);
        assert.ok(Math.min(...parts.slice(0, 3)) > 220, tile);
      },
      { options: { colorScheme: 'dark' } },
    );

    await visit('the button that closes the help is whole in sight on every screen', async (page) => {
      await page.click('#play');
      for (const viewport of VIEWPORTS) {
        await page.setViewportSize(viewport);
        await page.click('#help');
        for (const scrolled of [0, 10_000]) await checkHelp(page, viewport, scrolled);
        if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/help-${viewport.width}.png` });
        await page.click('#sheet form button');
        assert.ok(!(await page.locator('#sheet').isVisible()));
      }
    });

    await visit(
      'the dish and what plays it are whole in sight on every screen, and nothing is cut off',
      async (page) => {
        for (const [width, height] of SCREENS) {
          await page.setViewportSize({ width, height });
          await settled(page);
          const { bottom, side, overflow } = await page.evaluate(() => ({
            // All buttons; on phones those of the first row.
            bottom: Math.max(
              ...[...document.querySelectorAll(innerWidth > 860 ? '#transport button' : '#play')].map(
                (button) => button.getBoundingClientRect().bottom,
              ),
            ),
            side: document.querySelector('#dish')?.getBoundingClientRect().width ?? 0,
            overflow: document.documentElement.scrollWidth - innerWidth,
          }));
          const said = JSON.stringify({ width, height, bottom, side, overflow });
          assert.ok(bottom <= height && overflow <= 0, said);
          // It takes most of the shorter side.
          assert.ok(side >= 0.6 * Math.min(width, height), said);
        }
      },
    );

    for (const [name, options] of Object.entries({ desk: DESK, phone: PHONE })) {
      await visit(
        `nothing moves while the page loads (${name})`,
        async (page) => {
          await page.waitForTimeout(1000);
          const moved = await page.evaluate(() => /** @type {any} */ (globalThis).moved);
          assert.ok(moved.sum <= 0.02, JSON.stringify(moved));
        },
        { options, before: watchShifts },
      );

      await visit(
        `the dish fills one box, whatever its cells and the view (${name})`,
        async (page) => {
          await page.click('#play');
          await page.evaluate(() => scrollTo(0, 0));
          const boxes = () =>
            page.evaluate(() =>
              ['#dish', '#play'].map((id) => JSON.stringify(document.querySelector(id)?.getBoundingClientRect())),
            );
          const before = await boxes();
          await page.click('#dish-settings summary');
          await page.click('#look summary');
          for (const size of ['96', '32', '72']) {
            await page.selectOption('#size', size);
            await settled(page);
            await page.evaluate(() => scrollTo(0, 0));
            assert.deepEqual(await boxes(), before, size);
          }
          for (const view of ['channels', 'hidden', 'firing']) {
            await page.selectOption('#view', view);
            await settled(page);
            await page.evaluate(() => scrollTo(0, 0));
            assert.deepEqual((await boxes())[1], before[1], view);
          }
        },
        { options },
      );

      await visit(
        `accessibility (${name}, light and dark): axe finds no violations`,
        async (page) => {
          // A dish that stands still leaves the machine to axe.
          await page.click('#play');
          await page.evaluate(() => {
            for (const details of document.querySelectorAll('details')) details.open = true;
          });
          for (const colorScheme of SCHEMES) {
            // Without transitions the colours of the scheme are there at once.
            await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
            assert.deepEqual(await violations(page), [], colorScheme);
            await page.click('#help');
            assert.deepEqual(await violations(page), [], `${colorScheme}, help`);
            await page.click('#sheet form button');
          }
        },
        { options },
      );
    }
  }),
);
