// @ts-check
// One training step: from a state of the training to the next. As blastema.training.trainer and run do.

import { drawnBatch } from './batch.js';
import { Draws, STREAMS } from './draws.js';
import { PlaygroundError } from './errors.js';
import { PATIENCE, REMEMBERED, collapse, isMilestone } from './milestones.js';
import { OPTIMISERS, isFinite, meanGradient, normalised } from './optimiser.js';
import { replaced } from './pool.js';
import { EXPERIMENTS, learningRate, rollout } from './recipe.js';
import { validationScore } from './validation.js';

/**
 * @typedef {import('./crew.js').Result} Result
 * @typedef {import('./crew.js').Works} Works
 * @typedef {import('./organism.js').Weights} Weights
 * @typedef {{target: Float32Array, height: number, width: number, rule: import('./rule.js').Rule,
 *   recipe: import('./recipe.js').Recipe, recipeName: string, experiment: string, seed: number,
 *   history: [number, number][], record: Record<string, any>}} Plan
 *   what is trained, and how. target: (height, width, 4), premultiplied; history: [training step, number of steps from
 *   there on], if that was changed; record: what else the organism's training record says
 * @typedef {{weights: Weights, moments: import('./optimiser.js').Moments, pool: import('./pool.js').Stored[]}} Learned
 * @typedef {{weights: Weights, score: number, step: number, loss: number}} Best
 * @typedef {Learned & {done: number, recent: number[], rollbacks: number, best: Best | null, milestone: Learned}} State
 *   after `done` training steps; never changed. recent: losses since the last rollback; rollbacks: since the last
 *   milestone, where `milestone` was learned
 * @typedef {'exploded' | 'died' | 'worsened'} Collapse
 * @typedef {{step: number, loss: number, rate: number, rollout: number, reseeded: number, damaged: number,
 *   collapse: Collapse | null, validation: number | null}} Report
 *   loss: infinite if any number was not finite, and then weights and pool did not change; validation: at milestones
 */

/**
 * The state after one more training step, and what to report.
 *
 * @param {Plan} plan @param {State} state @param {Works} crew
 * @returns {Promise<{state: State, report: Report}>}
 * @throws {PlaygroundError} training collapses repeatedly
 */
export async function nextState(plan, state, crew) {
  const { recipe, rule, height, width, target } = plan;
  const { weights, done } = state;
  const draws = new Draws(plan.seed, STREAMS.step, done);
  const batch = await drawnBatch(plan, state, draws, growth(plan, weights, crew));
  const steps = draws.between(...rollout(recipe, done));
  const results = await crew.valueAndGrad({ rule, weights, height, width, target, grids: batch.grids, steps });
  const rate = learningRate(recipe, done);
  const learned = updated(plan, state, batch.places, results, rate);
  const loss = learned ? meanLoss(results) : Infinity;
  const after = { ...state, ...learned, done: done + 1, recent: [...state.recent, loss].slice(-REMEMBERED) };
  const states = results.map(({ grid }) => grid.state);
  const kind = collapse(loss, states, rule.channels, after.recent);
  const judged = kind ? { state: rolledBack(after, kind), validation: null } : await validated(plan, after, crew);
  const { reseeded, damaged } = batch;
  const report = { step: done + 1, loss, rate, rollout: steps, reseeded, damaged, collapse: kind };
  return { state: judged.state, report: { ...report, validation: judged.validation } };
}

/** @param {Plan} plan @param {Weights} weights @param {Works} crew @returns {import('./validation.js').Grow} */
function growth({ rule, height, width }, weights, crew) {
  return (grids, steps) => crew.grow({ rule, weights, height, width, grids, steps });
}

/** What is learned from the results of a batch; null if any number is not finite.
 * @param {Plan} plan @param {State} state @param {number[]} places in the pool, none if rollouts start from seed cells
 * @param {Result[]} results @param {number} rate @returns {Learned | null} */
function updated({ recipe, rule }, { weights, moments, pool, done }, places, results, rate) {
  const gradients = results.map(({ gradient }) => gradient);
  if (!Number.isFinite(meanLoss(results)) || gradients.some((gradient) => !gradient)) return null;
  const gradient = meanGradient(/** @type {Weights[]} */ (gradients));
  const grids = results.map(({ grid }) => grid);
  const next = places.length ? replaced(pool, places, grids, rule.channels) : pool;
  if (!next || !isFinite(gradient)) return null;
  const optimiser = OPTIMISERS[recipe.optimiser ?? 'adam'];
  return { ...optimiser(weights, moments, normalised(gradient), done, rate, recipe), pool: next };
}

/** @param {Result[]} results */
function meanLoss(results) {
  return results.reduce((sum, { loss }) => sum + loss, 0) / results.length;
}

/** What was learned at the last milestone. The step number stays, so that the next batch is new.
 * @param {State} state @param {Collapse} kind @returns {State} */
function rolledBack(state, kind) {
  const rollbacks = state.rollbacks + 1;
  if (rollbacks > PATIENCE) {
    throw new PlaygroundError(
      `the training ${kind} at step ${state.done}, for the ${rollbacks}th time since the last milestone; ` +
        'begin again with another seed, or with a simpler picture',
    );
  }
  return { ...state, ...state.milestone, recent: [], rollbacks };
}

/** The state after validation, if it is a milestone, and the score. @param {Plan} plan @param {State} state
 * @param {Works} crew */
async function validated(plan, state, crew) {
  if (!isMilestone(state.done, plan.recipe.steps)) return { state, validation: null };
  const { weights, moments, pool, done, recent } = state;
  const asked = { ...plan, experiment: EXPERIMENTS[plan.experiment] };
  const score = await validationScore(growth(plan, weights, crew), asked);
  const isBetter = !state.best || score < state.best.score;
  const best = isBetter ? { weights, score, step: done, loss: recent[recent.length - 1] } : state.best;
  return { state: { ...state, rollbacks: 0, best, milestone: { weights, moments, pool } }, validation: score };
}
