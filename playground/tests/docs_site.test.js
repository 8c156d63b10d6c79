// @ts-check
// The documentation site, opened from a folder, as `make site` builds it.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { violations } from './axe.js';
import { noBrowser, withBrowser } from './browser.js';

const SITE = new URL('../../build/site/', import.meta.url);
const missing = existsSync(new URL('play/index.html', SITE)) ? false : 'build it first: make site';
if (missing && process.env.CI) throw new Error(missing);

/** @typedef {{width: number, height: number, colorScheme: 'light' | 'dark'}} Screen */
const DESK = /** @type {Screen} */ ({ width: 1280, height: 900, colorScheme: 'light' });
const PHONE = /** @type {Screen} */ ({ width: 390, height: 844, colorScheme: 'dark' });
/** Pages of every kind. @type {[string, Screen][]} */
const PAGES = [
  ['index', DESK],
  ['index', PHONE],
  ['experiments', DESK],
  ['notebook', DESK],
  ['notebook', PHONE],
  ['tutorials/first-organism', PHONE],
  ['cli', DESK],
  ['api', PHONE],
  ['zoo', PHONE],
];
/** What WCAG 2.1 asks for, AA; axe may load no files, since browsers forbid that in a folder. */
const WCAG = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], preload: false };
/** Of the first page without its dish, compressed as hosts do. */
const MOST_BYTES = 300_000;

/** Opens a page and notes what it loads and what goes wrong.
 * @param {import('playwright-core').Browser} browser @param {string} path
 * @param {(page: import('playwright-core').Page, loaded: string[]) => Promise<void>} use
 * @param {Screen} screen */
async function visit(browser, path, use, { width, height, colorScheme } = DESK) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme });
  /** @type {string[]} */
  const loaded = [];
  /** @type {string[]} */
  const wrong = [];
  page.on('request', (request) => loaded.push(request.url()));
  page.on('requestfailed', (request) => {
    // A dish that is taken out of its page drops its own scripts.
    if (!request.url().startsWith('blob:')) wrong.push(request.url());
  });
  page.on('pageerror', (error) => wrong.push(String(error)));
  page.on('console', (message) => void (message.type() === 'error' && wrong.push(message.text())));
  await page.goto(new URL(path, SITE).href);
  await use(page, loaded);
  // A dish inside another page may not take the keyboard.
  assert.deepEqual(
    wrong.filter((text) => !text.startsWith('Blocked autofocusing')),
    [],
  );
  assert.deepEqual(
    loaded.filter((url) => !/^(file|data|blob|about):/.test(url)),
    [],
  );
  await page.close();
}

test('the documentation site', { skip: missing || noBrowser }, (suite) =>
  withBrowser(async ({ browser }) => {
    for (const [path, screen] of PAGES)
      await suite.test(`${path} is accessible, ${screen.width} pixels wide and ${screen.colorScheme}`, () =>
        visit(
          browser,
          `${path}.html`,
          async (page) => {
            await page.evaluate(() => document.querySelectorAll('iframe').forEach((frame) => frame.remove()));
            assert.deepEqual(await violations(page, WCAG), []);
            const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
            assert.ok(wider <= 0, `${wider} pixels wider than the screen`);
          },
          screen,
        ),
      );

    await suite.test('the first page is small', () =>
      visit(browser, 'index.html', async (page, loaded) => {
        await page.waitForLoadState('load');
        const files = [...new Set(loaded)].filter((url) => url.startsWith('file:') && !url.includes('/dishes/'));
        assert.ok(files.length > 3);
        const bytes = files.map((url) => gzipSync(readFileSync(fileURLToPath(url.split(/[?#]/)[0]))).length);
        const sum = bytes.reduce((all, one) => all + one, 0);
        assert.ok(sum < MOST_BYTES, `${sum} bytes`);
      }),
    );

    await suite.test('its dishes are alive', () =>
      visit(browser, 'experiments.html', async (page) => {
        const frames = page.locator('iframe.dish');
        assert.equal(await frames.count(), readdirSync(new URL('dishes', SITE)).length);
        for (const frame of await frames.all()) {
          await frame.scrollIntoViewIfNeeded();
          const dish = frame.contentFrame();
          await dish.locator('html[data-ready]').waitFor({ state: 'attached' });
          await dish.locator('#dish').waitFor();
        }
      }),
    );

    await suite.test('a search finds a page', () =>
      visit(browser, 'tutorials/many-bodies.html', async (page) => {
        await page.locator('.md-search__input').click();
        await page.keyboard.type('unicorn');
        await page.locator('[data-md-component=search-result] a').first().waitFor();
        const found = await page.locator('[data-md-component=search-result] a').first().getAttribute('href');
        assert.match(String(found), /firmware/);
      }),
    );

    await suite.test('the page is inside', () =>
      visit(browser, 'index.html', async (page) => {
        const href = await page.locator('a', { hasText: 'The page' }).first().getAttribute('href');
        assert.ok(existsSync(new URL(String(href), SITE)));
      }),
    );
  }),
);
