// @ts-check
// Weights in 8 bits, as the article's web page has them: two layers, in which a byte b is (b / 255 - 0.5) * scale.

import { PlaygroundError } from './errors.js';
import { DEFAULT_RULE } from './rule.js';

/**
 * @typedef {import('./organism.js').Weights} Weights
 * @typedef {{bytes: Uint8Array, inputs: number, outputs: number, weightScale: number, biasScale: number}} Layer
 *   bytes: (inputs + 1, outputs), the last row the bias
 */

const { channels, hidden, filters } = DEFAULT_RULE;
/** Inputs and outputs of the two layers. */
export const SHAPES = [
  [filters.length * channels, hidden],
  [hidden, channels],
];
const SHARED = /** @type {const} */ (['channels', 'hidden', 'alive_above']);

/** Whether a rule is the article's, but for its fire rate and edge. @param {import('./rule.js').Rule} rule */
export function isArticles(rule) {
  const hasFilters = JSON.stringify(rule.filters) === JSON.stringify(filters);
  return hasFilters && !rule.signals?.length && SHARED.every((key) => rule[key] === DEFAULT_RULE[key]);
}

/** The layers of an organism. @param {import('./organism.js').Organism} organism @returns {Layer[]}
 * @throws {PlaygroundError} its rule is not the article's */
export function layersOf({ rule, weights }) {
  if (!isArticles(rule)) {
    throw new PlaygroundError('this organism has a rule that differs from the article’s; save it as an organism file');
  }
  return exactLayers(weights) ?? layersWith(equalised(weights));
}

/** The layers of weights that are in 8 bits already, such as those of the article's models; null of others.
 * @param {Weights} weights @returns {Layer[] | null} */
function exactLayers(weights) {
  const layers = layersWith(weights);
  const isSame = Object.entries(weightsOf(layers)).every(([name, values]) => {
    const given = /** @type {Float32Array} */ (weights[/** @type {keyof Weights} */ (name)]);
    // Programs round to floats in different ways; a byte is 4e-3 of the scale.
    const close = 1e-6 * largest(given);
    return values.every((value, place) => Math.abs(value - given[place]) <= close);
  });
  return isSame ? layers : null;
}

/** Each weight as the nearest byte. @param {Weights} weights */
function layersWith({ hidden_weight, hidden_bias, update_weight, update_bias }) {
  return [layer(hidden_weight, hidden_bias, SHAPES[0]), layer(update_weight, update_bias, SHAPES[1])];
}

/** The weights that layers hold. @param {Layer[]} layers @returns {Weights} */
export function weightsOf([first, second]) {
  const [[hidden_weight, hidden_bias], [update_weight, update_bias]] = [first, second].map(valuesOf);
  return { hidden_weight, hidden_bias, update_weight, update_bias };
}

/** @param {Layer} layer */
function valuesOf({ bytes, inputs, outputs, weightScale, biasScale }) {
  const value = (/** @type {number} */ scale) => (/** @type {number} */ byte) => (byte / 255 - 0.5) * scale;
  const end = inputs * outputs;
  return [
    Float32Array.from(bytes.subarray(0, end), value(weightScale)),
    Float32Array.from(bytes.subarray(end), value(biasScale)),
  ];
}

/** @param {Float32Array} weight @param {Float32Array} bias @param {number[]} shape @returns {Layer} */
function layer(weight, bias, [inputs, outputs]) {
  const [weightScale, biasScale] = [weight, bias].map((values) => 2 * largest(values));
  const bytes = Uint8Array.of(...toBytes(weight, weightScale), ...toBytes(bias, biasScale));
  return { bytes, inputs, outputs, weightScale, biasScale };
}

/** @param {Float32Array} values @param {number} scale */
function toBytes(values, scale) {
  return Uint8ClampedArray.from(values, (value) => Math.round(((scale ? value / scale : 0) + 0.5) * 255));
}

/**
 * Weights of the same function, in which the largest input weights of all hidden units are alike, since a layer has one
 * scale: a rectified unit computes the same if its inputs are multiplied by a factor and its outputs divided by it.
 *
 * @param {Weights} weights @returns {Weights}
 */
function equalised(weights) {
  const { hidden_weight: into, update_weight: out } = weights;
  const most = Array.from({ length: hidden }, (_, unit) =>
    largest(into.filter((value, place) => place % hidden === unit)),
  );
  const usual = [...most].sort((a, b) => a - b)[hidden >> 1];
  const factors = most.map((each) => (each > 0 && usual > 0 ? usual / each : 1));
  return {
    ...weights,
    hidden_weight: into.map((value, place) => value * factors[place % hidden]),
    hidden_bias: weights.hidden_bias.map((value, unit) => value * factors[unit]),
    update_weight: out.map((value, place) => value / factors[Math.floor(place / channels)]),
  };
}

/** @param {Float32Array} values */
function largest(values) {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
