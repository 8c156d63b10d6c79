// @ts-check
// A static site without a network: its service worker keeps it, replaces it by a newer one, and sends nothing.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { PYTHON, ROOT, TYPES, noBrowser, withBrowser } from './browser.js';
import { DESK, growTo } from './visit.js';

/** @typedef {import('playwright-core').BrowserContext} BrowserContext */
/** @typedef {import('playwright-core').Page} Page */

/** As the pages of a project on a host of many. */
const UNDER = '/lizards/garden/';
/** What blastema play sends, and what many hosts do: files stay in the browser for ten minutes. */
const POLICY = execFileSync(
  PYTHON,
  ['-c', 'from blastema.hosting.server import HEADERS; print(HEADERS["Content-Security-Policy"], end="")'],
  { encoding: 'utf8' },
);
const HEADERS = { 'content-security-policy': POLICY, 'cache-control': 'max-age=600', vary: 'Accept-Encoding' };

/** A static host that can be stopped, started again at the same address, and given another site. */
class Host {
  folder = '';
  /** @type {string[]} */
  asked = [];
  port = 0;
  #server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    this.asked.push(pathname);
    const path = join(this.folder, pathname.slice(UNDER.length) || 'index.html');
    const isThere = pathname.startsWith(UNDER) && existsSync(path);
    response.writeHead(isThere ? 200 : 404, { ...HEADERS, 'content-type': TYPES[extname(path)] ?? 'text/plain' });
    response.end(isThere ? readFileSync(path) : 'not found');
  });

  /** @param {string} folder */
  async start(folder) {
    this.folder = folder;
    await new Promise((resolve) => this.#server.listen(this.port, '127.0.0.1', () => resolve(null)));
    this.port = /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  async stop() {
    if (!this.#server.listening) return;
    const stopped = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await stopped;
  }

  get url() {
    return `http://127.0.0.1:${this.port}${UNDER}`;
  }
}

const ready = (/** @type {Page} */ page) =>
  page.waitForSelector('html[data-ready]', { state: 'attached', timeout: 60_000 });
const which = (/** @type {Page} */ page) => page.evaluate(() => /** @type {any} */ (globalThis).which);
const version = async (/** @type {Page} */ page) => (await page.getAttribute('html', 'data-version')) ?? 'none';
/** Which versions of the site are kept, and for how many pages. @param {Page} page */
const keeps = (page) =>
  page.evaluate(async () => {
    const home = new URL('.', location.href).href;
    const found = (await caches.keys()).map(async (name) => {
      const urls = (await (await caches.open(name)).keys()).map(({ url }) => url);
      const pages = urls.filter((url) => url.includes('?page=')).length;
      return [name.split(' ').at(-1), urls.includes(home) ? pages : 'not whole'];
    });
    return Object.fromEntries(await Promise.all(found));
  });

/** Waits until these versions are kept, and only these. @param {Page} page
 * @param {Record<string, number>} wanted for how many pages each */
async function kept(page, wanted) {
  for (let tries = 0; tries < 300; tries++) {
    if (isDeepStrictEqual(await keeps(page), wanted)) return;
    await page.waitForTimeout(200);
  }
  assert.deepEqual(await keeps(page), wanted);
}

/** The text of a file as a page gets it. @param {Page} page @param {string} path */
const file = (page, path) => page.evaluate(async (wanted) => (await fetch(wanted)).text(), path);

/** Trains an emoji of few cells for some steps. @param {Page} page @param {number} steps */
async function train(page, steps) {
  await page.click('#make-open');
  await page.fill('[name=make-text]', '🍓');
  await page.locator('[name=make-size]').fill('16');
  await page.click('#make-new [type=submit]');
  await page.waitForFunction(
    (least) => parseInt(document.querySelector('[data-figure=step]')?.textContent ?? '') >= least,
    steps,
    { timeout: 120_000 },
  );
}

test('a static site without a network', { skip: noBrowser, timeout: 900_000 }, (suite) =>
  withBrowser(async ({ browser }) => {
    const folder = mkdtempSync(join(tmpdir(), 'blastema-offline-'));
    execFileSync(PYTHON, [join(ROOT, 'playground/tests/offline_sites.py'), folder]);
    const [first, second, play] = ['first', 'second', 'play'].map((name) => join(folder, name));

    /** Runs a test with a host and a browser that has never seen it.
     * @param {string} name @param {(host: Host, context: BrowserContext) => Promise<void>} use */
    const visit = (name, use) =>
      suite.test(name, async () => {
        const [host, context] = [new Host(), await browser.newContext(DESK)];
        try {
          await use(host, context);
        } finally {
          await context.close();
          await host.stop();
        }
      });

    /** A page of a host, and what it says is wrong. @param {Host} host @param {BrowserContext} context */
    async function open(host, context) {
      const page = await context.newPage();
      /** @type {string[]} */
      const errors = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      await page.goto(`${host.url}#seed=3`);
      await ready(page);
      return { page, errors };
    }

    await visit(
      'opened once, it grows, shows all organisms and trains when the host is gone',
      async (host, context) => {
        await host.start(first);
        const { page, errors } = await open(host, context);
        await kept(page, { [await version(page)]: 1 });
        await host.stop();
        // What was not needed until now.
        const last = page.locator('#patterns .tiles label').last();
        await last.click();
        await growTo(page, 20);
        await page.reload();
        await ready(page);
        await growTo(page, 40);
        assert.ok(await page.locator('#notice').isHidden());
        await train(page, 2);
        assert.deepEqual(errors, []);
        for (const address of [`${host.url}index.html?seed=3`, `${host.url}?embed#seed=3`]) {
          const other = await context.newPage();
          await other.goto(address);
          await ready(other);
          await growTo(other, 5);
          await other.close();
        }
      },
    );

    await visit('a newer site replaces it, and no page gets files of both', async (host, context) => {
      await host.start(first);
      const { page: old } = await open(host, context);
      const before = await version(old);
      await kept(old, { [before]: 1 });
      host.folder = second;
      const { page } = await open(host, context);
      const after = await version(page);
      assert.notEqual(after, before);
      assert.equal(await which(page), 'second');
      await kept(page, { [before]: 1, [after]: 1 });
      await host.stop();
      for (const [each, name] of /** @type {const} */ ([
        [old, 'first'],
        [page, 'second'],
      ])) {
        assert.match(await file(each, 'training_worker.js'), new RegExp(`^globalThis.which = '${name}'`));
      }
      await old.reload();
      await ready(old);
      assert.equal(await which(old), 'second');
      await kept(old, { [after]: 2 });
      await page.close();
      await growTo(old, 20);
    });

    await visit('a site that is being replaced is not kept half', async (host, context) => {
      await host.start(first);
      const mixed = join(folder, 'mixed');
      execFileSync('cp', ['-r', first, mixed]);
      execFileSync('cp', [join(second, 'training_worker.js'), mixed]);
      host.folder = mixed;
      const { page } = await open(host, context);
      // It has tried.
      while (!host.asked.filter((path) => path.endsWith('training_worker.js'))[1]) await page.waitForTimeout(100);
      await page.waitForTimeout(1000);
      assert.deepEqual(await keeps(page), {});
      host.folder = first;
      await page.reload();
      await ready(page);
      await kept(page, { [await version(page)]: 1 });
    });

    await visit('blastema play at its address is not the kept site, and ends it', async (host, context) => {
      await host.start(first);
      const { page: site } = await open(host, context);
      await kept(site, { [await version(site)]: 1 });
      await site.close();
      host.folder = play;
      const { page } = await open(host, context);
      assert.equal(await which(page), 'play');
      assert.match(await file(page, 'training_worker.js'), /^globalThis.which = 'play'/);
      await kept(page, {});
      assert.equal(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length), 0);
      await page.reload();
      await ready(page);
      assert.equal(await page.evaluate(() => navigator.serviceWorker.controller), null);
    });

    await visit('no room, or no service workers: it runs with a network', async (host, context) => {
      await host.start(first);
      const { page, errors } = await open(host, context);
      const session = await context.newCDPSession(page);
      const origin = new URL(host.url).origin;
      await kept(page, { [await version(page)]: 1 });
      await page.evaluate(async () => {
        await (await navigator.serviceWorker.getRegistration())?.unregister();
        for (const name of await caches.keys()) await caches.delete(name);
      });
      await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 10_000 });
      await page.reload();
      await ready(page);
      await growTo(page, 20);
      await page.addInitScript(() => Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined }));
      await page.reload();
      await ready(page);
      await growTo(page, 20);
      assert.deepEqual(errors, []);
    });

    await visit('nothing is asked of any host while an organism is trained', async (host, context) => {
      await host.start(first);
      const { page, errors } = await open(host, context);
      await kept(page, { [await version(page)]: 1 });
      await page.reload();
      await ready(page);
      await page.evaluate(() => navigator.serviceWorker.ready);
      await kept(page, { [await version(page)]: 1 });
      /** @type {string[]} */
      const sent = [];
      const session = await context.newCDPSession(page);
      await session.send('Network.enable');
      session.on('Network.responseReceived', ({ response }) => {
        if (!response.fromServiceWorker && /^(http|ws)/.test(response.url)) sent.push(response.url);
      });
      session.on('Network.loadingFailed', ({ errorText }) => sent.push(errorText));
      session.on('Network.webSocketCreated', ({ url }) => sent.push(url));
      host.asked = [];
      await train(page, 12);
      await page.click('#own [data-do=run]');
      await page.waitForSelector('#own [data-do=run]:has-text("Go on")');
      assert.deepEqual(sent, []);
      // The browser itself shows the icon, and looks for a newer site after the page has loaded.
      const isBrowsers = (/** @type {string} */ path) => /\/(icon\.svg|offline_worker\.js)$/.test(path);
      assert.deepEqual(
        host.asked.filter((path) => !isBrowsers(path)),
        [],
      );
      assert.deepEqual(errors, []);
    });
    rmSync(folder, { recursive: true, force: true });
  }),
);
