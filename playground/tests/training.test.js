// @ts-check
// `blastema play --resume` in a real browser: the page shows the training, and its newest organism in the dish.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PYTHON, noBrowser, withBrowser } from './browser.js';
import { shows } from './visit.js';

const BEGIN = `
from pathlib import Path
from blastema.training.run import Config, Run
Run.begin(Path("run"), Config("disc", steps=100_000, fit=10, pad=5))
`;
/** The names of the default recipe's damages. */
const DAMAGES = `
import json
from blastema.training.experiments import RECIPES
from blastema.training.run import Config
print(json.dumps(list(dict.fromkeys(RECIPES[Config("disc").recipe].damages))))
`;
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Begins a run and plays it in a folder of its own; gives its address. @param {string} folder */
async function play(folder) {
  execFileSync(PYTHON, ['-c', BEGIN], { cwd: folder });
  const python = spawn(PYTHON, ['-m', 'blastema', 'play', '--no-browser', '--resume', 'run'], { cwd: folder });
  const ended = new Promise((resolve) => python.on('exit', resolve));
  const line = await new Promise((resolve, reject) => {
    python.stdout.once('data', (data) => resolve(String(data)));
    python.once('exit', (code) => reject(new Error(`blastema play ended with ${code}`)));
  });
  return { url: /** @type {RegExpMatchArray} */ (line.match(/http:\S+/))[0], python, ended };
}

/** The numbers that an element shows, one after the other. @param {import('playwright-core').Page} page
 * @param {string} selector @param {number} duration in ms */
const watch = (page, selector, duration) =>
  page.evaluate(
    ([name, wait]) => {
      const shown = /** @type {Element} */ (document.querySelector(String(name)));
      const numbers = [Number(shown.textContent)];
      new MutationObserver(() => numbers.push(Number(shown.textContent))).observe(shown, {
        characterData: true,
        childList: true,
        subtree: true,
      });
      return new Promise((resolve) => setTimeout(() => resolve(numbers), Number(wait)));
    },
    [selector, duration],
  );

test('a training is shown while it runs, and that it was stopped', { skip: noBrowser }, () =>
  withBrowser(async ({ browser }) => {
    const folder = mkdtempSync(join(tmpdir(), 'blastema-training-'));
    const { url, python, ended } = await play(folder);
    /** @type {string[]} */
    const damages = JSON.parse(String(execFileSync(PYTHON, ['-c', DAMAGES])));
    try {
      const page = await browser.newPage();
      /** @type {string[]} */
      const errors = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      await page.goto(url);
      const figure = async (/** @type {string} */ name) =>
        parseFloat((await page.textContent(`[data-figure=${name}]`))?.replace(',', '') ?? '');
      await page.waitForFunction(
        () => parseFloat(document.querySelector('[data-figure=step]')?.textContent ?? '') > 30,
        null,
        { timeout: 120_000 },
      );
      assert.ok((await figure('loss')) > 0 && (await figure('rate')) > 0);
      const before = await figure('step');

      // What it shows: target, batch before and after, pool, each in its tiles of 20 x 20 pixels, and the curve.
      const sizes = () =>
        page.$$eval('.training img', (images) =>
          JSON.stringify(
            images.map((image) => [
              /** @type {HTMLImageElement} */ (image).naturalWidth,
              /** @type {HTMLImageElement} */ (image).naturalHeight,
            ]),
          ),
        );
      // A picture that was exchanged a moment ago has no size yet.
      let shown = await sizes();
      while (shown.includes('[0,0]')) shown = await sizes();
      assert.equal(shown, '[[20,20],[160,20],[160,20],[240,80]]');
      const kinds = `the best 3 are damaged (${damages.join(', ')} in turn)`;
      assert.equal(
        await page.textContent('.training-batch'),
        `Before growing, the worst one is replaced by a seed cell and ${kinds}.`,
      );
      const points = (await page.getAttribute('.training .curve', 'points'))?.split(' ') ?? [];
      assert.ok(points.length > 30 && points.every((point) => /^[\d.]+,[\d.]+$/.test(point)), points.join(' '));

      // The organism of the beginning never grows beyond its seed; the newest does.
      await page.waitForFunction(() => parseFloat(document.querySelector('#living')?.textContent ?? '') > 20, null, {
        timeout: 120_000,
      });
      assert.equal((await page.getAttribute('#dish', 'aria-label'))?.includes('96 by 96 cells, disc'), true);
      await page.waitForFunction(
        (step) => parseFloat(document.querySelector('[data-figure=step]')?.textContent?.replace(',', '') ?? '') > step,
        before,
        { timeout: 30_000 },
      );

      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => /** @type {any} */ (window).axe.run('.training'));
      assert.deepEqual(
        violations.map((/** @type {any} */ { id, help }) => `${id}: ${help}`),
        [],
      );
      if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/training.png`, fullPage: true });
      assert.deepEqual(errors, []);

      // However slow the dish is, what grows in it is not begun again before it had time to grow.
      await page.locator('#speed').fill('0');
      await page.click('#reset');
      // Without a limit on steps it would be begun again every eight seconds; the reset may be seen late.
      const ages = await watch(page, '#steps', 20_000);
      assert.ok(ages.length > 1, String(ages));
      const fell = ages.filter((/** @type {number} */ steps, /** @type {number} */ place) => steps < ages[place - 1]);
      assert.ok(fell.length <= 1, String(ages));

      // What the user picks stays, until the training is wanted back.
      const follow = page.locator('#training input');
      await page.locator('.tiles label[title=fish]').click();
      await shows(page, '🐠');
      assert.equal(await follow.isChecked(), false);
      await page.waitForTimeout(12_000);
      await shows(page, '🐠');
      assert.equal(await page.locator('.tiles label[title=fish] input').isChecked(), true);
      await follow.check();
      await shows(page, 'disc');
      assert.equal(await page.locator('.tiles label[title=fish] input').isChecked(), false);
      assert.deepEqual(errors, []);

      python.kill('SIGINT');
      await page.waitForFunction(
        () => document.querySelector('.training-status')?.textContent?.startsWith('Stopped after step'),
        null,
        { timeout: 30_000 },
      );
      assert.equal(await ended, 130);
    } finally {
      python.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  }),
);
