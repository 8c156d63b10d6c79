// @ts-check
// A crew of workers in a real browser: they train the same organism however many they are, and live on when one dies.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PYTHON, ROOT, noBrowser, serve, withBrowser } from './browser.js';

/** @typedef {import('playwright-core').Page} Page */

const TARGET = `
import base64, sys
from blastema.targets import load_target
target = load_target(sys.argv[1], fit=int(sys.argv[2]), pad=4)
sys.stdout.write(base64.b64encode(target.tobytes()).decode())
`;
/** A target's numbers in base64. @param {string} name @param {number} fit cells on a side of the picture */
const targetOf = (name, fit) => execFileSync(PYTHON, ['-c', TARGET, name, String(fit)], { encoding: 'utf8' });

/**
 * @typedef {{workers?: number, options?: any, target?: string, side?: number, asked?: any, until: number,
 *   kills?: Record<number, number>}} Asked  kills: in which training step which worker is killed
 */

/** Trains in the page, in `window.trainer` with `window.crew`; what came of it. */
const train = async (/** @type {Asked} */ { workers, options = {}, target, side, asked, until, kills = {} }) => {
  const [{ Crew }, { Trainer }] = await Promise.all([import('/crew.js'), import('/trainer.js')]);
  const shared = /** @type {any} */ (window);
  if (workers) {
    shared.crew?.close();
    shared.Started ??= Worker;
    shared.started = [];
    shared.Worker = class extends shared.Started {
      /** @param {...unknown} given */
      constructor(...given) {
        super(...given);
        shared.started.push(this);
      }
    };
    shared.losses = [];
    shared.crew = await Crew.of(workers, { onLoss: (message) => shared.losses.push(message), ...options });
  }
  if (target) {
    const bytes = Uint8Array.from(atob(target), (letter) => letter.charCodeAt(0));
    const size = { height: side, width: side, target: new Float32Array(bytes.buffer) };
    shared.trainer = await Trainer.begin({ ...size, ...asked, crew: shared.crew });
  }
  const { trainer, crew, started } = shared;
  const losses = [];
  while (trainer.done < until) {
    const step = trainer.step();
    // While it works.
    if (trainer.done in kills) setTimeout(() => started[kills[trainer.done]].terminate(), 3);
    losses.push((await step).loss);
  }
  // All arrays of the state, so that two states can be compared.
  const seen = new Set();
  const numbers = JSON.stringify(trainer.checkpoint().state, (_, value) => {
    if (!ArrayBuffer.isView(value)) return value;
    seen.add(value);
    return [...new Uint32Array(value.buffer, value.byteOffset, value.byteLength / 4)];
  });
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(numbers));
  const hash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  const { best } = trainer.state;
  return { hash, losses, size: crew.size, lost: shared.losses, arrays: seen.size, score: best?.score };
};

/** Keeps the checkpoint of `window.trainer` in the browser's own database. */
const keep = () =>
  new Promise((resolve, reject) => {
    const { trainer } = /** @type {any} */ (window);
    const opening = indexedDB.open('kept');
    opening.onupgradeneeded = () => opening.result.createObjectStore('checkpoints');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const work = opening.result.transaction('checkpoints', 'readwrite');
      work.objectStore('checkpoints').put(trainer.checkpoint(), 'newest');
      work.oncomplete = () => resolve(null);
      work.onerror = () => reject(work.error);
    };
  });

/** Takes it up again, in `window.trainer`, with a crew that is given its tasks. */
const takeUp = async () => {
  const [{ Crew }, { Trainer }] = await Promise.all([import('/crew.js'), import('/trainer.js')]);
  const checkpoint = await new Promise((resolve) => {
    const opening = indexedDB.open('kept');
    opening.onsuccess = () => {
      const asked = opening.result.transaction('checkpoints').objectStore('checkpoints').get('newest');
      asked.onsuccess = () => resolve(asked.result);
    };
  });
  const shared = /** @type {any} */ (window);
  shared.crew = await Crew.of(3);
  shared.losses = [];
  shared.trainer = Trainer.resume(checkpoint, shared.crew);
};

/** Has two workers grow seed cells for a number of steps, and for 12 steps in a small grid afterwards. */
const grow = async (/** @type {{options: any, steps: number, side: number}} */ { options, steps, side }) => {
  const [{ Crew }, { Draws }, { initialWeights }, { seedGrid }, { DEFAULT_RULE }] = await Promise.all([
    import('/crew.js'),
    import('/draws.js'),
    import('/beginning.js'),
    import('/grids.js'),
    import('/rule.js'),
  ]);
  /** @type {string[]} */
  const lost = [];
  const crew = await Crew.of(2, { ...options, onLoss: (/** @type {string} */ message) => lost.push(message) });
  const weights = initialWeights(new Draws(1, 0), DEFAULT_RULE);
  const grown = (/** @type {number} */ size, /** @type {number} */ count) => {
    const grids = [seedGrid({ height: size, width: size, channels: 16 }, 1)];
    return crew.grow({ rule: DEFAULT_RULE, weights, height: size, width: size, steps: count, grids });
  };
  const error = await grown(side, steps).then(() => '', String);
  const [{ age }] = await grown(8, 12);
  return { error, lost, size: crew.size, afterwards: age };
};

const SIDE = 16 + 2 * 4;
const emoji = noBrowser ? '' : targetOf('🎄', 16);
const ASKED = { experiment: 'regenerating', settings: { steps: 400, pool: 16 }, seed: 5 };
const BEGUN = { target: emoji, side: SIDE, asked: ASKED };
/** With the milestone at 25, at which workers grow what is validated. */
const UNTIL = 27;

/** @param {import('playwright-core').Browser} browser @param {string} url */
async function opened(browser, url) {
  const page = await browser.newPage();
  await page.goto(`${url}blank.html`);
  return page;
}

test('a crew of workers', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const page = await opened(browser, url);
    const one = await page.evaluate(train, { ...BEGUN, workers: 1, until: UNTIL });
    assert.ok(one.arrays > 30 && one.losses.every(Number.isFinite) && Number.isFinite(one.score));

    for (const workers of [2, 3]) {
      await suite.test(`${workers} workers train the organism that 1 trains, bit for bit`, async () => {
        const result = await page.evaluate(train, { ...BEGUN, workers, until: UNTIL });
        assert.equal(result.size, workers);
        assert.deepEqual(result.losses, one.losses);
        assert.equal(result.hash, one.hash);
      });
    }
    await suite.test('another seed trains another', async () => {
      const asked = { ...ASKED, seed: 6 };
      const result = await page.evaluate(train, { ...BEGUN, asked, workers: 2, until: 2 });
      assert.notDeepEqual(result.losses, one.losses.slice(0, 2));
    });

    await suite.test('a training that was kept goes on in a page opened later, bit for bit', async () => {
      const first = await page.evaluate(train, { ...BEGUN, workers: 2, until: 11 });
      await page.evaluate(keep);
      await page.reload();
      await page.evaluate(takeUp);
      const rest = await page.evaluate(train, { until: UNTIL });
      assert.deepEqual([...first.losses, ...rest.losses], one.losses);
      assert.equal(rest.hash, one.hash);
    });

    await suite.test('workers that are killed are replaced, and the organism is the same', async () => {
      const kills = { 3: 0, 10: 1, 24: 2 };
      const result = await page.evaluate(train, { ...BEGUN, workers: 2, until: UNTIL, kills });
      assert.deepEqual(result.lost, ['a worker stopped', 'a worker stopped', 'a worker stopped']);
      assert.equal(result.hash, one.hash);
      assert.equal(result.size, 2);
    });
  }),
);

test('what goes wrong in workers is told, and the crew lives on', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const page = await opened(browser, url);
    await suite.test('too little memory', async () => {
      const result = await page.evaluate(grow, { options: { mebibytes: 3 }, steps: 20, side: 160 });
      assert.match(result.error, /^PlaygroundError: too little memory for this rollout; use a smaller grid or batch/);
      assert.equal(result.lost.length, 3);
      assert.ok(result.lost.every((why) => why.startsWith('too little memory')));
      assert.deepEqual([result.size, result.afterwards], [1, 12]);
    });
    await suite.test('silence', async () => {
      const result = await page.evaluate(grow, { options: { silence: 2 }, steps: 100_000_000, side: 40 });
      assert.equal(result.error, 'PlaygroundError: a worker has not answered for 2 seconds');
      assert.deepEqual([result.lost.length, result.afterwards], [3, 12]);
    });
    await suite.test('a crew that was ended', async () => {
      const error = await page.evaluate(async () => {
        const { Crew } = await import('/crew.js');
        const crew = await Crew.of(2);
        crew.close();
        return crew.grow(/** @type {any} */ ({ grids: [] })).catch(String);
      });
      assert.equal(error, 'PlaygroundError: the workers were ended');
    });
    await suite.test('no worker can be started', async () => {
      await page.route('**/training_worker.js', (route) => route.abort());
      const error = await page.evaluate(async () => (await import('/crew.js')).Crew.of(2).then(() => '', String));
      assert.match(error, /^PlaygroundError: the training cannot start a worker: a worker failed: its script did not/);
    });
  }),
);

test('an emoji of 16 cells is learned', { skip: noBrowser }, (context) =>
  withBrowser(async ({ browser, url }) => {
    const page = await opened(browser, url);
    const asked = { experiment: 'growing', settings: { steps: 400 }, seed: 1 };
    const began = performance.now();
    const { losses, score } = await page.evaluate(train, { ...BEGUN, asked, workers: 2, until: 400 });
    const seconds = (performance.now() - began) / 1000;
    const last = losses.slice(-20).reduce((sum, loss) => sum + loss, 0) / 20;
    context.diagnostic(`loss ${losses[0].toFixed(4)} to ${last.toFixed(4)} in ${seconds.toFixed(0)} s, score ${score}`);
    assert.ok(last < losses[0] / 10, `${losses[0]} to ${last}`);
  }),
);

test('a page trains as modules, in few files, and as one file from disk', { skip: noBrowser }, () =>
  withBrowser(async ({ browser }) => {
    const folder = mkdtempSync(join(tmpdir(), 'blastema-pages-'));
    const script = join(ROOT, 'playground/tests/crew_pages.py');
    const policy = execFileSync(PYTHON, [script, folder], { encoding: 'utf8' });
    const modules = await serve({ '/': join(folder, 'modules/') });
    const site = await serve({ '/': join(folder, 'site/') });
    try {
      const scripts = readdirSync(join(folder, 'site')).filter((name) => name.endsWith('.js'));
      assert.deepEqual(scripts.sort(), ['early.js', 'train.js', 'training_worker.js']);
      /** @type {string[]} */
      const titles = [];
      for (const address of [modules.url, site.url, String(pathToFileURL(join(folder, 'one.html')))]) {
        const page = await browser.newPage();
        // The policy of `blastema play`, for the page and for its workers.
        await page.route(/^http/, async (route) => {
          const response = await route.fetch();
          await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } });
        });
        await page.goto(address);
        await page.waitForFunction(() => /^losses|^failed/.test(document.title), null, { timeout: 60_000 });
        titles.push(await page.title());
        await page.close();
      }
      assert.match(titles[0], /^losses( \d+\.\d+){3}$/);
      assert.deepEqual(titles, [titles[0], titles[0], titles[0]]);
    } finally {
      modules.close();
      site.close();
      rmSync(folder, { recursive: true, force: true });
    }
  }),
);
