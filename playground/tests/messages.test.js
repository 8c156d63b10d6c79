// @ts-check
// What the page says: of successes, of an empty dish, and where it cannot run.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { noBrowser, withBrowser, writtenSite } from './browser.js';
import { DESK, at, growTo, settled, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

/** The texts and controls that can be seen. @param {Page} page */
const seen = (page) =>
  page.evaluate(() => ({
    text: document.body.innerText,
    controls: [...document.querySelectorAll('button, input, select, summary, canvas')].filter((control) =>
      control.checkVisibility(),
    ).length,
  }));

test('messages', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit('a success is no alert, and goes by itself', async (page) => {
      await page.click('#share');
      const notice = page.locator('#notice');
      await notice.waitFor();
      assert.equal(await notice.getAttribute('role'), 'status');
      const accent = await page.evaluate(
        () => getComputedStyle(/** @type {Element} */ (document.querySelector('#play'))).backgroundColor,
      );
      assert.equal(await notice.evaluate((box) => getComputedStyle(box).borderLeftColor), accent);
      await notice.waitFor({ state: 'hidden', timeout: 8000 });
      // A failure stays, and is an alert.
      await page.click('#dish-settings summary');
      await page.locator('#seed').fill('-1');
      await page.locator('#seed').press('Tab');
      await page.waitForTimeout(7000);
      assert.ok(await notice.isVisible());
      assert.equal(await notice.getAttribute('role'), 'alert');
    });

    await visit('an empty dish says so, and grows again', async (page) => {
      await growTo(page, 20);
      assert.ok(!(await page.locator('#empty').isVisible()));
      await page.locator('#brush-size').fill('40');
      for (const y of [0.4, 0.6]) {
        await page.mouse.move(...(await at(page, 0.2, y)));
        await page.mouse.down();
        await page.mouse.move(...(await at(page, 0.8, y)), { steps: 4 });
        await page.mouse.up();
      }
      await page.waitForSelector('#empty:not([hidden])');
      // Hands reach the dish through it.
      await page.mouse.dblclick(...(await at(page, 0.5, 0.3)));
      await page.waitForSelector('#empty[hidden]', { state: 'attached' });
      await page.click('#undo');
      await page.click('#regrow');
      await page.waitForSelector('#empty[hidden]', { state: 'attached' });
      await growTo(page, 5);
      await settled(page);
    });

    await visit(
      'without WebGL 2 there is a reason, and no control that does nothing',
      async (page) => {
        const { text, controls } = await seen(page);
        assert.match(text, /Your browser does not offer WebGL 2/);
        assert.equal(controls, 0);
      },
      {
        before: (page) =>
          page.addInitScript(() => {
            HTMLCanvasElement.prototype.getContext = () => null;
          }),
      },
    );

    await suite.test('without scripts there is a reason, and no control that does nothing', async () => {
      const context = await browser.newContext({ ...DESK, javaScriptEnabled: false });
      const page = await context.newPage();
      await page.goto(url);
      assert.ok(await page.locator('#dead-scripts').isVisible());
      for (const id of ['#stage', '#panel', '#help']) assert.ok(!(await page.locator(id).isVisible()), id);
      await context.close();
    });

    await suite.test('opened from disk, the page says what to do instead', async () => {
      const context = await browser.newContext(DESK);
      const page = await context.newPage();
      await page.goto(pathToFileURL(join(writtenSite(), 'index.html')).href);
      const { text, controls } = await seen(page);
      assert.match(text, /Browsers run this page only if it comes from a server/);
      assert.equal(controls, 0);
      await context.close();
    });
  }),
);
