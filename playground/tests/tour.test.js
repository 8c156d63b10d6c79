// @ts-check
// The opening, the tour of the experiments, and organisms side by side.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './axe.js';
import { noBrowser, withBrowser } from './browser.js';
import { PHONE, at, growTo, settled, shows, steps, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

/** Makes a regenerating organism the first of the page, as it is without the article's models. @param {Page} page */
const zooFirst = (page) =>
  page.route('**/organisms.json', async (route) => {
    const listed = await (await route.fetch()).json();
    listed.organisms = listed.organisms.filter((/** @type {{name: string}} */ { name }) => name.includes('/'));
    await route.fulfill({ json: listed });
  });
const told = async (/** @type {Page} */ page) => String(await page.textContent('#told'));
/** @param {Page} page @param {string} text */
const isTold = (page, text) =>
  page.waitForFunction((part) => document.querySelector('#told')?.textContent?.includes(part), text, {
    timeout: 60_000,
  });

/** How many cells of each dish beside another are not like the ground. @param {Page} page */
const compared = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('#comparison canvas.dish')].map((canvas) => {
      const { width, height } = /** @type {HTMLCanvasElement} */ (canvas);
      const copy = new OffscreenCanvas(width, height);
      const context = /** @type {OffscreenCanvasRenderingContext2D} */ (copy.getContext('2d'));
      context.drawImage(/** @type {HTMLCanvasElement} */ (canvas), 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4) if (Math.min(data[i], data[i + 1], data[i + 2]) < 220) count++;
      return count / 16;
    }),
  );
/** @param {Page} page @param {number} age */
const comparedTo = (page, age) =>
  page.waitForFunction(
    (until) => parseInt(document.querySelector('#comparison-steps')?.textContent?.replace(',', '') ?? '') >= until,
    age,
    { timeout: 120_000 },
  );

test('the story', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    await visit(
      'a first visit opens with growth, a cut and healing, can be skipped, and is not repeated',
      async (page) => {
        const speed = () => page.inputValue('#speed');
        assert.equal(await speed(), '5');
        await isTold(page, 'single cell');
        assert.ok(!(await page.locator('#dish-hint').isVisible()));
        assert.deepEqual(await violations(page), []);
        await page.locator('#speed').evaluate((slider) => {
          // As fast as it can, without a hand on the page, which would end the opening.
          Object.assign(slider, { value: '12' }).dispatchEvent(new Event('input'));
        });
        await isTold(page, 'No cell knows');
        await page.waitForSelector('#legend .cuts:visible', { timeout: 60_000 });
        assert.ok((await steps(page)) >= 180);
        await isTold(page, 'Healed in');
        await page.waitForSelector('#dish-hint:visible', { timeout: 60_000 });
        assert.equal(await speed(), '7');
        assert.ok(await page.locator('#dish-hint').isVisible());
        await page.reload();
        await page.waitForSelector('html[data-ready]', { state: 'attached' });
        await growTo(page, 2);
        assert.ok(!(await page.locator('#skip').isVisible()));
        // On another first visit it is skipped.
        await page.evaluate(() => localStorage.clear());
        await page.reload();
        await page.click('#skip');
        assert.equal(await speed(), '7');
        assert.ok(await page.locator('#dish-hint').isVisible());
      },
      { hash: '', before: zooFirst },
    );

    await visit(
      'with reduced motion there is no opening',
      async (page) => {
        assert.ok(!(await page.locator('#skip').isVisible()));
        assert.equal(await told(page), '');
      },
      { hash: '', before: zooFirst, options: { reducedMotion: 'reduce' } },
    );

    await visit(
      'a link leads to a station, which sets up the dish, cuts, tells, and links to the article',
      async (page) => {
        await shows(page, '96 by 96 cells, 🦎, regenerating');
        assert.match(String(await page.textContent('#station-says')), /cut away/);
        assert.match(String(await page.textContent('#station-asks')), /Cut it in half/);
        assert.match(String(await page.getAttribute('#station-section', 'href')), /growing-ca\/#experiment-3$/);
        assert.deepEqual(await violations(page), []);
        await page.locator('#speed').evaluate((slider) => {
          Object.assign(slider, { value: '12' }).dispatchEvent(new Event('input'));
        });
        await isTold(page, 'A cut');
        await isTold(page, 'Healed in');
        await page.click('#station-next');
        await page.waitForFunction(() => location.hash === '#tour=4');
        // What was said of the organism before does not hold of this one.
        assert.doesNotMatch(await told(page), /Healed/);
        assert.equal(await page.inputValue('#angle'), '120');
        const above = () =>
          page.evaluate(() => {
            const [controls, patterns] = ['#angle', '#patterns'].map((one) => document.querySelector(one));
            return Number(controls?.getBoundingClientRect().top) < Number(patterns?.getBoundingClientRect().top);
          });
        assert.ok(await above(), 'the slider that it asks for is in sight');
        await page.locator('#stations button').nth(0).click();
        await shows(page, '🦎, growing');
        assert.equal(await page.inputValue('#angle'), '0');
        assert.equal(await page.locator('#stations [aria-current]').textContent(), '1 Grow');
        await page.click('#station-end');
        assert.ok(!(await page.locator('#station').isVisible()));
        assert.ok(!(await above()));
        assert.equal(await page.evaluate(() => location.hash), '');
      },
      { hash: '#tour=3' },
    );

    await visit(
      'a touch of the dish stops the acts of the tour',
      async (page) => {
        await growTo(page, 20);
        await page.mouse.click(...(await at(page, 0.05, 0.05)));
        await page.locator('#speed').fill('12');
        await growTo(page, 200);
        assert.doesNotMatch(await told(page), /across the middle/);
      },
      { hash: '#tour=3' },
    );

    await visit(
      'a station that cannot be loaded is named, and another organism grows',
      async (page) => {
        assert.match(String(await page.textContent('#notice p')), /regenerating\/lizard could not be loaded/);
        await growTo(page, 2);
      },
      {
        hash: '#tour=3',
        before: (page) => page.route('**/regenerating-lizard.safetensors', (route) => route.fulfill({ status: 404 })),
        errors: true,
      },
    );

    await visit(
      'a station that there is not is named, and another organism grows',
      async (page) => {
        assert.match(String(await page.textContent('#notice p')), /^The link asks for station 9 of the tour/);
        await growTo(page, 2);
      },
      { hash: '#tour=9' },
    );

    await visit(
      'organisms side by side that are asked for twice are shown once',
      async (page) => {
        const before = await page.evaluate(() => /** @type {any} */ (globalThis).contexts.size);
        await page.evaluate(() => {
          for (let time = 0; time < 2; time++) document.getElementById('compare')?.click();
        });
        await comparedTo(page, 2);
        assert.equal(await page.evaluate(() => /** @type {any} */ (globalThis).contexts.size), before + 3);
      },
      {
        before: (page) =>
          page.addInitScript(() => {
            const contexts = new Set();
            Object.assign(globalThis, { contexts });
            const { getContext } = HTMLCanvasElement.prototype;
            /** @this {HTMLCanvasElement} @param {any[]} given */
            function counted(...given) {
              if (given[0] === 'webgl2') contexts.add(this);
              return Reflect.apply(getContext, this, given);
            }
            HTMLCanvasElement.prototype.getContext = /** @type {any} */ (counted);
          }),
      },
    );

    await visit(
      'one organism of several bodies turns from one into another',
      async (page) => {
        await page.locator('#speed').evaluate((slider) => {
          Object.assign(slider, { value: '12' }).dispatchEvent(new Event('input'));
        });
        await page.waitForFunction(() => document.querySelector('#dish')?.ariaLabel?.includes('growing 🎄'), null, {
          timeout: 60_000,
        });
        assert.ok((await steps(page)) >= 160);
      },
      { hash: '#tour=5' },
    );

    await visit('growing, persistent and regenerating stand side by side, and get the same cut', async (page) => {
      await page.locator('#speed').fill('12');
      await page.click('#compare');
      await page.waitForSelector('#comparison figcaption');
      assert.deepEqual(await page.locator('#comparison figcaption').allTextContents(), [
        'growing',
        'persistent',
        'regenerating',
      ]);
      await comparedTo(page, 140);
      const before = await compared(page);
      assert.ok(
        before.every((count) => count > 400),
        String(before),
      );
      const box = await page.locator('#comparison canvas.dish').nth(1).boundingBox();
      assert.ok(box);
      const middle = box.y + box.height / 2;
      await page.mouse.move(box.x + 0.2 * box.width, middle);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.8 * box.width, middle, { steps: 5 });
      await page.mouse.up();
      await page.waitForTimeout(100);
      const after = await compared(page);
      assert.ok(
        after.every((count, place) => count < before[place] - 50),
        `${before}, then ${after}`,
      );
      assert.deepEqual(await violations(page), []);
      await comparedTo(page, 290);
      const healed = await compared(page);
      assert.ok(Math.abs(healed[2] - before[2]) < 0.05 * before[2], `${before}, ${after}, ${healed}`);
      // Keys are for the dish that is not there.
      const age = await steps(page);
      await page.keyboard.press('.');
      assert.equal(await steps(page), age);
      await page.keyboard.press('Escape');
      assert.ok(!(await page.locator('#comparison').isVisible()));
      assert.ok(await page.locator('#dish').isVisible());
      await growTo(page, age + 1);
    });

    await visit(
      'at an exhibition one pattern after another grows, is cut and heals, until the dish is touched',
      async (page) => {
        assert.deepEqual(await page.locator('header:visible, #panel:visible, #transport:visible').count(), 0);
        const overflow = () =>
          page.evaluate(
            () =>
              document.documentElement.scrollHeight - innerHeight + document.documentElement.scrollWidth - innerWidth,
          );
        assert.equal(await overflow(), 0);
        await isTold(page, 'single cell');
        await page.locator('#speed').evaluate((slider) => {
          Object.assign(slider, { value: '12' }).dispatchEvent(new Event('input'));
        });
        await isTold(page, 'A cut');
        assert.deepEqual(await violations(page), []);
        await isTold(page, 'cut it yourself');
        await page.waitForFunction(() => !document.querySelector('#dish')?.ariaLabel?.includes('🦎'), null, {
          timeout: 120_000,
        });
        await growTo(page, 60);
        await page.mouse.click(...(await at(page, 0.5, 0.5)));
        const age = await steps(page);
        await growTo(page, Math.max(age, 220) + 1);
        assert.doesNotMatch(await told(page), /A cut/);
      },
      { search: '?engine=webgl2&kiosk', before: zooFirst },
    );

    await visit(
      'stations and organisms side by side fit on a phone',
      async (page) => {
        const overflows = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        await page.locator('#stations button').nth(1).tap();
        await settled(page);
        assert.ok((await overflows()) <= 0);
        assert.deepEqual(await violations(page), []);
        await page.locator('#compare').tap();
        await comparedTo(page, 2);
        assert.ok((await overflows()) <= 0);
        const { dish, close } = await page.evaluate(() => ({
          dish: document.querySelector('#frame')?.getBoundingClientRect().toJSON(),
          close: document.querySelector('#compare-end')?.getBoundingClientRect().toJSON(),
        }));
        assert.ok(close.bottom <= dish.bottom && dish.top >= -1, JSON.stringify({ dish, close }));
      },
      { options: PHONE },
    );
  }),
);
