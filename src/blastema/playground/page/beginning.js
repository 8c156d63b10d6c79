// @ts-check
// What a training starts from: random weights, or those of a trained organism.

import { PlaygroundError } from './errors.js';
import { tensors } from './optimiser.js';
import { filtersOf } from './rule.js';
import { signalsOf } from './signal_names.js';

/**
 * @typedef {import('./organism.js').Weights} Weights
 * @typedef {import('./rule.js').Rule} Rule
 * @typedef {{name: string, rule: Rule, weights: Weights, training: Record<string, any>}} Beginning
 *   name: as the user knows it; training: its own training record
 */

/** Random weights: the first layer is Glorot-uniform, the others are zero, so that cells do not change.
 * @param {import('./draws.js').Draws} draws @param {Rule} rule @returns {Weights} */
export function initialWeights(draws, { channels, hidden, filters }) {
  const perception = filters.length * channels;
  const limit = Math.sqrt(6 / (perception + hidden));
  return {
    hidden_weight: Float32Array.from({ length: perception * hidden }, () => draws.uniform(-limit, limit)),
    hidden_bias: new Float32Array(hidden),
    update_weight: new Float32Array(hidden * channels),
    update_bias: new Float32Array(channels),
  };
}

/**
 * The weights of a beginning, with those of a larger hidden layer from `initial`, where the output of the hidden units
 * that are added is zero, so that at first the result grows exactly like the organism.
 *
 * @param {Beginning} beginning @param {Weights} initial weights for the run's rule @param {Rule} rule of the run
 * @returns {Weights}
 */
export function begunWith(beginning, initial, rule) {
  const own = { ...beginning.weights, hidden_bias: biasOfFirst(beginning) };
  const { hidden } = beginning.rule;
  return tensors((name) => {
    const values = initial[name].slice();
    const [columns, ownColumns] = name.startsWith('hidden') ? [rule.hidden, hidden] : [rule.channels, rule.channels];
    for (let begin = 0; begin < own[name].length; begin += ownColumns) {
      values.set(own[name].subarray(begin, begin + ownColumns), (columns * begin) / ownColumns);
    }
    return values;
  });
}

/** The hidden bias of an organism, with its first signal if it has signals. @param {Beginning} beginning */
function biasOfFirst({ rule, weights }) {
  const signal = signalsOf(rule).length ? weights.signal_bias : undefined;
  return signal ? weights.hidden_bias.map((bias, unit) => bias + signal[unit]) : weights.hidden_bias;
}

/**
 * Checks that the weights of a beginning fit a rule.
 *
 * @param {Beginning} beginning @param {Rule} rule of the run
 * @throws {PlaygroundError} they do not
 */
export function checkBeginning({ name, rule: own }, rule) {
  const hasFilters = JSON.stringify(filtersOf(own)) === JSON.stringify(filtersOf(rule));
  if (own.channels === rule.channels && hasFilters && own.hidden <= rule.hidden) return;
  throw new PlaygroundError(
    `${name} cannot be the beginning: it has ${sizes(own)}; the training has ${sizes(rule)}; ` +
      'channels and filters must be equal, and hidden at least as large',
  );
}

/** @param {Rule} rule */
function sizes(rule) {
  const filters = filtersOf(rule).map(({ name }) => name);
  return `${rule.channels} channels, ${rule.hidden} hidden units and the filters ${filters.join(', ')}`;
}
