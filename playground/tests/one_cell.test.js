// @ts-check
// The numbers of one cell that the page computes are those that the dish takes in its next step.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, noBrowser, withBrowser } from './browser.js';
import { withBodies } from './signalled.js';

/** Of states, in float32; the sums are added in another order. In 8 bits a value may be rounded to the next byte. */
const TOLERANCE = 2e-5;
const BYTES = 1;

/** @typedef {{rule: import('/rule.js').Rule, edge: 'dead' | 'wrap'}} Own */
/** @typedef {{most: number, bytes: number, wrong: string[], kinds: Record<string, number>}} Found */
/** @typedef {{file: string, steps: number, conditions?: Partial<import('/conditions.js').Conditions>, x?: number,
 *   y?: number, cut?: boolean, mixture?: number[], paints?: boolean, second?: boolean}} Case */

/**
 * Grows an organism, computes the next step of many cells, takes it, and compares.
 *
 *     x, y: of the seed cell; second: another one is planted; cut: through the middle, just before
 */
const compare = async (/** @type {Case} */ { file, steps, conditions, x, y, cut, mixture, paints, second }) => {
  const [{ Dish }, { readOrganism }, { stepOf }, { toByte }] = await Promise.all([
    import('/dish.js'),
    import('/organism.js'),
    import('/one_cell.js'),
    import('/encoding.js'),
  ]);
  const dish = new Dish(document.createElement('canvas'), { seed: 5, ...conditions });
  const number = dish.add(readOrganism(await (await fetch(file)).arrayBuffer(), file));
  dish.plant(number, x, y);
  if (second) dish.plant(dish.add(readOrganism(await (await fetch(file)).arrayBuffer(), file)), 30, 30);
  if (mixture) dish.setSignal(number, Float32Array.from(mixture));
  if (paints) dish.paint(number, 2, { from: { x: 30, y: 36 }, to: { x: 42, y: 36 }, radius: 3 });
  dish.step(steps);
  if (cut) dish.erase({ x: 20, y: 30 }, { x: 52, y: 42 }, 3);
  const { width, height } = dish.conditions;
  const places = Array.from({ length: width }, (_, i) => [i, y ?? height >> 1]).concat(
    Array.from({ length: height }, (_, i) => [x ?? width >> 1, i]),
  );
  const predicted = [];
  for (const [column, row] of places) {
    const patch = await dish.patch(column, row);
    if (!patch) throw new Error('the dish was changed');
    predicted.push(stepOf(patch));
  }
  const known = dish.readOwners();
  const firing = dish.readFiring();
  dish.step();
  const [states, owners] = [dish.readStates(), dish.readOwners()];
  /** @type {Found} */
  const found = { most: 0, bytes: 0, wrong: [], kinds: {} };
  predicted.forEach((step, at) => {
    const cell = places[at][1] * width + places[at][0];
    const [before, after] = [step.isAlive, step.lives].map((lives) => (lives ? 'alive' : 'dead'));
    const kind = `${before}, ${step.fires ? 'fires' : 'waits'}, ${after}`;
    found.kinds[kind] = (found.kinds[kind] ?? 0) + 1;
    if (step.fires !== firing[cell] || step.number !== known[cell] || step.lives !== owners[cell] > 0)
      found.wrong.push(`${places[at]}: ${kind}`);
    step.next.forEach((value, channel) => {
      const real = states[16 * cell + channel];
      found.most = Math.max(found.most, Math.abs(value - real));
      found.bytes = Math.max(found.bytes, Math.abs(toByte(value) - toByte(real)));
    });
  });
  dish.device.close();
  return found;
};

/** The same for a rule with filters of its own: random weights, and states on a small grid. @param {Own} own */
const compareOwn = async (/** @type {Own} */ { rule, edge }) => {
  const [{ Dish }, { stepOf }, { mix }] = await Promise.all([
    import('/dish.js'),
    import('/one_cell.js'),
    import('/firing.js'),
  ]);
  let count = 0;
  const numbers = (/** @type {number} */ size, /** @type {number} */ spread) =>
    Float32Array.from({ length: size }, () => (mix(++count) / 2 ** 32 - 0.5) * spread);
  const { channels, hidden, filters } = rule;
  const weights = {
    hidden_weight: numbers(filters.length * channels * hidden, 0.5),
    hidden_bias: numbers(hidden, 0.2),
    update_weight: numbers(hidden * channels, 0.2),
    update_bias: numbers(channels, 0.02),
  };
  const [height, width] = [6, 5];
  const dish = new Dish(document.createElement('canvas'), { height, width, edge, angle: 0.7 });
  const values = numbers(16 * height * width, 2).map((value, at) => (at % 16 < channels ? value : 0));
  dish.writeStates(values, dish.add({ name: 'own', rule, weights, training: {}, scores: null }), 3);
  const cells = [...Array(height * width).keys()];
  const patches = [];
  for (const cell of cells) patches.push(await dish.patch(cell % width, Math.floor(cell / width)));
  const predicted = patches.map((patch) => patch && stepOf(patch));
  dish.step();
  const states = dish.readStates();
  const distances = cells.flatMap((cell) =>
    (predicted[cell]?.next ?? [NaN]).map((value, channel) => Math.abs(value - states[16 * cell + channel])),
  );
  dish.device.close();
  return { most: Math.max(...distances), living: predicted.filter((step) => step?.lives && step.fires).length };
};

/** @param {import('node:test').TestContext} context @param {Found} found
 * @param {{eightBits?: boolean, kinds: string[]}} expected kinds: of cells that must be among them */
function check(context, { most, bytes, wrong, kinds }, expected) {
  context.diagnostic(`at most ${most.toExponential(1)}, ${bytes} of 255; ${JSON.stringify(kinds)}`);
  assert.deepEqual(wrong, []);
  for (const kind of expected.kinds) assert.ok(kinds[kind] > 0, `no cell is: ${kind}`);
  assert.ok(expected.eightBits ? bytes <= BYTES : most <= TOLERANCE, `${most}, ${bytes} bytes`);
}

const LIZARD = '/organisms/regenerating-lizard.safetensors';
const ACTS = 'alive, fires, alive';
const WAITS = 'alive, waits, alive';
/** @type {Record<string, Case & {kinds: string[]}>} */
const CASES = {
  'a growing lizard': { file: LIZARD, steps: 40, kinds: [ACTS, WAITS, 'dead, fires, dead', 'dead, waits, dead'] },
  'a cell at the edge of growth becomes alive': { file: LIZARD, steps: 17, kinds: [ACTS, WAITS, 'dead, fires, alive'] },
  'a rotated lizard': { file: LIZARD, steps: 40, conditions: { angle: 0.65 }, kinds: [ACTS, WAITS] },
  'a lizard over an edge that wraps': {
    file: LIZARD,
    steps: 40,
    x: 0,
    y: 71,
    conditions: { edge: 'wrap' },
    kinds: [ACTS, WAITS],
  },
  'a lizard at a dead edge': { file: LIZARD, steps: 40, x: 0, y: 71, kinds: [ACTS, WAITS] },
  'a lizard with a wound': { file: LIZARD, steps: 60, cut: true, kinds: [ACTS, WAITS] },
  'two organisms that meet': { file: LIZARD, steps: 60, second: true, kinds: [ACTS, WAITS] },
  'in 8 bits': { file: LIZARD, steps: 40, conditions: { eightBits: true }, kinds: [ACTS, WAITS] },
};
/** Of the organism of signals.py. @type {Record<string, Case>} */
const BODIES = {
  'a body': { file: '/organisms/bodies.safetensors', steps: 20 },
  'a blend of bodies': { file: '/organisms/bodies.safetensors', steps: 20, mixture: [0.25, 0.75, 0] },
  'a painted body': { file: '/organisms/bodies.safetensors', steps: 20, paints: true },
  'a painted body in 8 bits': {
    file: '/organisms/bodies.safetensors',
    steps: 20,
    paints: true,
    conditions: { eightBits: true },
  },
};

test('the numbers of one cell are those of the next step', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    for (const [name, { kinds, ...given }] of Object.entries(CASES)) {
      await suite.test(name, async (context) => {
        const found = await page.evaluate(compare, given);
        check(context, found, { eightBits: given.conditions?.eightBits, kinds });
      });
    }
  }),
);

test("the numbers of a cell whose rule has filters of one's own, too", { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    const [{ rule }] = JSON.parse(readFileSync(join(ROOT, 'playground/tests/own_filters.json'), 'utf8'));
    for (const edge of /** @type {const} */ (['dead', 'wrap'])) {
      await suite.test(`on a small grid, edge: ${edge}`, async (context) => {
        const { most, living } = await page.evaluate(compareOwn, { rule, edge });
        context.diagnostic(`at most ${most.toExponential(1)}, ${living} cells that fire`);
        assert.ok(most <= TOLERANCE && living > 5, `${most}, ${living} cells`);
      });
    }
  }),
);

test('the numbers of a cell with a signal, too', { skip: noBrowser }, (suite) =>
  withBodies(async ({ browser, url }) => {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    for (const [name, given] of Object.entries(BODIES)) {
      await suite.test(name, async (context) => {
        const found = await page.evaluate(compare, given);
        check(context, found, { eightBits: given.conditions?.eightBits, kinds: [ACTS, WAITS] });
      });
    }
  }),
);
