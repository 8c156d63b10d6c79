// @ts-check
// The page's trainer: its training steps are those of Python's, and what happens when training goes wrong.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './browser.js';
import { furthest, printedBy } from './python.js';
import { drawnBatch } from '../../src/blastema/playground/page/batch.js';
import { Draws, STREAMS } from '../../src/blastema/playground/page/draws.js';
import { Kernel } from '../../src/blastema/playground/page/kernel.js';
import { PATIENCE } from '../../src/blastema/playground/page/milestones.js';
import { nextState } from '../../src/blastema/playground/page/next_state.js';
import { TENSORS } from '../../src/blastema/playground/page/optimiser.js';
import { targetOf } from '../../src/blastema/playground/page/placement.js';
import { EXPERIMENTS } from '../../src/blastema/playground/page/recipe.js';
import { rolledOut } from '../../src/blastema/playground/page/rollouts.js';
import { Trainer } from '../../src/blastema/playground/page/trainer.js';
import { validationScore } from '../../src/blastema/playground/page/validation.js';

const kernel = await Kernel.from(readFileSync(join(ROOT, 'src/blastema/playground/page/kernel.wasm')));
/** One after the other, here. @type {import('../../src/blastema/playground/page/crew.js').Works} */
const crew = {
  grow: async ({ grids, ...asked }) => grids.map((grid) => rolledOut(kernel, { ...asked, grid, target: null }).grid),
  valueAndGrad: async ({ grids, ...asked }) => grids.map((grid) => rolledOut(kernel, { ...asked, grid })),
};
const { steps, validation } = printedBy('trainer_cases.py', 'numpy');

/** From NumPy's engine, which rounds differently: the loss relative to it, weights in learning rates. Gradients near
 * zero that differ by rounding move weights visibly, since Adam divides by their size. Measured: at most 6e-8, 3e-6,
 * 6e-5, 3e-8, and after whole rollouts 6e-8, 5e-6, 3e-3, 3e-6. */
const FAR = { loss: 1e-6, state: 3e-5, weight: 6e-4, moment: 3e-7 };
const FAR_AFTER_WHOLE_ROLLOUTS = { loss: 1e-6, state: 5e-5, weight: 3e-2, moment: 3e-5 };

/** A state of Python's trainer as one of the page's. @param {any} state
 * @returns {import('../../src/blastema/playground/page/next_state.js').State} */
const stateOf = ({ weights, moments, pool, done }) => ({
  ...{ weights, moments, pool, done, recent: [], rollbacks: 0, best: null },
  milestone: { weights, moments, pool },
});

test('a training begins like that of Python', async () => {
  for (const [name, { plan, beginning, fresh }] of Object.entries(steps)) {
    const { recipe, recipeName, ...asked } = plan;
    const { steps: count, batch, pool } = recipe;
    const settings = { steps: count, batch, pool };
    const { state } = await Trainer.begin({ ...asked, recipe: recipeName, settings, beginning, crew });
    assert.deepEqual({ ...state.weights }, fresh.weights, name);
    assert.deepEqual(state.pool, fresh.pool, name);
    assert.deepEqual({ ...state.moments.first }, fresh.moments.first);
  }
});

for (const [name, { plan, begun, ...expected }] of Object.entries(steps)) {
  test(`a training step is that of Python: ${name}`, async (context) => {
    const grow = (/** @type {any} */ grids, /** @type {number} */ count) =>
      crew.grow({ ...plan, weights: begun.weights, grids, steps: count });
    const draws = new Draws(plan.seed, STREAMS.step, begun.done);
    const batch = await drawnBatch(plan, stateOf(begun), draws, grow);
    assert.deepEqual(batch.places, expected.places);
    assert.deepEqual([batch.reseeded, batch.damaged], [expected.report.reseeded, expected.report.damaged]);
    assert.deepEqual(
      batch.grids.map(({ seed }) => seed),
      [...expected.seeds],
    );
    assert.deepEqual(
      batch.grids.map(({ age }) => age),
      [...expected.ages],
    );
    const grown = plan.recipe.cuts[1] > 1 ? batch.grids.length - batch.damaged : batch.grids.length;
    batch.grids.forEach(({ state }, place) => {
      // Between cuts in a row states grow, on engines that round differently.
      if (place < grown) assert.deepEqual(state, expected.states[place]);
      else assert.ok(furthest(state, expected.states[place]) < FAR.state, `${place}`);
    });

    const { state, report } = await nextState(plan, stateOf(begun), crew);
    const { loss, ...counted } = expected.report;
    const { loss: ownLoss, ...ownCounted } = report;
    assert.deepEqual(ownCounted, { ...counted, collapse: null, validation: null });
    const far = { loss: Math.abs(ownLoss - loss) / loss, state: 0, weight: 0, moment: 0 };
    // At small rates, rounding of the weights shows.
    const rate = Math.max(report.rate, 1e-3);
    for (const tensor of TENSORS) {
      far.weight = Math.max(far.weight, furthest(state.weights[tensor], expected.state.weights[tensor]) / rate);
      const { moments } = expected.state;
      const first = furthest(state.moments.first[tensor], moments.first[tensor]);
      far.moment = Math.max(far.moment, first, furthest(state.moments.second[tensor], moments.second[tensor]));
    }
    const { pool } = expected.state;
    assert.deepEqual(
      state.pool.map(({ seed, age }) => [seed, age]),
      pool.map((/** @type {any} */ { seed, age }) => [seed, age]),
    );
    for (const [place, { cells, values }] of state.pool.entries()) {
      assert.deepEqual(cells, pool[place].cells);
      far.state = Math.max(far.state, furthest(values, pool[place].values));
    }
    const shown = Object.entries(far).map(([what, value]) => `${what} ${value.toExponential(1)}`);
    context.diagnostic(`${name}: ${shown.join(', ')} from Python's, rollout ${report.rollout}`);
    const allowed = report.rollout < 20 ? FAR : FAR_AFTER_WHOLE_ROLLOUTS;
    for (const [what, value] of Object.entries(far)) {
      assert.ok(value < allowed[/** @type {keyof typeof FAR} */ (what)], `${what}: ${value}`);
    }
  });
}

test('the validation score is that of Python', async (context) => {
  const { weights, score, ...asked } = validation;
  const grow = (/** @type {any} */ grids, /** @type {number} */ count) =>
    crew.grow({ ...asked, weights, grids, steps: count });
  const own = await validationScore(grow, { ...asked, experiment: EXPERIMENTS.regenerating });
  context.diagnostic(`${own.toFixed(4)}, Python ${score.toFixed(4)}`);
  assert.ok(Math.abs(own - score) < 0.01, `${own}, ${score}`);
});

/** A disc of some cells. @param {number} fit */
function disc(fit) {
  const cells = new Float32Array(4 * fit * fit);
  for (let cell = 0; cell < fit * fit; cell++) {
    const [y, x] = [Math.floor(cell / fit) + 0.5 - fit / 2, (cell % fit) + 0.5 - fit / 2];
    if (y * y + x * x < (fit * fit) / 4) cells.set([1, 0.5, 0, 1], 4 * cell);
  }
  const { target, height, width } = targetOf(cells, fit, 4);
  return { target, height, width };
}

const SETTINGS = { steps: 200, pool: 12 };
/** Begins to learn a small disc. @param {Partial<Parameters<typeof Trainer.begin>[0]>} [more] */
const begin = (more) => Trainer.begin({ ...disc(6), crew, settings: SETTINGS, seed: 3, ...more });
/** A beginning with weights that are all alike in a tensor. @param {Record<string, number>} values */
async function beginningWith(values) {
  const { plan, state } = await begin();
  const changed = Object.entries(values).map(([name, value]) => {
    const tensor = state.weights[/** @type {typeof TENSORS[number]} */ (name)];
    return [name, tensor.map(() => value)];
  });
  const weights = { ...state.weights, ...Object.fromEntries(changed) };
  return { name: 'it', rule: plan.rule, weights, training: {} };
}

test('a step whose numbers are not finite changes nothing, and training gives up in the end', async () => {
  const beginning = await beginningWith({ update_bias: 1e20 });
  const trainer = await begin({ beginning, experiment: 'persistent' });
  const { weights, pool } = trainer.state;
  for (let taken = 1; taken <= PATIENCE; taken++) {
    const { loss, collapse, step } = await trainer.step();
    assert.deepEqual([loss, collapse, step], [Infinity, 'exploded', taken]);
    assert.equal(trainer.state.weights, weights);
    assert.equal(trainer.state.pool, pool);
    assert.equal(trainer.state.rollbacks, taken);
  }
  const says = /^PlaygroundError: the training exploded at step 6, for the 6th time since the last milestone; begin/;
  await assert.rejects(trainer.step(), says);
  assert.equal(trainer.done, PATIENCE, 'the state is that before the step');
});

test('a training that dies is rolled back to the last milestone', async () => {
  const trainer = await begin({ experiment: 'growing' });
  for (let taken = 0; taken < 25; taken++) await trainer.step();
  const { milestone, best } = trainer.state;
  assert.ok(best && best.step === 25 && Number.isFinite(best.score));
  assert.equal(milestone.weights, trainer.state.weights);
  await trainer.step();
  assert.notEqual(milestone.weights, trainer.state.weights);
  const dying = trainer.state.weights.update_bias.map((_, channel) => (channel === 3 ? -10 : 0));
  const weights = { ...trainer.state.weights, update_bias: dying };
  trainer.state = { ...trainer.state, weights };
  const { loss, collapse } = await trainer.step();
  assert.ok(Number.isFinite(loss));
  assert.equal(collapse, 'died');
  assert.equal(trainer.done, 27);
  assert.equal(trainer.state.weights, milestone.weights);
  assert.deepEqual([trainer.state.recent, trainer.state.rollbacks], [[], 1]);
});

test('from a checkpoint training goes on as if it had never stopped', async () => {
  const [one, other] = [await begin(), await begin()];
  for (let taken = 0; taken < 27; taken++) await one.step();
  for (let taken = 0; taken < 13; taken++) await other.step();
  const checkpoint = structuredClone(other.checkpoint());
  // What the trainer does from here on does not change the checkpoint.
  await other.step();
  const again = Trainer.resume(checkpoint, crew);
  assert.equal(again.done, 13);
  for (let taken = 13; taken < 27; taken++) await again.step();
  assert.deepEqual(again.checkpoint(), one.checkpoint());
  assert.ok(one.state.best);
});

test('what is no checkpoint is refused', () => {
  for (const wrong of [null, undefined, {}, { format: 'blastema-page-training', version: 2 }]) {
    assert.throws(() => Trainer.resume(/** @type {any} */ (wrong), crew), /^PlaygroundError: this page cannot resume/);
  }
});

test('training steps are taken one after the other, and a training ends with its best organism', async () => {
  const trainer = await begin({ settings: { ...SETTINGS, steps: 2 }, record: { target: '🟠' } });
  const [first] = await Promise.allSettled([trainer.step(), assert.rejects(trainer.step(), /wait for its end/)]);
  assert.equal(first.status, 'fulfilled');
  assert.equal(trainer.organism().scores, null);
  const { validation: score } = await trainer.step();
  assert.ok(Number.isFinite(score));
  await assert.rejects(trainer.step(), /all 2 training steps are taken; ask for more of them/);
  const { rule, weights, training, scores } = trainer.organism();
  assert.deepEqual(scores, { validation: score });
  assert.equal(weights, trainer.state.best?.weights);
  assert.deepEqual(rule.signals, []);
  assert.deepEqual(training, {
    ...{ experiment: 'regenerating', recipe: 'blastema', steps: 2, batch: 8, seed: 3, height: 14, width: 14 },
    ...{ engine: 'page', final_loss: training.final_loss, settings: { pool: 12 }, target: '🟠' },
  });
  assert.throws(() => trainer.extend(2), /steps is 2, but 2 training steps are taken already/);
  trainer.extend(3);
  await trainer.step();
  assert.deepEqual(trainer.organism().training.history, [
    [0, 2],
    [2, 3],
  ]);
  assert.deepEqual(Trainer.resume(structuredClone(trainer.checkpoint()), crew).steps, 3);
});

test('a training that cannot be is refused', async () => {
  const beginning = await beginningWith({});
  for (const [wrong, says] of /** @type {[any, RegExp][]} */ ([
    [{ target: new Float32Array(4 * 14 * 14) }, /the picture is empty; draw something, or choose a picture/],
    [{ seed: -1 }, /seed is -1; a training needs a whole number from 0 to 4294967295/],
    [{ recipe: 'further' }, /the recipe further continues the training of an organism; choose one, or another recipe/],
    [{ recipe: 'article', beginning }, /the recipe article begins from nothing, not from it; choose another/],
    [{ beginning, rule: { ...beginning.rule, hidden: 20 } }, /it cannot be the beginning: it has 16 channels/],
  ])) {
    await assert.rejects(begin(wrong), says);
  }
});
