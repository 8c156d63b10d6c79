// @ts-check
// Prints what the page asks for and how soon it shows the first step, each time in a browser without a cache.
//
//     node benchmark/weight.js [ADDRESS ...]
//
// Without addresses: the page of `blastema site`, from a server that does not compress, and that of `blastema play`.
// With several, they take turns. All of it is measured on this machine and through a slower network that Chromium
// imitates.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PYTHON, ROOT, noBrowser, serve, withBrowser, writtenSite } from '../tests/browser.js';
import { median } from './compare.js';

/** @typedef {{requests: number, bytes: number, seconds: number}} Visit */

const ROUNDS = 7;
/** Latency of each request in milliseconds, bytes per second: a good mobile network. */
const SLOW = { offline: false, latency: 60, downloadThroughput: 10e6 / 8, uploadThroughput: 5e6 / 8 };
/** Milliseconds after the first step in which the rest is loaded. */
const REST = 1500;

if (noBrowser) throw new Error(String(noBrowser));

/** Notes when the first step is shown, in milliseconds since the page was asked for. */
function noteFirstStep() {
  const look = () => {
    if (Number(document.querySelector('#steps')?.textContent) > 0) Object.assign(window, { shown: performance.now() });
    else requestAnimationFrame(look);
  };
  look();
}

/** @param {import('playwright-core').Browser} browser @param {string} url @param {boolean} slow
 * @returns {Promise<Visit>} */
async function visit(browser, url, slow) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  const network = await context.newCDPSession(page);
  const seen = { requests: 0, bytes: 0 };
  await network.send('Network.enable');
  if (slow) await network.send('Network.emulateNetworkConditions', SLOW);
  network.on('Network.requestWillBeSent', ({ request }) => {
    if (request.url.startsWith('http')) seen.requests++;
  });
  network.on('Network.loadingFinished', ({ encodedDataLength }) => (seen.bytes += encodedDataLength));
  await page.addInitScript(noteFirstStep);
  await page.goto(url);
  const shown = await page.waitForFunction(() => /** @type {any} */ (window).shown, null, { timeout: 120_000 });
  const seconds = Number(await shown.jsonValue()) / 1000;
  await page.waitForTimeout(REST);
  await context.close();
  return { ...seen, seconds };
}

/** Starts `blastema play`. @returns {Promise<{url: string, close: () => void}>} */
async function play() {
  const started = spawn(PYTHON, ['-m', 'blastema', 'play', '--no-browser'], { cwd: ROOT });
  const [line] = await once(started.stdout, 'data');
  return { url: String(/http:\S+/.exec(String(line))), close: () => started.kill() };
}

/** @param {import('playwright-core').Browser} browser @param {string[]} urls @param {boolean} slow */
async function measure(browser, urls, slow) {
  console.log(slow ? `\nAs if each request took ${SLOW.latency} ms, at 10 Mbit/s:` : 'On this machine:');
  /** @type {Map<string, Visit[]>} */
  const visits = new Map(urls.map((url) => [url, []]));
  for (let round = 0; round < ROUNDS; round++)
    for (const [url, all] of visits) all.push(await visit(browser, url, slow));
  for (const [url, all] of visits) {
    const [{ requests, bytes }] = all;
    const seconds = all.map((one) => one.seconds).sort((a, b) => a - b);
    const span = `${seconds[0].toFixed(2)} to ${seconds[ROUNDS - 1].toFixed(2)}`;
    console.log(`${url}  ${requests} requests, ${(bytes / 1000).toFixed(0)} kB`);
    console.log(`  first step shown after ${median(seconds).toFixed(2)} s (${span} in ${ROUNDS} visits)`);
  }
}

await withBrowser(async ({ browser }) => {
  const given = process.argv.slice(2);
  const servers = given.length ? [] : [await serve({ '/': `${writtenSite()}/` }), await play()];
  try {
    const urls = given.length ? given : servers.map(({ url }) => url);
    for (const slow of [false, true]) await measure(browser, urls, slow);
  } finally {
    for (const server of servers) server.close();
  }
});
