// @ts-check
// The page in Firefox: its engine, and what most visitors do. The other tests use Chromium.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { violations } from './axe.js';
import { noFirefox, withFirefox } from './firefox.js';
import { GOLDEN, OWN_FILTERS, SIGNALS, TOLERANCE, replay } from './replay.js';

/** @typedef {import('puppeteer-core').Page} Page */

const ENGINES = /** @type {const} */ (['webgl2', 'kernel']);
const LINK = '#organism=regenerating/lizard&seed=5&size=72';
/** What llvmpipe needs on a busy machine. */
const timeout = 60_000;

/** @param {Page} page @param {number} until */
const growTo = (page, until) =>
  page.waitForFunction(
    (age) => Number(document.querySelector('#steps')?.textContent?.replaceAll(',', '')) >= age,
    { timeout },
    until,
  );

/** Drags across the dish, from one part of its width to another. @param {Page} page @param {number} from
 * @param {number} to */
async function cut(page, from, to) {
  const box = await (await page.$('#dish'))?.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + from * box.width, box.y + 0.5 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + to * box.width, box.y + 0.5 * box.height, { steps: 8 });
  await page.mouse.up();
}

test('Firefox', { skip: noFirefox }, (suite) =>
  withFirefox(async ({ browser, url }) => {
    /** @type {string[]} */
    const errors = [];
    /** @param {string} name @param {string} hash @param {(page: Page) => Promise<void>} use */
    const visit = (name, hash, use) =>
      suite.test(name, async () => {
        const page = await browser.newPage();
        await page.setViewport({ width: 1280, height: 800 });
        page.on('pageerror', (error) => errors.push(String(error)));
        page.on('console', (message) => {
          if (message.type() === 'error') errors.push(message.text());
        });
        await page.goto(url + hash);
        await use(page);
        await page.close();
        assert.deepEqual(errors.splice(0), []);
      });

    await visit('a first visit begins with the story', '', async (page) => {
      await page.waitForSelector('#skip', { visible: true, timeout });
      await page.click('#skip');
      await page.waitForSelector('#skip', { hidden: true });
      assert.deepEqual(await violations(page), []);
    });

    for (const engine of ENGINES) {
      await visit(`golden vectors, ${engine}`, 'blank.html', async (page) => {
        for (const vector of [...GOLDEN, ...OWN_FILTERS, ...SIGNALS]) {
          const result = await page.evaluate(replay, { vector, other: null, engine });
          assert.equal(result.error, 0, vector.name);
          assert.deepEqual(result.firing, vector.firing, vector.name);
          for (const distance of Object.values(result.furthest)) {
            assert.ok(distance < TOLERANCE, `${vector.name}: ${distance}`);
          }
        }
      });

      await visit(
        `${engine}: it grows, is cut and heals, and one cell can be looked into`,
        `?engine=${engine}${LINK}`,
        async (page) => {
          await growTo(page, 150);
          await cut(page, 0.3, 0.8);
          await page.waitForFunction(() => /^Healed in/.test(document.querySelector('#told')?.textContent ?? ''), {
            timeout,
          });
          await page.keyboard.press('i');
          const box = await (await page.$('#dish'))?.boundingBox();
          assert.ok(box);
          await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
          await page.waitForFunction(() => /^Alive/.test(document.querySelector('#cell-alive')?.textContent ?? ''), {
            timeout,
          });
          assert.ok(await page.$eval('#cell-hidden', (hidden) => hidden.checkVisibility()));
          assert.deepEqual(await violations(page), []);
        },
      );
    }

    await visit('it has no graphics card here, so the kernel computes', LINK, async (page) => {
      await growTo(page, 20);
      const said = await page.$eval('#engine', ({ textContent }) => textContent);
      assert.match(String(said), /^Computed by the WebAssembly kernel: this browser (draws|has no) WebGL 2/);
    });

    await visit('a station of the tour performs its act', '#tour=3', async (page) => {
      await page.waitForFunction(() => /^Healed in/.test(document.querySelector('#told')?.textContent ?? ''), {
        timeout,
      });
      assert.deepEqual(await violations(page), []);
    });
  }),
);
