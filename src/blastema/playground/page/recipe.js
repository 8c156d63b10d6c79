// @ts-check
// The recipes, as in blastema.training: formats/page_recipes.py writes recipes.json from Python's.

import { PlaygroundError } from './errors.js';
import { fetched } from './fetched.js';
import { rounded } from './firing.js';

/**
 * @typedef {[number, number]} Pair
 * @typedef {{steps: number, batch: number, pool: number, reseeded: number, damaged: number, shortest: number,
 *   longest: number, longer: Pair, damages: string[], cuts: Pair, between: Pair, undamaged: number,
 *   optimiser: string, learning_rates: Pair[], warmup: number, beta_1: number, beta_2: number, epsilon: number,
 *   sentence: string, for_trained: boolean}} Recipe  see blastema.training.recipe
 * @typedef {{starts_from: 'seed' | 'pool', damaged: boolean, sentence: string, expect: string, ages: number[]
 *   }} Experiment  see blastema.training.experiments
 * @typedef {{
 *   recipes: Record<string, Recipe>,
 *   experiments: Record<string, Experiment>,
 *   damage: {middle_half: Pair, middle_quarter: Pair, radius: Pair, half_side: Pair},
 *   optimiser: {least_length: number, polynomial: number[], times: number, reach: number, matrices: string[]},
 *   collapse: {jump: number, stays: number, looks_back: number, patience: number},
 *   milestone: {count: number, shortest_stage: number},
 *   validation: {organisms: number, after: number, cuts_in_a_row: number[], cuts: string[], grown: number,
 *     apart: number, exploded_log_loss: number, least: number},
 *   place: {rooted: number, good_roots: number[], margin: number, opaque: number, pad: number, faint: number},
 *   background: {begins: number, fully: number, most_pixels: number},
 *   bridge: {leap: number, bridge: number, shows: number, fewest: number, smallest: number, largest_bridged: number},
 * }} Numbers
 */

/** What the trainer takes from Python's. @type {Numbers} */
export const NUMBERS = await (await fetched('./recipes.json')).json();
export const RECIPES = NUMBERS.recipes;
export const EXPERIMENTS = NUMBERS.experiments;

/** Settings of a recipe that the page changes. */
const SETTINGS = /** @type {const} */ (['steps', 'batch', 'pool']);

/**
 * A recipe with some of its settings changed.
 *
 * @param {string} name @param {string} experiment its name
 * @param {Partial<Pick<Recipe, 'steps' | 'batch' | 'pool'>>} [changes]
 * @returns {Recipe}
 * @throws {PlaygroundError} there is no such recipe or experiment, or a setting is out of range
 */
export function recipeOf(name, experiment, changes = {}) {
  const recipe = { ...known(RECIPES, 'recipe', name), ...changes };
  const named = known(EXPERIMENTS, 'experiment', experiment);
  for (const setting of SETTINGS) {
    const value = recipe[setting];
    if (Number.isSafeInteger(value) && value >= 1) continue;
    throw new PlaygroundError(`${setting} is ${value}; a training needs a whole number, 1 or more`);
  }
  const least = Math.max(1, reseeded(named, recipe) + (named.damaged ? recipe.damaged : 0));
  if (recipe.batch < least || recipe.batch > recipe.pool) {
    throw new PlaygroundError(
      `batch is ${recipe.batch}; the ${experiment} experiment needs a whole number from ${least} to ${recipe.pool}`,
    );
  }
  return recipe;
}

/** @template T @param {Record<string, T>} registry @param {string} kind @param {string} name */
function known(registry, kind, name) {
  if (Object.hasOwn(registry, name)) return registry[name];
  throw new PlaygroundError(`there is no ${kind} ${name}; choose one of ${Object.keys(registry).join(', ')}`);
}

/** The number of states of a batch that are replaced by a seed cell. @param {Experiment} experiment
 * @param {Recipe} recipe */
export function reseeded(experiment, recipe) {
  return experiment.starts_from === 'pool' ? recipe.reseeded : 0;
}

/** The number of states of a batch that are damaged after `step` training steps. @param {Experiment} experiment
 * @param {Recipe} recipe @param {number} step */
export function damaged(experiment, recipe, step) {
  return experiment.damaged && step >= recipe.undamaged * recipe.steps ? recipe.damaged : 0;
}

/** The learning rate after `step` training steps. @param {Recipe} recipe @param {number} step */
export function learningRate({ learning_rates: rates, steps, warmup }, step) {
  const rate = rates.filter(([begin]) => step >= begin * steps).at(-1)?.[1] ?? 0;
  // Trainings of earlier versions have none.
  return warmup ? rate * Math.min(1, (step + 1) / Math.min(warmup, steps / 4)) : rate;
}

/** The most cuts in a row after `step` training steps. @param {Recipe} recipe @param {number} step */
export function mostCuts({ cuts: [begin, most], steps }, step) {
  return step >= begin * steps ? most : 1;
}

/** The shortest and the longest rollout after `step` training steps, in CA steps. @param {Recipe} recipe
 * @param {number} step @returns {Pair} */
export function rollout({ longer: [begin, factor], shortest, longest, steps }, step) {
  const times = step >= begin * steps ? factor : 1;
  return [Math.max(1, rounded(shortest * times)), Math.max(1, rounded(longest * times))];
}
