// @ts-check
// The engines of the page: without a graphics card the kernel runs the dish, and both do the same.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { noBrowser, withBrowser } from './browser.js';
import { DESK, PHONE, at, cells, coloured, growExactly, growTo, settled, steps, visitor } from './visit.js';
import { EQUAL_FOR, both } from './both_engines.js';

/** @typedef {import('playwright-core').Page} Page */

/** Rounding differs: cells fire alike, and a difference is far below what can be seen. Measured: at most 2.5e-5. */
const TOLERANCE = 1e-4;
const NO_WEBGL = ['--disable-3d-apis'];

/** @param {Page} page */
const engineSaid = async (page) => (await page.textContent('#engine')) ?? '';

test('without WebGL 2', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);
    for (const [name, options] of /** @type {const} */ ([
      ['a desk', DESK],
      ['a phone', PHONE],
    ])) {
      await visit(
        `on ${name} it grows, is cut, and regrows`,
        async (page) => {
          assert.match(await engineSaid(page), /^Computed by the WebAssembly kernel: this browser has no WebGL 2\.$/);
          await growExactly(page, 200);
          const grown = coloured(await cells(page));
          assert.ok(grown > 300, `${grown} cells are coloured`);
          const [x, y] = await at(page, 0.1, 0.5);
          const [right] = await at(page, 0.9, 0.5);
          await page.mouse.move(x, y);
          await page.mouse.down();
          await page.mouse.move(right, y, { steps: 8 });
          await page.mouse.up();
          await settled(page);
          const cut = coloured(await cells(page));
          assert.ok(cut < grown - 40, `${cut} of ${grown} are left`);
          await page.click('#undo');
          await settled(page);
          assert.equal(coloured(await cells(page)), grown);
          await page.mouse.move(x, y);
          await page.mouse.down();
          await page.mouse.move(right, y, { steps: 8 });
          await page.mouse.up();
          await page.click('#play');
          await growTo(page, 420);
          await page.click('#play');
          await settled(page);
          const again = coloured(await cells(page));
          assert.ok(Math.abs(again - grown) < 0.1 * grown, `${again} of ${grown}`);
        },
        { search: '', options },
      );
    }
    await visit(
      'where the engine is WebGL 2 because the address asks for it, there is a reason',
      async (page) => {
        assert.match(await page.innerText('#dead'), /Your browser does not offer WebGL 2/);
      },
      { search: '?engine=webgl2' },
    );
  }, NO_WEBGL),
);

test('the choice', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);
    await visit(
      'WebGL 2 without a graphics card is left to the kernel',
      async (page) => {
        assert.equal(
          await engineSaid(page),
          'Computed by the WebAssembly kernel: this browser draws WebGL 2 without a graphics card.',
        );
        assert.ok(await page.locator('#eight-bits').isDisabled());
        assert.match((await page.textContent('#eight-bits-hint')) ?? '', /^Only with WebGL 2/);
      },
      { search: '' },
    );
    for (const [engine, label] of [
      ['webgl2', 'WebGL 2'],
      ['kernel', 'the WebAssembly kernel'],
    ]) {
      await visit(
        `${engine} is taken if the address asks for it`,
        async (page) => {
          assert.equal(await engineSaid(page), `Computed by ${label}: the address asks for it.`);
          await growTo(page, 30);
        },
        { search: `?engine=${engine}` },
      );
    }
    await visit(
      'another name is refused in one line, and the dish grows',
      async (page) => {
        const said = await page.innerText('#notice p');
        assert.equal(said, 'The address asks for the engine ‘abacus’; it can be webgl2 or kernel');
        await growTo(page, 10);
        assert.ok((await steps(page)) >= 10);
      },
      { search: '?engine=abacus' },
    );
    await visit(
      'a link with 8 bits says that they need WebGL 2',
      async (page) => assert.match(await page.innerText('#notice p'), /^The link asks for 8 bits/),
      { search: '?engine=kernel', hash: '#organism=regenerating/lizard&bits=8' },
    );
  }),
);

test('both engines', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    for (const [name, plan] of Object.entries(EQUAL_FOR)) {
      await suite.test(`${name}: the same cells fire and live, states and views are alike`, async () => {
        const { owners, firing, furthest, living, shades } = await page.evaluate(both, plan);
        assert.ok(
          living.every((count) => count > 100),
          `${living} cells live`,
        );
        assert.deepEqual(firing[0], firing[1]);
        assert.deepEqual(owners[0], owners[1]);
        suite.diagnostic(`${name}: ${living[0]} living cells, states at most ${furthest.toExponential(1)} apart`);
        assert.ok(furthest < TOLERANCE, `${furthest}`);
        for (const [view, shade] of Object.entries(shades)) assert.ok(shade <= 2, `${view}: ${shade} of 255`);
      });
    }
  }),
);
