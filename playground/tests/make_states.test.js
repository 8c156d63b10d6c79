// @ts-check
// Every state of "Make your own", on a phone and a desktop, light and dark: what axe finds, and what does not fit. Real
// failures among them: a browser without room, and workers whose program is gone.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './axe.js';
import { noBrowser, withBrowser } from './browser.js';
import { DESK, PHONE, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

const SIZES = { desktop: DESK.viewport, phone: PHONE.viewport };
const SCHEMES = /** @type {const} */ (['light', 'dark']);

/** Checks the present state at all sizes, in all colours. @param {Page} page @param {string} state its name */
async function check(page, state) {
  for (const [device, size] of Object.entries(SIZES)) {
    await page.setViewportSize(size);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      const where = `${state}, ${device}, ${colorScheme}`;
      assert.deepEqual(await violations(page), [], where);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(beyond <= 0, `${where}: ${beyond} pixels wider than the screen`);
    }
  }
}

/** Begins to train an emoji of few cells for as few steps as a test can wait for. @param {Page} page */
async function train(page, steps = '16') {
  await page.check('[name=make-source][value=emoji]', { force: true });
  await page.fill('[name=make-text]', '🍓');
  await page.locator('[name=make-size]').fill('16');
  await page.check('[name=make-experiment][value=growing]', { force: true });
  await page.$eval(
    '[name=make-steps] option:checked',
    (option, wanted) => {
      /** @type {HTMLOptionElement} */ (option).value = wanted;
    },
    steps,
  );
  await page.click('#make-new [type=submit]');
}

/** @param {Page} page @param {number} step */
const trainTo = (page, step) =>
  page.waitForFunction(
    (least) => parseInt(document.querySelector('[data-figure=step]')?.textContent ?? '') >= least,
    step,
    { timeout: 120_000 },
  );

test('the states of make your own', { skip: noBrowser, timeout: 900_000 }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit(
      'empty, wrong, picture, drawing, paused, finished, listed, deleting',
      async (page) => {
        await check(page, 'empty');
        await page.click('#make-new [type=submit]');
        await page.waitForSelector('[data-shows=says].wrong');
        await check(page, 'wrong');
        await page.check('[name=make-source][value=picture]', { force: true });
        await check(page, 'picture');
        await page.check('[name=make-source][value=drawing]', { force: true });
        await page.focus('.board canvas');
        for (const key of ['Enter', ...Array(8).fill('Shift+ArrowRight')]) await page.keyboard.press(key);
        await check(page, 'drawing');
        await train(page);
        await trainTo(page, 2);
        await page.click('#own [data-do=run]');
        await page.waitForSelector('#own [data-do=run]:has-text("Go on")');
        await check(page, 'paused');
        await page.click('#own [data-do=run]');
        for (const summary of await page.locator('#own summary').all()) await summary.click();
        await page.waitForSelector('.training-status:has-text("Training finished")', { timeout: 120_000 });
        await check(page, 'finished');
        await page.click('#own [data-do=back]');
        await page.waitForSelector('#make-mine li');
        await check(page, 'listed');
        await page.click('#make-mine li .quiet');
        await check(page, 'deleting');
      },
      { hash: '#make' },
    );

    await visit(
      'a browser without room says so, and the training goes on',
      async (page) => {
        const session = await page.context().newCDPSession(page);
        await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin, quotaSize: 1000 });
        await train(page, '300');
        await page.waitForSelector(
          '.training-status.wrong:has-text("no room left for this page: the organism lives on")',
        );
        await trainTo(page, 3);
        await page.click('#own [data-do=run]');
        await page.waitForSelector('#own [data-do=run]:has-text("Go on")');
        await page.waitForSelector('.training-status.wrong:has-text("save its file to keep it")');
        await check(page, 'full');
        assert.ok(await page.locator('#own .saved').isHidden());
        for (const summary of await page.locator('#own summary').all()) await summary.click();
        const [download] = await Promise.all([page.waitForEvent('download'), page.click('#own [data-do=file]')]);
        assert.match(download.suggestedFilename(), /\.safetensors$/);
      },
      { hash: '#make' },
    );

    await visit(
      'without the program of the workers no training begins, and with it one does',
      async (page) => {
        await page.route('**/training_worker.js', (route) => route.abort());
        await page.setViewportSize(SIZES.phone);
        await train(page, '300');
        const told = page.locator(
          '#notice:has-text("The training cannot start a worker: a worker failed: its script")',
        );
        const box = await told.boundingBox();
        assert.ok(
          box && box.y >= 0 && box.y + box.height <= SIZES.phone.height,
          `out of sight: ${JSON.stringify(box)}`,
        );
        assert.ok(await page.locator('#make-new [type=submit]').isEnabled());
        await check(page, 'no workers');
        await page.unroute('**/training_worker.js');
        await page.click('#make-new [type=submit]');
        await trainTo(page, 2);
        assert.ok(await page.locator('#notice').isHidden());
        await check(page, 'training');
        assert.equal(await page.textContent('#own [data-do=run]'), 'Pause');
      },
      { hash: '#make', errors: true },
    );
  }),
);
