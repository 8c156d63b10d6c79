// @ts-check
// Uses the page as a restless visitor would, and prints what it holds: node benchmark/leak.js [MINUTES]
//
// Every round does the same things, so a page that keeps nothing holds the same after each of them. What it does keep
// is bounded: undo steps (100, and 100 MB), organisms that were fetched, and the code that the browser has compiled.
// Exits with 1 if the heap, the nodes or the listeners grew after the first third, or the memory of all processes.

import { readFileSync } from 'node:fs';
import { noBrowser, withBrowser } from '../tests/browser.js';

/** @typedef {{heap: number, nodes: number, listeners: number, processes: number}} Held */

const MINUTES = Number(process.argv[2] ?? 10);
/** Parts of a size that it may grow by after the first third. */
const ALLOWED = { heap: 0.1, nodes: 0.02, listeners: 0.02, processes: 0.1 };
const MB = 2 ** 20;

if (noBrowser) throw new Error(String(noBrowser));

/** @param {import('playwright-core').Page} page @param {number} x @param {number} y parts of the dish */
async function cutAcross(page, x, y) {
  const box = await page.locator('#dish').boundingBox();
  if (!box) throw new Error('there is no dish');
  await page.mouse.move(box.x + box.width * x, box.y + box.height * 0.2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * y, box.y + box.height * 0.8, { steps: 8 });
  await page.mouse.up();
}

/** One round: every pattern is picked and cut; views, probe, dialogs, the comparison and a station of the tour are
 * opened and closed. @param {import('playwright-core').Page} page @param {number} round */
async function visit(page, round) {
  for (const pattern of '1234567890') {
    await page.keyboard.press(pattern);
    await page.waitForTimeout(600);
    await cutAcross(page, 0.3, 0.7);
    await page.waitForTimeout(300);
  }
  for (const key of ['t', 't', 't', 'v', 'v', 'v', 'v', 'i', 'i', 'u', 'u', 'u', '?', 'Escape', 'r']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(200);
  }
  for (const hash of ['#tour=1', `#organism=regenerating/lizard&seed=${round}`, '#organism=growing/eye']) {
    await page.evaluate((to) => {
      location.hash = to;
    }, hash);
    await page.waitForTimeout(1500);
  }
  await page.evaluate(async () => {
    document.getElementById('compare')?.click();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    document.getElementById('compare-end')?.click();
  });
  await page.waitForTimeout(500);
}

/** @param {import('playwright-core').Browser} browser @param {import('playwright-core').CDPSession} session
 * @returns {Promise<Held>} */
async function held(browser, session) {
  for (let time = 0; time < 3; time++) await session.send('HeapProfiler.collectGarbage');
  const { metrics } = await session.send('Performance.getMetrics');
  const of = (/** @type {string} */ name) => metrics.find((one) => one.name === name)?.value ?? 0;
  const all = await (await browser.newBrowserCDPSession()).send('SystemInfo.getProcessInfo');
  const processes = all.processInfo.reduce((sum, { id }) => {
    const status = readFileSync(`/proc/${id}/status`, 'utf8');
    return sum + Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
  }, 0);
  const [heap, nodes, listeners] = ['JSHeapUsedSize', 'Nodes', 'JSEventListeners'].map(of);
  return { heap, nodes, listeners, processes };
}

await withBrowser(async ({ browser, url }) => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  await page.goto(`${url}#organism=regenerating/lizard`);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
  /** @type {Held[]} */
  const seen = [];
  const begin = performance.now();
  for (let round = 1; performance.now() < begin + MINUTES * 60_000; round++) {
    await visit(page, round);
    const now = await held(browser, session);
    seen.push(now);
    const time = ((performance.now() - begin) / 60_000).toFixed(1).padStart(5);
    const sizes = `heap ${(now.heap / MB).toFixed(2)} MB, processes ${(now.processes / MB).toFixed(0)} MB`;
    console.log(`${time} min: ${sizes}, ${now.nodes} nodes, ${now.listeners} listeners`);
  }
  const from = seen[Math.floor(seen.length / 3)],
    to = seen[seen.length - 1];
  for (const [name, part] of Object.entries(ALLOWED)) {
    const key = /** @type {keyof Held} */ (name);
    const growth = to[key] / from[key] - 1;
    console.log(`${name}: ${(100 * growth).toFixed(1)} % more at the end than after a third`);
    if (growth > part) process.exitCode = 1;
  }
});
