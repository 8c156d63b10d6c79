// @ts-check
// Several fingers in the dish, and the way back from what hands did.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { noBrowser, withBrowser } from './browser.js';
import { fingers } from './fingers.js';
import { PHONE, at, cells, coloured, growExactly, settled, shows, steps, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {readonly [number, number]} Place  parts of the canvas */

/** @param {Page} page @param {Place} from @param {Place} to */
async function cut(page, from, to) {
  await page.mouse.move(...(await at(page, ...from)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, ...to)), { steps: 5 });
  await page.mouse.up();
  await settled(page);
}

test('hands', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit(
      'two fingers each cut where they are, and not the line between them',
      async (page) => {
        await growExactly(page, 150);
        const before = coloured(await cells(page));
        const { touch, wait } = await fingers(page);
        await touch('touchStart', [0.03, 0.5]);
        wait(500);
        await touch('touchStart', [0.03, 0.5], [0.97, 0.5]);
        await touch('touchMove', [0.03, 0.52], [0.97, 0.52]);
        await touch('touchMove', [0.03, 0.54], [0.97, 0.54]);
        await touch('touchEnd');
        await settled(page);
        assert.equal(coloured(await cells(page)), before);
        // In the dish itself they do cut.
        await touch('touchStart', [0.03, 0.5]);
        wait(500);
        await touch('touchStart', [0.03, 0.5], [0.5, 0.5]);
        await touch('touchMove', [0.03, 0.52], [0.5, 0.52]);
        await touch('touchEnd');
        await settled(page);
        assert.ok(coloured(await cells(page)) < before - 50);
      },
      { options: PHONE },
    );

    await visit(
      'a pinch cuts nothing',
      async (page) => {
        await growExactly(page, 150);
        const before = coloured(await cells(page));
        const { touch } = await fingers(page);
        await touch('touchStart', [0.45, 0.5]);
        await touch('touchStart', [0.45, 0.5], [0.55, 0.5]);
        for (const way of [0.02, 0.06, 0.1]) await touch('touchMove', [0.45 - way, 0.5], [0.55 + way, 0.5]);
        await touch('touchEnd');
        await settled(page);
        assert.equal(coloured(await cells(page)), before);
      },
      { options: PHONE },
    );

    await visit(
      'every cut can be undone, one after the other, and so can another size and another pattern',
      async (page) => {
        await growExactly(page, 150);
        /** @type {number[]} */
        const counts = [];
        const count = async () => coloured(await cells(page));
        for (const y of [0.35, 0.5, 0.65]) {
          counts.push(await count());
          await cut(page, [0.3, y], [0.7, y]);
        }
        counts.push(await count());
        assert.ok(
          counts.every((cellsThen, place) => place === 0 || cellsThen < counts[place - 1]),
          String(counts),
        );
        await page.click('#dish-settings summary');
        await page.selectOption('#size', '96');
        await page.locator('.tiles label[title=fish]').click();
        await shows(page, '🐠');
        await page.click('#undo');
        await shows(page, '96 by 96 cells, 🦎');
        assert.equal(await page.locator('.tiles label[title=lizard] input').isChecked(), true);
        await settled(page);
        assert.equal(await count(), counts[3]);
        await page.click('#undo');
        for (const then of counts.toReversed()) {
          await settled(page);
          assert.match(String(await page.getAttribute('#dish', 'aria-label')), /72 by 72/);
          assert.equal(await count(), then);
          assert.equal(await steps(page), 150);
          await page.click('#undo');
        }
      },
    );
  }),
);
