// @ts-check
// Organisms with signals in the page's dish as in Python, in one HTML file, and in a notebook.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { noBrowser } from './browser.js';
import { withBodies } from './signalled.js';

/** As for organisms without signals, see growth.test.js. */
const TOLERANCE = 2e-3;
const LIVING = 128;

/** Grows as signals.py does, and says how far from its states that is. */
const compare = async (/** @type {{values: string, kind: string}} */ { values, kind }) => {
  const [{ Dish }, { readOrganism }] = await Promise.all([import('/dish.js'), import('/organism.js')]);
  const content = await (await fetch('/organisms/bodies.safetensors')).arrayBuffer();
  const dish = new Dish(document.createElement('canvas'), { height: 40, width: 40, seed: 3 });
  const number = dish.add(readOrganism(content, 'bodies'));
  dish.plant(number);
  if (kind === 'blend') dish.setSignal(number, Float32Array.of(0.25, 0.75, 0));
  for (let x = 0; kind === 'map' && x < 40; x++) {
    const signal = x < 20 ? 1 : 2;
    dish.paint(number, signal, { from: { x: x + 0.5, y: 0 }, to: { x: x + 0.5, y: 40 }, radius: 0.4 });
  }
  dish.step(40);
  const expected = new Float32Array(Uint8Array.from(atob(values), (letter) => letter.charCodeAt(0)).buffer);
  const most = dish
    .readStates()
    .reduce((largest, value, place) => Math.max(largest, Math.abs(value - expected[place])), 0);
  return { most, error: dish.device.gl?.getError(), living: dish.readOwners().filter(Boolean).length };
};

/** Two organisms side by side, a whole dish painted for the first: which halves of the states that changes. */
const neighbours = async (/** @type {{eightBits: boolean}} */ { eightBits }) => {
  const [{ Dish }, { readOrganism }] = await Promise.all([import('/dish.js'), import('/organism.js')]);
  const content = await (await fetch('/organisms/bodies.safetensors')).arrayBuffer();
  const plain = await (await fetch('/organisms/regenerating-lizard.safetensors')).arrayBuffer();
  const grown = (/** @type {ArrayBuffer} */ beside, /** @type {boolean} */ painted) => {
    const dish = new Dish(document.createElement('canvas'), { height: 64, width: 128, seed: 3, eightBits });
    const [first, second] = [content, beside].map((bytes, place) => dish.add(readOrganism(bytes, `${place}`)));
    dish.plant(first, 32, 32);
    dish.plant(second, 96, 32);
    if (painted) dish.paint(first, 2, { from: { x: 0, y: 32 }, to: { x: 128, y: 32 }, radius: 64 });
    dish.step(28);
    const states = dish.readStates();
    dish.device.close();
    return states;
  };
  const changes = [content, plain].map((beside) => {
    const [before, after] = [grown(beside, false), grown(beside, true)];
    const sums = [0, 0];
    before.forEach((value, place) => {
      sums[(place >> 4) % 128 < 64 ? 0 : 1] += Math.abs(value - after[place]);
    });
    return sums;
  });
  return changes;
};

/** As anywidget does, see notebook.test.js. */
const render = async (/** @type {{esm: string, state: any}} */ { esm, state }) => {
  const module = await import(URL.createObjectURL(new Blob([esm], { type: 'text/javascript' })));
  const content = Uint8Array.from(atob(state.content), (letter) => letter.charCodeAt(0));
  const values = { ...state, content: new DataView(content.buffer) };
  const model = { get: (/** @type {string} */ name) => values[name], on: () => {}, off: () => {} };
  document.body.replaceChildren(document.createElement('div'));
  module.default.render({ model, el: document.body.firstChild });
};

test('signals', { skip: noBrowser }, (suite) =>
  withBodies(async ({ browser, url, folder }) => {
    const page = await browser.newPage();
    /** @type {string[]} */
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`${url}blank.html`);

    for (const kind of ['blend', 'map']) {
      await suite.test(`a file that Python wrote grows with a ${kind} as in Python`, async () => {
        const values = readFileSync(join(folder, `${kind}.states`)).toString('base64');
        const { most, error, living } = await page.evaluate(compare, { values, kind });
        suite.diagnostic(`${kind}: at most ${most.toExponential(1)} from Python's, ${living} living cells`);
        assert.equal(error, 0);
        assert.ok(most < TOLERANCE && living > LIVING, `${most}, ${living}`);
      });
    }

    for (const eightBits of [false, true]) {
      await suite.test(`what is painted is for one organism of a dish${eightBits ? ', in 8 bits' : ''}`, async () => {
        for (const [own, other] of await page.evaluate(neighbours, { eightBits })) {
          assert.ok(own > 10, `${own}`);
          assert.equal(other, 0);
        }
      });
    }

    await suite.test('one HTML file has the buttons and pictures of its bodies', async () => {
      /** @type {string[]} */
      const asked = [];
      const file = await browser.newPage();
      file.on('pageerror', (error) => errors.push(String(error)));
      file.on('request', (request) => /^(?!data:|blob:)/.test(request.url()) && asked.push(request.url()));
      const address = String(pathToFileURL(join(folder, 'bodies.html')));
      await file.goto(address);
      await file.waitForSelector('html[data-ready]', { state: 'attached' });
      await file.click('#body label:nth-child(2)');
      assert.match(String(await file.getAttribute('#dish', 'aria-label')), /growing 🎄$/);
      const sizes = await file.$$eval('#body img', (images) =>
        images.map((image) => /** @type {HTMLImageElement} */ (image).naturalWidth),
      );
      assert.deepEqual(sizes, [72, 72]);
      assert.deepEqual(asked, [address]);
    });

    await suite.test('a notebook has a button for each body', async () => {
      await page.evaluate(render, JSON.parse(readFileSync(join(folder, 'widget.json'), 'utf8')));
      const pressed = () => page.locator('.bodies [aria-pressed=true]').allTextContents();
      assert.deepEqual(await page.locator('.bodies button').allTextContents(), ['🦎', '🎄', 'two heads']);
      assert.deepEqual(await pressed(), ['🦎']);
      await page.click('.bodies button:nth-child(3)');
      assert.deepEqual(await pressed(), ['two heads']);
      await page.click('text=Pause');
      await page.click('text=Reset');
      assert.deepEqual(await pressed(), ['two heads']);
      await page.click('text=Step');
      await page.waitForFunction(() => document.querySelector('output')?.textContent === '1 step');
    });

    await suite.test('a training of several bodies shows the loss of each', async () => {
      const shown = await page.evaluate(async () => {
        const { Panel } = await import('/training_panel.js');
        const panel = new Panel(document.body.appendChild(document.createElement('div')));
        const progress = { step: 5, loss: 0.02, rate: 1, left: 3, steps: [], losses: [] };
        return [{ '🦎': 0.0123, '🎄': 0.5 }, undefined].map((targets) => {
          panel.progress({ ...progress, targets }, 10);
          return panel.element.querySelector('.training-targets')?.textContent;
        });
      });
      assert.deepEqual(shown, ['loss of each: 🦎 0.012, 🎄 0.50', '']);
    });
    assert.deepEqual(errors, []);
  }),
);
