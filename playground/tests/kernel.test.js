// @ts-check
// The native engine in WebAssembly, in a real browser: the golden vectors, gradients, and what it refuses.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PYTHON, ROOT, noBrowser, withBrowser } from './browser.js';

/** As in tests/test_golden.py; measured: at most 5e-7. */
const TOLERANCE = 1e-5;
/** Relative to the norm of a gradient, as in tests/double_precision.py; measured: at most 1e-6. */
const GRADIENT_TOLERANCE = 1e-4;
/** As in tests/test_neon.py: of millions of hidden units a few are so near zero that rounding decides. */
const LONG_TOLERANCE = 2e-3;
/** @param {string} path @returns {any[]} */
const vectorsOf = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
const FILES = ['kernel.wasm', 'kernel_relaxed.wasm'];
const VECTORS = ['tests/golden/vectors.json', 'tests/golden/signals.json', 'playground/tests/own_filters.json'];

/** @param {(tools: {page: import('playwright-core').Page, url: string}) => Promise<void>} use */
const withPage = (use) =>
  withBrowser(async ({ browser, url }) => {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    await use({ page, url });
  });

/** Calls a function of kernel_page.js in the page. @param {import('playwright-core').Page} page
 * @param {keyof typeof import('./kernel_page.js')} name @param {...any} values @returns {Promise<any>} */
const run = (page, name, ...values) =>
  page.evaluate(
    async ({ what, given }) => {
      /** @type {Record<string, Function>} */
      const functions = await import('/tests/kernel_page.js');
      return functions[what](...given);
    },
    { what: name, given: values },
  );

for (const file of FILES) {
  test(`golden vectors, ${file}`, { skip: noBrowser }, (suite) =>
    withPage(async ({ page }) => {
      for (const vector of VECTORS.flatMap(vectorsOf)) {
        await suite.test(`${vector.name}: the same cells fire and states are those of the judge`, async () => {
          const { masks, furthest } = await run(page, 'replay', file, vector);
          assert.deepEqual(masks, vector.firing);
          const shown = furthest.map((/** @type {number} */ value) => value.toExponential(1)).join(', ');
          suite.diagnostic(`${vector.name}: after 1, 2, 10 steps at most ${shown} from the judge`);
          assert.equal(furthest.length, 3);
          for (const distance of furthest) assert.ok(distance < TOLERANCE, `${distance}`);
        });
      }
    }),
  );
}

test('gradients', { skip: noBrowser }, (suite) =>
  withPage(async ({ page }) => {
    const script = join(ROOT, 'playground/tests/kernel_cases.py');
    const cases = JSON.parse(execFileSync(PYTHON, [script], { encoding: 'utf8', maxBuffer: 1 << 28 }));
    const measured = async (/** @type {string} */ file, /** @type {any} */ given) => {
      const distances = /** @type {Record<string, number>} */ (await run(page, 'distances', file, given));
      const shown = Object.entries(distances).map(([name, value]) => `${name} ${value.toExponential(1)}`);
      suite.diagnostic(`${file}, ${given.name}: ${shown.join(', ')}`);
      return distances;
    };
    for (const file of FILES) {
      for (const given of cases.judged) {
        await suite.test(`${file}, ${given.name}: as in double precision`, async () => {
          const { last, ...gradients } = await measured(file, given);
          assert.ok(last < TOLERANCE, `${last}`);
          assert.equal(Object.keys(gradients).length, given.rule.signals ? 6 : 5);
          for (const [name, distance] of Object.entries(gradients)) {
            assert.ok(distance < GRADIENT_TOLERANCE, `${name}: ${distance}`);
          }
        });
      }
      await suite.test(`${file}, grown lizards: as the native engine`, async () => {
        for (const [name, distance] of Object.entries(await measured(file, cases.trained))) {
          assert.ok(distance < LONG_TOLERANCE, `${name}: ${distance}`);
        }
      });
      await suite.test(`${file}: twice the same, bit for bit`, async () => {
        const bits = async () => JSON.stringify(await run(page, 'learned', file, cases.judged[0]));
        assert.equal(await bits(), await bits());
      });
    }
  }),
);

/** What is said of each mistake of kernel_page.js. @type {Record<string, RegExp>} */
const SAID = {
  'a state that is not a number': /^states must be finite; channel 5 of the cell at row 3, column 2 is NaN$/,
  'an infinite state': /^states must be finite; channel 0 of the cell at row 0, column 0 is -Infinity$/,
  'too few states': /^states has 559 numbers; this rollout needs 560$/,
  'states of another type': /^states must be a Float32Array of 560 numbers$/,
  'a weight that is not a number': /^hidden_bias must be finite; number 7 is NaN$/,
  'weights of another rule': /^hidden_weight has 6144 numbers; this rollout needs 3072$/,
  'no weights of signals': /^signal_bias has 0 numbers; this rollout needs 256$/,
  'signals without a rule for them': /^this rule has no signals; leave out map and mixtures$/,
  'a signal that does not exist': /^signals of a map must be 0 to 1; that of the cell at row 4, column 6 is 2$/,
  'a map of another size': /^map has 34 numbers; this rollout needs 35$/,
  'a mixture that is not a number': /^mixtures must be finite; number 1 is NaN$/,
  'map and mixtures': /^a batch has either a map or mixtures of signals, not both$/,
  'an empty batch': /^count is 0; it must be a whole number from 1 to 65536$/,
  'half a row': /^height is 2.5; it must be a whole number from 1 to 1024$/,
  'too many channels': /^channels is 65; it must be a whole number from 4 to 64$/,
  'an angle that is not a number': /^angle is NaN; it must be a finite number of radians$/,
  'steps beyond the last age': /^steps is 11; it must be a whole number from 0 to 10$/,
  'part of a step': /^steps is 0.5; it must be a whole number from 0 to 4294967295$/,
  'backward without a record': /^this rollout has no recorded steps; begin one with record: true$/,
  'backward from another size': /^cotangent has 35 numbers; this rollout needs 560$/,
  'backward twice': /^this rollout was freed, went backward or failed; begin another$/,
  'steps after it was freed': /^this rollout was freed, went backward or failed; begin another$/,
};

test('what cannot be computed is refused with one sentence', { skip: noBrowser }, (suite) =>
  withPage(async ({ page }) => {
    const [vector] = vectorsOf(VECTORS[0]);
    assert.deepEqual((await run(page, 'mistakes')).sort(), Object.keys(SAID).sort());
    for (const [name, says] of Object.entries(SAID)) {
      await suite.test(name, async () => {
        const { kind, message, after } = await run(page, 'refusal', vector, name);
        assert.match(message, says);
        assert.equal(kind, 'RangeError');
        assert.ok(after, 'another rollout, before and after, gives what it should');
      });
    }
  }),
);

test('memory', { skip: noBrowser }, (suite) =>
  withPage(async ({ page }) => {
    const [vector] = vectorsOf(VECTORS[0]);
    const plan = { vector, side: 40, rounds: 200, free: true, record: false };
    const tooLittle = 'RangeError: too little memory for this rollout; use a smaller grid or batch, or fewer steps';
    for (const record of [false, true]) {
      await suite.test(`rollouts that ${record ? 'went backward' : 'were freed'} take none`, async () => {
        assert.deepEqual(await run(page, 'within', { ...plan, record }), { done: 200, message: '', after: true });
      });
    }
    await suite.test('rollouts that were not freed fill it', async () => {
      const { done, message, after } = await run(page, 'within', { ...plan, free: false });
      assert.ok(done > 5 && done < 200, `${done}`);
      assert.equal(message, tooLittle);
      assert.ok(after);
    });
    await suite.test('a grid that is too large is refused, and a smaller one still grows', async () => {
      const found = await run(page, 'within', { ...plan, side: 700 });
      assert.deepEqual(found, { done: 0, message: tooLittle, after: true });
    });
  }),
);

/** The kernel in one text, as a notebook or a page in one file has it, and as a site has it, with the file apart. */
const BUNDLE = `
import sys
from blastema.playground.files import page_files
from blastema.playground.inline import one_module
files = page_files()
if sys.argv[1] == "apart":
    files = {path: content for path, content in files.items() if not path.endswith(".wasm")}
sys.stdout.reconfigure(encoding="utf-8")
print(one_module(files, "kernel.js") + "export default 0;")
`;

test('the kernel travels with the page', { skip: noBrowser }, (suite) =>
  withPage(async ({ page, url }) => {
    const textOf = (/** @type {string} */ way) =>
      execFileSync(PYTHON, ['-c', BUNDLE, way], { encoding: 'utf8', maxBuffer: 1 << 24 });
    const vector = vectorsOf(VECTORS[0])[0];
    const expected = await run(page, 'grownInEach', vector);
    /** Loads the kernel of a script, and gives the files that were asked for. @param {string} text */
    const loaded = async (text) => {
      /** @type {string[]} */
      const asked = [];
      const note = (/** @type {import('playwright-core').Request} */ request) => asked.push(request.url());
      page.on('request', note);
      const states = await page.evaluate(
        async ({ script, given }) => {
          const { loadKernel } = await import(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
          const { grown } = await import('/tests/kernel_page.js');
          return grown(given, await loadKernel());
        },
        { script: text, given: vector },
      );
      page.off('request', note);
      assert.ok(expected.includes(states));
      return asked.filter((address) => address.startsWith(url)).map((address) => address.slice(url.length));
    };
    for (const way of ['inside', 'apart']) {
      await suite.test(`one script, with the kernel ${way}`, async () => {
        assert.deepEqual(await loaded(textOf(way)), way === 'inside' ? [] : ['kernel_relaxed.wasm']);
      });
    }
    await suite.test('a browser that does not know relaxed instructions takes the other', async () => {
      await page.route('**/kernel_relaxed.wasm', (route) => route.fulfill({ body: 'instructions nobody knows' }));
      assert.deepEqual(await loaded(textOf('apart')), FILES.toReversed());
      await page.unroute('**/kernel_relaxed.wasm');
    });
    await suite.test('blastema play sends it, and its security policy lets it run, but no text', async () => {
      const python = spawn(PYTHON, ['-m', 'blastema', 'play', '--no-browser'], { cwd: ROOT });
      try {
        const [line] = await once(python.stdout, 'data');
        await page.goto(String(/http:\S+/.exec(String(line))));
        const found = await page.evaluate(async () => {
          const response = await fetch('kernel.wasm');
          const type = response.headers.get('content-type');
          const { length } = WebAssembly.Module.exports(await WebAssembly.compileStreaming(response));
          let said = '';
          // As a script of the page does; what a test evaluates itself is exempt.
          addEventListener('securitypolicyviolation', ({ blockedURI }) => (said = blockedURI));
          document.head.append(Object.assign(document.createElement('script'), { textContent: 'window.ran = true' }));
          await new Promise((resolve) => setTimeout(resolve, 100));
          return { type, length, said, ran: 'ran' in window };
        });
        assert.equal(found.type, 'application/wasm');
        assert.ok(found.length >= 9);
        assert.deepEqual([found.said, found.ran], ['inline', false]);
      } finally {
        python.kill();
      }
    });
  }),
);
