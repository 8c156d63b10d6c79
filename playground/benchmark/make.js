// @ts-check
// Lets the page learn an emoji as a visitor would, with the settings that it offers: node benchmark/make.js [EMOJI]
//
// Prints when its loss fell below some values, and at the end what the page measures: the organism when grown, and
// after each of the article's five cuts.

import { noBrowser, withBrowser } from '../tests/browser.js';

const EMOJI = process.argv[2] ?? '🦖';
/** A picture is recognised at the first. */
const LOSSES = [0.01, 0.005, 0.002];
/** Losses of single batches vary. */
const AVERAGED = 5;

if (noBrowser) throw new Error(String(noBrowser));

/** Follows the training to its end. @param {import('playwright-core').Page} page */
async function follow(page) {
  const begin = performance.now();
  const left = [...LOSSES];
  /** @type {number[]} */
  const recent = [];
  for (let last = 0; ;) {
    const [step, steps, loss, ended] = await page.evaluate(() => {
      const shown = (/** @type {string} */ name) =>
        document.querySelector(`[data-figure=${name}]`)?.textContent?.replaceAll(',', '') ?? '';
      const [now, all] = shown('step').split(/\D+/).map(Number);
      return [now, all, Number(shown('loss')), now >= all && shown('rate') === '–'];
    });
    const seconds = ((performance.now() - begin) / 1000).toFixed(0);
    if (step > last) {
      last = step;
      recent.splice(0, Math.max(0, recent.push(loss) - AVERAGED));
      const mean = recent.reduce((sum, value) => sum + value, 0) / recent.length;
      while (recent.length === AVERAGED && mean < left[0])
        console.log(`loss below ${left.shift()} after ${seconds} s, ${step} of ${steps} training steps`);
    }
    if (ended) return console.log(`${steps} training steps after ${seconds} s, loss ${loss}`);
    await page.waitForTimeout(20);
  }
}

await withBrowser(async ({ browser, url }) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${url}#make`);
  await page.waitForSelector('[name=make-text]');
  await page.fill('[name=make-text]', EMOJI);
  await page.click('#make-new [type=submit]');
  await page.waitForSelector('#own:not([hidden])');
  await follow(page);
  for (const summary of await page.locator('#own summary').all()) await summary.click();
  await page.click('#own [data-do=measure]');
  console.log(await page.locator('[data-shows=measured]:has-text("grown")').textContent({ timeout: 120_000 }));
});
