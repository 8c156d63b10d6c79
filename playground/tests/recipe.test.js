// @ts-check
// The parts of the page's trainer against Python's: random draws, recipes, damages, pool, Adam, beginnings, placement.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { furthest, printedBy } from './python.js';
import { begunWith, checkBeginning, initialWeights } from '../../src/blastema/playground/page/beginning.js';
import { DAMAGES } from '../../src/blastema/playground/page/damage.js';
import { Draws, STREAMS } from '../../src/blastema/playground/page/draws.js';
import { lossAndCotangent, pixelLoss } from '../../src/blastema/playground/page/grids.js';
import { collapse, isMilestone } from '../../src/blastema/playground/page/milestones.js';
import { OPTIMISERS, TENSORS, meanGradient, normalised } from '../../src/blastema/playground/page/optimiser.js';
import { checkTarget, targetOf } from '../../src/blastema/playground/page/placement.js';
import { freshPool, isDead, replaced, storedLoss, unpacked } from '../../src/blastema/playground/page/pool.js';
import * as recipes from '../../src/blastema/playground/page/recipe.js';

const cases = printedBy('recipe_cases.py');
/** How far the weights may be from Python's: Muon sums in another order. @type {Record<string, number>} */
const FAR = { adam: 1e-8, muon: 1e-7 };

test('random draws are those of the vectors', () => {
  const { seed, number, wholes, uniform, between, choice } = cases.draws;
  const draws = new Draws(seed, STREAMS.step, number);
  assert.deepEqual(draws.wholes(5), [...wholes]);
  assert.deepEqual(
    uniform.map(() => draws.uniform(-0.25, 4)),
    uniform,
  );
  assert.deepEqual(
    between.map(() => draws.between(64, 96)),
    between,
  );
  assert.deepEqual(draws.choice(50, 20), choice);
});

test('random draws are spread evenly, and streams have nothing in common', () => {
  const streams = [new Draws(0, 0), new Draws(0, 1), new Draws(1, 0), new Draws(0, 1, 1), new Draws(2 ** 32 - 1, 1, 1)];
  const seen = streams.map((draws) => draws.wholes(4000));
  assert.equal(new Set(seen.flat()).size, seen.flat().length);
  for (const numbers of seen) {
    const counts = new Array(16).fill(0);
    for (const whole of numbers) counts[whole >>> 28]++;
    // Chi-squared with 15 degrees of freedom is above 44 once in 10,000 times.
    const chi = counts.reduce((sum, count) => sum + (count - 250) ** 2 / 250, 0);
    assert.ok(chi < 44, `${counts}`);
  }
  const draws = new Draws(7, STREAMS.step);
  const times = new Array(10).fill(0);
  for (let trial = 0; trial < 3000; trial++) for (const chosen of draws.choice(10, 3)) times[chosen]++;
  assert.ok(
    times.every((count) => count > 780 && count < 1020),
    `${times}`,
  );
  assert.equal(new Set(draws.choice(30, 30)).size, 30);
});

test('recipes are those of Python, step by step', () => {
  const { schedules } = cases;
  assert.ok(Object.keys(schedules).length > 3);
  for (const [name, { rate, damaged, cuts, rollout, reseeded }] of Object.entries(schedules)) {
    const recipe = recipes.recipeOf(name, 'regenerating');
    const { persistent, growing, regenerating } = recipes.EXPERIMENTS;
    const steps = [...rate.keys()];
    assert.deepEqual(
      steps.map((step) => recipes.learningRate(recipe, step)),
      rate,
      name,
    );
    assert.deepEqual(
      steps.map((step) => recipes.damaged(regenerating, recipe, step)),
      damaged,
      name,
    );
    assert.equal(recipes.damaged(persistent, recipe, 7999), 0);
    assert.deepEqual(
      steps.map((step) => recipes.mostCuts(recipe, step)),
      cuts,
      name,
    );
    assert.deepEqual(
      steps.map((step) => recipes.rollout(recipe, step)),
      rollout,
      name,
    );
    for (const [key, experiment] of Object.entries({ persistent, growing, regenerating })) {
      assert.equal(recipes.reseeded(experiment, recipe), reseeded[key]);
    }
  }
});

test('a recipe with settings out of range is refused', () => {
  const of =
    (/** @type {any} */ changes, recipe = 'blastema', experiment = 'regenerating') =>
    () =>
      recipes.recipeOf(recipe, experiment, changes);
  assert.throws(of({}, 'better'), /^PlaygroundError: there is no recipe better; choose one of blastema, long, /);
  assert.throws(of({}, 'constructor'), /there is no recipe constructor/);
  assert.throws(of({}, 'long', 'flying'), /there is no experiment flying; choose one of growing, persistent/);
  assert.throws(of({ steps: 0 }), /steps is 0; a training needs a whole number, 1 or more/);
  assert.throws(of({ pool: 1.5 }), /pool is 1.5/);
  assert.throws(of({ batch: 3 }), /batch is 3; the regenerating experiment needs a whole number from 4 to 256/);
  assert.throws(of({ batch: 9, pool: 8 }), /from 4 to 8/);
  assert.equal(of({ batch: 1 }, 'blastema', 'growing')().batch, 1);
});

test('damages erase the same cells as in Python', () => {
  assert.deepEqual(Object.keys(DAMAGES), [...new Set(cases.masks.map((/** @type {any} */ { name }) => name))]);
  for (const [place, { name, height, width, mask }] of cases.masks.entries()) {
    const draws = new Draws(cases.draws.seed, STREAMS.step, place % 4);
    assert.deepEqual(DAMAGES[name](draws, height, width), mask, `${name} of ${width}x${height}`);
  }
});

test('the pool keeps, ranks and returns states as in Python', () => {
  const {
    shape: [height, width, channels],
    ...pool
  } = cases.pool;
  const shape = { height, width, channels };
  const fresh = freshPool([...pool.first_seeds], shape);
  const grids = pool.states.map((/** @type {Float32Array} */ state, /** @type {number} */ place) => ({
    state,
    seed: pool.new_seeds[place],
    age: pool.new_ages[place],
  }));
  const next = replaced(fresh, pool.places, grids, channels);
  assert.ok(next);
  assert.deepEqual(
    next.map(({ seed }) => seed),
    [...pool.seeds],
  );
  assert.deepEqual(
    next.map(({ age }) => age),
    [...pool.ages],
  );
  next.forEach((stored, place) => {
    assert.deepEqual(stored.cells, pool.cells[place]);
    assert.deepEqual(stored.values, pool.values[place]);
    // Bit for bit: minus zero is not zero.
    assert.deepEqual(Buffer.from(unpacked(stored, shape).state.buffer), Buffer.from(pool.taken[place].buffer));
    assert.equal(isDead(stored, channels, 0.1), pool.dead[place]);
    const loss = storedLoss(stored, pool.target, channels);
    assert.ok(Math.abs(loss - pool.losses[place]) < 1e-6 * (1 + loss), `${loss}, ${pool.losses[place]}`);
  });
  assert.ok(
    fresh.every(({ age }) => age === 0),
    'the pool before is as it was',
  );
  grids[3].state[17] = NaN;
  assert.equal(replaced(fresh, pool.places, grids, channels), null);
});

test('the loss and its gradient are those of Python', () => {
  const { target, states, losses, cotangents } = cases.losses;
  for (const [place, state] of states.entries()) {
    const { loss, cotangent } = lossAndCotangent(state, target);
    assert.ok(Math.abs(loss - losses[place]) < 1e-7 * losses[place], `${loss}, ${losses[place]}`);
    assert.ok(furthest(cotangent, cotangents[place]) < 3e-9);
    assert.equal(pixelLoss(state, target), loss);
  }
  assert.equal(pixelLoss(new Float32Array(4).fill(1e30), new Float32Array(4)), Infinity);
});

test('optimisers take the steps of Python', () => {
  const { rate, steps } = cases.optimisers;
  assert.deepEqual(Object.keys(steps), Object.keys(OPTIMISERS));
  for (const [optimiser, taken] of Object.entries(steps)) {
    for (const { step, gradient, normalised: expected, before, after } of taken) {
      const units = normalised(gradient);
      for (const name of TENSORS) assert.ok(furthest(units[name], expected[name]) < 1e-7, name);
      const { blastema } = recipes.RECIPES;
      const { weights, moments } = OPTIMISERS[optimiser](before.weights, before, expected, step, rate, blastema);
      for (const name of TENSORS) {
        assert.deepEqual(moments.first[name], after.first[name]);
        assert.deepEqual(moments.second[name], after.second[name]);
        assert.ok(furthest(weights[name], after.weights[name]) < FAR[optimiser], `${optimiser}, ${name}`);
      }
    }
  }
});

test('a gradient of zero stays zero, and gradients are added in their order', () => {
  const of = (/** @type {number[]} */ values) =>
    /** @type {any} */ (Object.fromEntries(TENSORS.map((name) => [name, Float32Array.from(values)])));
  assert.deepEqual(normalised(of([0, 0])).update_bias, Float32Array.of(0, 0));
  const mean = meanGradient([of([1, 2 ** 30]), of([2, 1]), of([3, -(2 ** 30)])]);
  assert.deepEqual(mean.hidden_weight, Float32Array.of(2, 1 / 3));
});

test('trainings begin with the weights of Python', () => {
  const { seed, cases: begun } = cases.beginnings;
  for (const { rule, beginning, initial, weights } of begun) {
    const own = initialWeights(new Draws(seed, STREAMS.beginning), rule);
    assert.deepEqual({ ...own }, initial);
    checkBeginning(beginning, rule);
    assert.deepEqual({ ...begunWith(beginning, own, rule) }, weights);
  }
  const { rule, beginning } = begun[0];
  for (const [change, says] of /** @type {[any, RegExp][]} */ ([
    [{ hidden: 127 }, /🦎 cannot be the beginning: it has 16 channels, 128 hidden units and the filters identity, /],
    [{ channels: 12 }, /the training has 12 channels, 128 hidden units/],
    [{ filters: ['identity', 'sobel_x'] }, /and the filters identity, sobel_x; channels and filters must be equal/],
  ])) {
    assert.throws(() => checkBeginning(beginning, { ...rule, ...change }), says);
  }
});

test('milestones and collapses are those of Python', () => {
  for (const [steps, expected] of cases.milestones) {
    const all = Array.from({ length: steps }, (_, done) => done + 1);
    assert.deepEqual(
      all.filter((done) => isMilestone(done, steps)),
      expected,
    );
  }
  assert.equal(new Set(cases.collapses.map((/** @type {any} */ { kind }) => kind)).size, 4);
  for (const { loss, states, recent, kind } of cases.collapses) {
    assert.equal(collapse(loss ?? Infinity, states, 5, recent), kind);
  }
});

test('pictures are placed and joined as in Python', () => {
  const kinds = new Set();
  for (const { fit, pad, cells, target, height, width, joined, moved } of cases.placements) {
    const made = targetOf(cells, fit, pad);
    assert.deepEqual([made.height, made.width], [height, width]);
    assert.deepEqual(made.target, target, `${fit} cells, padded by ${pad}`);
    assert.deepEqual([made.isJoined, made.isMoved], [joined, moved]);
    kinds.add(`${joined} ${moved}`);
  }
  assert.equal(kinds.size, 4);
});

test('a target that nothing could grow is refused', () => {
  const target = new Float32Array(4 * 6);
  assert.throws(() => checkTarget(target, 2, 3), /^PlaygroundError: the picture is empty; draw something/);
  assert.throws(() => targetOf(new Float32Array(64), 4), /the picture is empty/);
  target[3] = 0.09;
  assert.throws(() => checkTarget(target, 2, 3), /too faint: its alpha is at most 0.09/);
  assert.throws(() => checkTarget(target, 2, 4), /the target has 24 numbers; 2 x 4 cells need 4 each/);
  target[3] = 1;
  checkTarget(target, 2, 3);
  for (const [place, value] of [
    [0, 1.1],
    [4, 0.5],
    [1, -0.1],
    [3, NaN],
    [2, Infinity],
  ]) {
    const wrong = target.with(place, value);
    assert.throws(() => checkTarget(wrong, 2, 3), /values outside 0 to 1, not finite, or RGB not multiplied by alpha/);
  }
});
