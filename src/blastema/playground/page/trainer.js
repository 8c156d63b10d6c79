// @ts-check
// The trainer: training steps, and the state between them. The recipe is that of blastema.training.

import { begunWith, checkBeginning, initialWeights } from './beginning.js';
import { Draws, STREAMS } from './draws.js';
import { PlaygroundError } from './errors.js';
import { nextState } from './next_state.js';
import { noMoments } from './optimiser.js';
import { freshPool } from './pool.js';
import { RECIPES, recipeOf } from './recipe.js';
import { DEFAULT_RULE } from './rule.js';
import { checkTarget } from './placement.js';

/**
 * @typedef {import('./beginning.js').Beginning} Beginning
 * @typedef {import('./next_state.js').Plan} Plan
 * @typedef {import('./next_state.js').State} State
 * @typedef {import('./crew.js').Works} Works
 * @typedef {import('./recipe.js').Recipe} Recipe
 * @typedef {import('./rule.js').Rule} Rule
 * @typedef {{format: string, version: number, plan: Plan, state: State}} Checkpoint
 */

const FORMAT = 'blastema-page-training';
const VERSION = 1;
const MOST_SEED = 2 ** 32 - 1;

/**
 * Trains an organism to grow a target. The random numbers of a training step are a function of the seed and the step
 * number alone, and results do not depend on the number of workers, so the state is all that a training needs to go on.
 */
export class Trainer {
  #isBusy = false;

  /** Use `begin` or `resume`. @param {Plan} plan @param {State} state @param {Works} crew */
  constructor(plan, state, crew) {
    this.plan = plan;
    this.state = state;
    this.crew = crew;
  }

  /**
   * A training that has taken no step.
   *
   * @param {{target: Float32Array, height: number, width: number, crew: Works, experiment?: string, recipe?: string,
   *   settings?: Parameters<typeof recipeOf>[2], rule?: Rule, seed?: number,
   *   beginning?: Beginning | null, record?: Record<string, any>}} asked
   * @returns {Promise<Trainer>}
   * @throws {PlaygroundError} something of it is out of range or does not fit
   */
  static async begin(asked) {
    const { target, height, width, crew, seed = 0, beginning = null, record = {} } = asked;
    const { recipe: recipeName = Object.keys(RECIPES)[0], experiment = 'regenerating', settings } = asked;
    checkTarget(target, height, width);
    const recipe = recipeOf(recipeName, experiment, settings);
    checkSeed(seed);
    const rule = { ...(asked.rule ?? beginning?.rule ?? DEFAULT_RULE), signals: [] };
    checkFit(recipeName, recipe, beginning, rule);
    const from = beginning ? { from: { name: beginning.name, training: beginning.training } } : {};
    const said = { ...record, ...from };
    const plan = { target, height, width, rule, recipe, recipeName, experiment, seed, history: [], record: said };
    const learned = begun(plan, beginning);
    return new Trainer(plan, { ...learned, done: 0, recent: [], rollbacks: 0, best: null, milestone: learned }, crew);
  }

  /** The training of a checkpoint, from where it was. @param {Checkpoint} checkpoint @param {Works} crew
   * @throws {PlaygroundError} it is not one */
  static resume(checkpoint, crew) {
    const { format, version, plan, state } = checkpoint ?? {};
    if (format !== FORMAT || version !== VERSION) {
      throw new PlaygroundError(
        `this page cannot resume this training: its format is ${format} ${version}, not ` + `${FORMAT} ${VERSION}`,
      );
    }
    return new Trainer(plan, state, crew);
  }

  /** Training steps taken. */
  get done() {
    return this.state.done;
  }

  /** Training steps in all. */
  get steps() {
    return this.plan.recipe.steps;
  }

  /** Takes one training step; if that fails, the state is that before it.
   * @returns {Promise<import('./next_state.js').Report>} */
  async step() {
    if (this.#isBusy) throw new PlaygroundError('a training step is being taken; wait for its end');
    if (this.done >= this.steps) {
      throw new PlaygroundError(`all ${this.steps} training steps are taken; ask for more of them`);
    }
    this.#isBusy = true;
    try {
      const { state, report } = await nextState(this.plan, this.state, this.crew);
      this.state = state;
      return report;
    } finally {
      this.#isBusy = false;
    }
  }

  /** Changes the number of training steps; learning rates and milestones follow the new number from here on.
   * @param {number} steps @throws {PlaygroundError} it has taken that many already */
  extend(steps) {
    const { plan, done } = this;
    const recipe = recipeOf(plan.recipeName, plan.experiment, { ...plan.recipe, steps });
    if (steps <= done) throw new PlaygroundError(`steps is ${steps}, but ${done} training steps are taken already`);
    this.plan = { ...plan, recipe, history: changedHistory(plan.history, this.steps, steps, done) };
  }

  /** All that is needed to go on, between two training steps. Of arrays and numbers alone, which are never changed.
   * @returns {Checkpoint} */
  checkpoint() {
    return { format: FORMAT, version: VERSION, plan: this.plan, state: this.state };
  }

  /** The current organism; when training has ended, the best one. @returns {import('./organism.js').Organism} */
  organism() {
    const { plan, state } = this;
    const best = state.done >= this.steps ? state.best : null;
    const { weights, step, loss } = best ?? { weights: state.weights, step: state.done, loss: state.recent.at(-1) };
    const training = {
      ...recordOf(plan),
      steps: step,
      final_loss: Number.isFinite(loss) ? loss : null,
      ...plan.record,
    };
    return { name: 'organism', rule: plan.rule, weights, training, scores: best ? { validation: best.score } : null };
  }
}

/** What the training record of an organism says of how it was trained, by the names that Python gives it.
 * @param {Plan} plan @returns {Record<string, any>} */
function recordOf({ experiment, recipeName, recipe, seed, height, width, history }) {
  const record = { experiment, recipe: recipeName, batch: recipe.batch, seed, height, width, engine: 'page' };
  const settings = recipe.pool === RECIPES[recipeName]?.pool ? {} : { settings: { pool: recipe.pool } };
  return { ...record, ...settings, ...(history.length ? { history } : {}) };
}

/** Weights and pool before the first training step. @param {Plan} plan @param {Beginning | null} beginning */
function begun({ rule, seed, recipe, height, width }, beginning) {
  const draws = new Draws(seed, STREAMS.beginning);
  const initial = initialWeights(draws, rule);
  const weights = beginning ? begunWith(beginning, initial, rule) : initial;
  const pool = freshPool(draws.wholes(recipe.pool), { height, width, channels: rule.channels });
  return { weights, moments: noMoments(weights), pool };
}

/** @param {number} seed */
function checkSeed(seed) {
  if (Number.isInteger(seed) && seed >= 0 && seed <= MOST_SEED) return;
  throw new PlaygroundError(`seed is ${seed}; a training needs a whole number from 0 to ${MOST_SEED}`);
}

/** Checks that recipe, beginning and rule fit together. @param {string} name @param {Recipe} recipe
 * @param {Beginning | null} beginning @param {Rule} rule */
function checkFit(name, recipe, beginning, rule) {
  if (!beginning && recipe.for_trained) {
    throw new PlaygroundError(
      `the recipe ${name} continues the training of an organism; choose one, or another recipe`,
    );
  }
  if (beginning && name === 'article') {
    throw new PlaygroundError(`the recipe article begins from nothing, not from ${beginning.name}; choose another`);
  }
  if (beginning) checkBeginning(beginning, rule);
}

/**
 * The history of a training that continues with another number of steps.
 *
 * @param {[number, number][]} history @param {number} before @param {number} steps @param {number} done
 * @returns {[number, number][]}
 */
function changedHistory(history, before, steps, done) {
  /** @type {[number, number][]} */
  const whole = history.length ? history : [[0, before]];
  const past = whole.filter(([begin]) => begin < done);
  const changed = past.at(-1)?.[1] === steps ? past : [...past, /** @type {[number, number]} */ ([done, steps])];
  return changed.length > 1 ? changed : [];
}
