// @ts-check
// Prints how long a step takes in our design, in the article's and in the kernel, in one run of headless Chromium.

import { noBrowser, withBrowser } from '../tests/browser.js';
import { compare, median } from './compare.js';
import { reportEngines } from './engines.js';
import { reportKernels } from './kernel.js';

const ROUNDS = 15;

if (noBrowser) throw new Error(String(noBrowser));
await withBrowser(async ({ browser, url }) => {
  const page = await browser.newPage();
  await page.goto(`${url}blank.html`);
  for (const side of [96, 192]) {
    const { times, living, fiveLiving, renderer } = await page.evaluate(compare, {
      url: 'organisms/regenerating-lizard.safetensors',
      side,
      grown: side === 96 ? 150 : 60,
      rounds: side === 96 ? ROUNDS : 5,
    });
    const [ours, five] = [median(times.ours), median(times.five)];
    const ratio = (five / ours).toFixed(1);
    console.log(`${side} x ${side}, a grown lizard: ${living} living cells, ${fiveLiving} mature in the five passes`);
    console.log(`  ${renderer}`);
    console.log(`  two passes, float: ${ours.toFixed(1)} ms per step`);
    console.log(`  five passes, 8 bits: ${five.toFixed(1)} ms per step, ${ratio} times as long`);
  }
  await reportEngines(page);
  await reportKernels(page);
});
