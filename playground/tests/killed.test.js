// @ts-check
// A training whose tab or browser is killed: how much is lost, and whether the same numbers follow.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { FLAGS, browserPath, noBrowser, serve, writtenSite } from './browser.js';

/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {import('playwright-core').Page} Page */

/** Seconds of training that a killed page may lose. */
const MOST_LOST = 10;
const blank = { '/blank.html': '<!doctype html><link rel="icon" href="data:,"><title>blank</title>' };

/** Begins to train an emoji of few cells from random weights. @param {Page} page */
async function train(page) {
  await page.fill('[name=make-text]', '🍓');
  await page.locator('[name=make-size]').fill('16');
  await page.check('[name=make-experiment][value=persistent]', { force: true });
  await page.selectOption('[name=make-begins]', '');
  await page.click('#make-new [type=submit]');
  await page.waitForSelector('#own:not([hidden])');
}

/** The training step that a page has reached. @param {Page} page */
const stepOf = (page) =>
  page.evaluate(() => parseInt(document.querySelector('[data-figure=step]')?.textContent?.replace(',', '') || '0'));

/** What the browser keeps of the training. @param {Page} page */
const keptStep = (page) =>
  page.evaluate(async () => {
    const { OwnOrganisms } = await import(/** @type {any} */ ('/own_organisms.js'));
    return (await (await OwnOrganisms.open()).all())[0].step;
  });

/** Watches a training until a while after it was saved for the first time since it began, when it must have been saved
 * again. Returns when it had reached each step. @param {Page} page @param {Page} other of the same site */
async function watch(page, other) {
  /** @type {Map<number, number>} */
  const reached = new Map();
  for (let end = Infinity; performance.now() < end; await page.waitForTimeout(50)) {
    const step = await stepOf(page);
    if (!reached.has(step)) reached.set(step, performance.now());
    const kept = end === Infinity ? await keptStep(other) : 0;
    if (kept > 0) end = (reached.get(kept) ?? performance.now()) + 1000 * MOST_LOST + 200;
  }
  return reached;
}

/** Kills the tab that works most, or the browser, without a chance to do anything before.
 * @param {BrowserContext} context @param {'renderer' | 'browser'} type */
async function kill(context, type) {
  const session = await /** @type {import('playwright-core').Browser} */ (context.browser()).newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  const found = processInfo.filter((each) => each.type === type).sort((a, b) => b.cpuTime - a.cpuTime);
  process.kill(found[0].id, 'SIGKILL');
}

/** Whether a training that was never interrupted is in the same state after as many steps. @param {Page} page */
const isAsUninterrupted = (page) =>
  page.evaluate(async () => {
    const load = (/** @type {string} */ name) => import(/** @type {any} */ (`/${name}.js`));
    const [{ OwnOrganisms }, { Trainer }, { Crew }] = await Promise.all(['own_organisms', 'trainer', 'crew'].map(load));
    const kept = await OwnOrganisms.open();
    const { plan, state } = await kept.checkpoint((await kept.all())[0].id);
    const { recipe, ...asked } = plan;
    const crew = await Crew.of();
    const trainer = await Trainer.begin({ ...asked, crew, settings: { steps: recipe.steps } });
    while (trainer.done < state.done) await trainer.step();
    crew.close();
    const numbers = (/** @type {any} */ { weights, moments, pool, recent, done }) =>
      JSON.stringify([weights, moments, pool, recent, done], (_, value) =>
        ArrayBuffer.isView(value)
          ? Array.from(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
          : value,
      );
    return { done: state.done, isSame: numbers(trainer.state) === numbers(state) };
  });

test('a killed training', { skip: noBrowser, timeout: 600_000 }, async (suite) => {
  const server = await serve({ '/': `${writtenSite()}/` }, blank);
  for (const victim of /** @type {const} */ (['renderer', 'browser'])) {
    await suite.test(
      `the ${victim} is killed: at most ${MOST_LOST} seconds are lost, and it goes on alike`,
      async (each) => {
        const home = mkdtempSync(join(tmpdir(), 'blastema-killed-'));
        const launch = () =>
          chromium.launchPersistentContext(home, { executablePath: browserPath, args: FLAGS, serviceWorkers: 'block' });
        let context = await launch();
        try {
          const page = await context.newPage();
          await page.goto(`${server.url}#make`);
          await train(page);
          const other = await context.newPage();
          await other.goto(`${server.url}blank.html`);
          await page.bringToFront();
          const reached = await watch(page, other);
          await kill(context, victim);
          const killed = performance.now();
          if (victim === 'browser') {
            await context.close().catch(() => {});
            context = await launch();
          }
          const next = await context.newPage();
          await next.goto(`${server.url}blank.html`);
          const kept = await keptStep(next);
          // A step may have been too short to be seen.
          const before = [...reached].filter(([step]) => step <= kept).map(([, time]) => time);
          const lost = (killed - Math.max(...before)) / 1000;
          each.diagnostic(`${kept} steps were kept, ${lost.toFixed(1)} seconds lost`);
          assert.ok(kept > 0 && lost < MOST_LOST, `${lost} seconds are lost`);
          await next.goto(server.url);
          await next.waitForFunction(
            (least) => parseInt(document.querySelector('[data-figure=step]')?.textContent ?? '') >= least,
            kept + 2,
            { timeout: 60_000 },
          );
          await next.click('#own [data-do=run]');
          await next.waitForSelector('#own [data-do=run]:has-text("Go on")');
          const { done, isSame } = await isAsUninterrupted(next);
          assert.equal(done, await stepOf(next));
          assert.ok(isSame, `after ${done} steps it is another training`);
        } finally {
          await context.close().catch(() => {});
          rmSync(home, { recursive: true, force: true, maxRetries: 5 });
        }
      },
    );
  }
  server.close();
});
