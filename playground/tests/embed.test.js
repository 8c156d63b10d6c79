// @ts-check
// The dish inside another page, on the whole screen, and on its way to other people.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './axe.js';
import { noBrowser, withBrowser } from './browser.js';
import { PHONE, growTo, settled, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

/** Which of these are shown. @param {Page | import('playwright-core').Frame} page @param {string[]} selectors */
const shown = (page, selectors) =>
  page.evaluate((all) => all.filter((one) => document.querySelector(one)?.checkVisibility()), selectors);

const HIDDEN = ['header', '#panel', '#counters', '#speed', '#step'];
const KEPT = ['#dish', '#dish-hint', '#play', '#reset', '#undo', '#whole-page'];
const LINK = 'organism=regenerating/lizard&seed=5&size=72';

test('the dish elsewhere', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);

    for (const [width, height, hash] of /** @type {[number, number, string][]} */ ([
      [300, 360, `?embed#${LINK}`],
      [420, 500, `?embed=1#${LINK}`],
      [900, 400, `#embed&${LINK}`],
    ])) {
      await visit(
        `in a frame of ${width} x ${height} there are the dish, its hint and a row of buttons, and no scrollbars`,
        async (page) => {
          assert.deepEqual(await shown(page, [...HIDDEN, ...KEPT]), KEPT);
          const { outside, scrolls, dish } = await page.evaluate((selectors) => {
            const box = (/** @type {string} */ one) =>
              /** @type {Element} */ (document.querySelector(one)).getBoundingClientRect();
            const { scrollWidth, scrollHeight } = document.documentElement;
            return {
              outside: selectors.filter((one) => {
                const { left, top, right, bottom } = box(one);
                return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
              }),
              scrolls: scrollWidth > innerWidth || scrollHeight > innerHeight,
              dish: box('#dish').height,
            };
          }, KEPT);
          assert.deepEqual(outside, []);
          assert.ok(!scrolls);
          assert.ok(dish > 0.9 * Math.min(width, height - 80), `${dish} pixels`);
          assert.deepEqual(await violations(page), []);
        },
        { hash, options: { viewport: { width, height } } },
      );
    }

    await visit(
      'a link that only sounds like it shows the whole page',
      async (page) => {
        assert.deepEqual(await shown(page, ['header', '#panel', '#whole-page']), ['header', '#panel']);
      },
      { search: '?engine=webgl2&embedded', hash: `#${LINK}` },
    );

    await visit('the embed code puts the dish into another page, with a link back to the whole one', async (page) => {
      await page.click('#keep-it summary');
      await page.click('#embed');
      await page.waitForSelector('#notice.done:not([hidden])');
      assert.match(String(await page.locator('#notice p').textContent()), /put the page on a web host first/);
      const code = await page.locator('#embed-code').inputValue();
      assert.match(
        code,
        /^<iframe src="http[^"]+\?embed#organism=regenerating%2Flizard&#38;seed=5[^"]*" title="🦎, [^>]*><\/iframe>$/u,
      );
      await page.goto(`${url}blank.html`);
      await page.evaluate((html) => {
        document.body.innerHTML = html;
      }, code);
      const frame = await (await page.waitForSelector('iframe')).contentFrame();
      assert.ok(frame);
      await frame.waitForSelector('html[data-ready]', { state: 'attached' });
      assert.deepEqual(await shown(frame, [...HIDDEN, ...KEPT]), KEPT);
      await frame.waitForFunction(() => Number(document.querySelector('#steps')?.textContent) > 20);
      await frame.click('#play');
      await settled(page);
      const box = await (await frame.waitForSelector('#dish')).boundingBox();
      assert.ok(box);
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.2 * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height, { steps: 3 });
      await page.mouse.up();
      const [whole] = await Promise.all([page.waitForEvent('popup'), frame.click('#whole-page')]);
      await whole.waitForSelector('html[data-ready]', { state: 'attached' });
      assert.match(whole.url(), /\/#organism=regenerating%2Flizard&seed=5&.*&cuts=1/);
      assert.deepEqual(await shown(whole, ['header', '#panel', '#whole-page']), ['header', '#panel']);
    });

    await visit('the dish fills the screen by its button and by F, and the row below stays', async (page) => {
      const side = () => page.evaluate(() => document.querySelector('#dish')?.getBoundingClientRect().height ?? 0);
      const isFull = () => page.evaluate(() => document.fullscreenElement?.id ?? null);
      const before = await side();
      await page.click('#full-screen');
      await page.waitForFunction(() => document.fullscreenElement);
      await settled(page);
      assert.equal(await isFull(), 'stage');
      assert.ok((await side()) > before + 20, `${before} before, ${await side()} now`);
      assert.deepEqual(await shown(page, ['#dish', '#play', '#full-screen']), ['#dish', '#play', '#full-screen']);
      assert.ok(
        await page.evaluate(
          () => (document.querySelector('#play')?.getBoundingClientRect().bottom ?? 0) <= innerHeight,
        ),
      );
      await page.keyboard.press('f');
      await page.waitForFunction(() => !document.fullscreenElement);
      await settled(page);
      assert.equal(await side(), before);
      await page.keyboard.press('f');
      await page.waitForFunction(() => document.fullscreenElement);
      await page.evaluate(() => document.exitFullscreen());
      await page.waitForFunction(
        () => document.querySelector('#full-screen')?.getAttribute('aria-pressed') === 'false',
      );
    });

    await visit(
      'where the browser has no full screen, there is no button and no key for it',
      async (page) => {
        assert.deepEqual(await shown(page, ['#full-screen', '#undo']), ['#undo']);
        await page.keyboard.press('?');
        assert.doesNotMatch(String(await page.textContent('#sheet')), /full screen/);
      },
      {
        before: (page) =>
          page.addInitScript(() => Object.defineProperty(document, 'fullscreenEnabled', { get: () => false })),
      },
    );

    /** Replaces what sends links, and keeps what it was asked to send. @param {Page} page @param {string} [refusal] */
    const withShare = (page, refusal = '') =>
      page.addInitScript((name) => {
        const share = async (/** @type {ShareData} */ data) => {
          Object.assign(window, { sent: data });
          if (name) throw new DOMException('', name);
        };
        Object.defineProperties(navigator, { share: { value: share }, canShare: { value: () => true } });
      }, refusal);
    const press = async (/** @type {Page} */ page) => {
      await growTo(page, 2);
      await page.click('#share');
      await settled(page);
      return page.evaluate(() => /** @type {any} */ (window).sent);
    };
    const notice = (/** @type {Page} */ page) => page.locator('#notice:not([hidden]) p').allTextContents();

    await visit(
      'on touch screens the button offers to send the link',
      async (page) => {
        const sent = await press(page);
        assert.equal(sent.title, '🦎, growing in Blastema');
        assert.equal(sent.url, page.url());
        assert.match(sent.url, /#organism=regenerating%2Flizard&seed=5/);
        assert.deepEqual(await notice(page), []);
      },
      { options: PHONE, before: (page) => withShare(page) },
    );

    await visit(
      'nothing is copied if the user closes that',
      async (page) => {
        assert.ok(await press(page));
        assert.deepEqual(await notice(page), []);
      },
      { options: PHONE, before: (page) => withShare(page, 'AbortError') },
    );

    for (const [what, options, refusal] of /** @type {[string, object, string][]} */ ([
      ['with a mouse', {}, ''],
      ['if sending is refused', PHONE, 'NotAllowedError'],
    ])) {
      await visit(
        `${what}, the link is copied`,
        async (page) => {
          assert.equal(Boolean(await press(page)), refusal !== '');
          assert.match(String(await notice(page)), /^(Link copied|The link is in the address bar): it restores/);
        },
        { options, before: (page) => withShare(page, refusal) },
      );
    }
  }),
);
