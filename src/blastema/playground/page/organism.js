// @ts-check
// An organism as it comes in a file: its weights and its rule. Reads, or refuses by name.

import { PlaygroundError } from './errors.js';
import { readArticleModel } from './article_model.js';
import { readSafetensors } from './safetensors.js';
import { parseMetadata } from './strict_json.js';

/**
 * @typedef {'identity' | 'sobel_x' | 'sobel_y' | 'laplacian'} Filter
 * @typedef {{channels: number, hidden: number, filters: Filter[], alive_above: number, fire_rate: number,
 *   edge: 'dead' | 'wrap'}} Rule
 * @typedef {{hidden_weight: Float32Array, hidden_bias: Float32Array, update_weight: Float32Array,
 *   update_bias: Float32Array}} Weights  row by row: (perception, hidden), (hidden), (hidden, channels), (channels)
 * @typedef {{name: string, rule: Rule, weights: Weights, training: Record<string, any>,
 *   scores: Record<string, any> | null}} Organism
 */

/** @type {Rule} */
export const DEFAULT_RULE = {
  channels: 16,
  hidden: 128,
  filters: ['identity', 'sobel_x', 'sobel_y'],
  alive_above: 0.1,
  fire_rate: 0.5,
  edge: 'dead',
};
/** @type {Filter[]} */
export const FILTERS = ['identity', 'sobel_x', 'sobel_y', 'laplacian'];
export const MOST_CHANNELS = 16;
export const MOST_HIDDEN = 128;
const TENSORS = ['hidden.weight', 'hidden.bias', 'update.weight', 'update.bias'];
const METADATA = ['format', 'version', 'rule', 'training', 'scores'];

/**
 * The organism in a file: a Blastema organism (safetensors), or a model of the article's web page (JSON).
 *
 * @param {ArrayBuffer} content of the file
 * @param {string} name of the file, for messages
 * @returns {Organism}
 * @throws {PlaygroundError} it holds what we do not know; the message says what
 */
export function readOrganism(content, name) {
  const begin = new Uint8Array(content.slice(0, 64));
  // A safetensors file begins with a length in 8 bytes, of which the last are zero.
  const isText = begin.subarray(2, 8).some((byte) => byte !== 0);
  if (isText && new TextDecoder().decode(begin).trimStart().startsWith('[')) {
    return {
      name,
      rule: DEFAULT_RULE,
      weights: readArticleModel(content, name),
      training: { source: 'article' },
      scores: null,
    };
  }
  const { tensors, metadata } = readSafetensors(content, name, TENSORS);
  refuseUnknown(metadata, name);
  const rule = ruleOf(parsed(metadata.rule, 'rule', name), name);
  // Once parsed, 16.0 cannot be told from 16, which alone is the number of something.
  if (!/"channels":\s*\d+\s*[,}]/.test(metadata.rule) || !/"hidden":\s*\d+\s*[,}]/.test(metadata.rule)) {
    throw new PlaygroundError(`channels and hidden in the rule of ${name} must be whole numbers`);
  }
  return {
    name,
    rule,
    weights: weightsOf(tensors, rule, name),
    training: parsed(metadata.training, 'training', name),
    scores: 'scores' in metadata ? parsed(metadata.scores, 'scores', name) : null,
  };
}

/** @param {Record<string, string>} metadata @param {string} name */
function refuseUnknown(metadata, name) {
  if (metadata.format !== 'blastema-organism') {
    throw new PlaygroundError(
      `${name} is no organism: its format is ${metadata.format ?? 'missing'}, not blastema-organism`,
    );
  }
  if (metadata.version !== '1') {
    throw new PlaygroundError(`${name} has version ${metadata.version ?? 'none'}; this page reads version 1`);
  }
  const unknown = Object.keys(metadata).filter((key) => !METADATA.includes(key));
  if (unknown.length) throw new PlaygroundError(`${name} has unknown keys in its metadata: ${unknown.join(', ')}`);
  for (const key of ['rule', 'training']) {
    if (!(key in metadata)) throw new PlaygroundError(`${name} has no ${key} in its metadata`);
  }
}

/** @param {string} text @param {string} what @param {string} name @returns {any} */
function parsed(text, what, name) {
  let value = null;
  try {
    value = parseMetadata(text);
  } catch {
    /* said below */
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PlaygroundError(`${what} in the metadata of ${name} is not a JSON object`);
  }
  return value;
}

/** @param {any} values @param {string} name @returns {Rule} */
function ruleOf(values, name) {
  const keys = Object.keys(DEFAULT_RULE);
  const wrong = [
    ...Object.keys(values).filter((key) => !keys.includes(key)),
    ...keys.filter((key) => !(key in values)),
  ];
  if (wrong.length) {
    throw new PlaygroundError(
      `the rule in ${name} has unknown or missing keys: ${wrong.join(', ')}; it has ${keys.join(', ')}`,
    );
  }
  const { channels, hidden, filters, alive_above: aliveAbove, fire_rate: fireRate, edge } = values;
  const isWhole = (/** @type {any} */ value, /** @type {number} */ least) => Number.isInteger(value) && value >= least;
  const known =
    Array.isArray(filters) &&
    filters.length > 0 &&
    new Set(filters).size === filters.length &&
    filters.every((filter) => FILTERS.includes(filter));
  /** @type {[boolean, string, any, string][]} */
  const checks = [
    [
      isWhole(channels, 4) && channels <= MOST_CHANNELS,
      'channels',
      channels,
      `a whole number from 4 to ${MOST_CHANNELS} on this page`,
    ],
    [
      isWhole(hidden, 1) && hidden <= MOST_HIDDEN,
      'hidden',
      hidden,
      `a whole number from 1 to ${MOST_HIDDEN} on this page`,
    ],
    [known, 'filters', filters, `some of ${FILTERS.join(', ')}, each once`],
    [
      typeof aliveAbove === 'number' && aliveAbove >= 0 && aliveAbove < 1,
      'alive_above',
      aliveAbove,
      'a number from 0 to below 1',
    ],
    [typeof fireRate === 'number' && fireRate >= 0 && fireRate <= 1, 'fire_rate', fireRate, 'a number from 0 to 1'],
    [edge === 'dead' || edge === 'wrap', 'edge', edge, 'dead or wrap'],
  ];
  for (const [fits, key, value, allowed] of checks) {
    if (!fits)
      throw new PlaygroundError(`${key} in the rule of ${name} is ${JSON.stringify(value)}; it must be ${allowed}`);
  }
  return values;
}

/** @param {import('./safetensors.js').Tensors} tensors @param {Rule} rule @param {string} name @returns {Weights} */
function weightsOf(tensors, rule, name) {
  const shapes = [
    [rule.filters.length * rule.channels, rule.hidden],
    [rule.hidden],
    [rule.hidden, rule.channels],
    [rule.channels],
  ];
  const found = TENSORS.map((tensor, place) => {
    const came = tensors[tensor];
    if (!came) throw new PlaygroundError(`${name} has no tensor ${tensor}`);
    if (came.dtype !== 'F32' || came.shape.join() !== shapes[place].join()) {
      throw new PlaygroundError(
        `${tensor} in ${name} is ${came.dtype} (${came.shape.join(', ')}); its rule needs F32 (${shapes[place].join(', ')})`,
      );
    }
    if (!came.values.every(Number.isFinite)) {
      throw new PlaygroundError(`${tensor} in ${name} has values that are not finite; it cannot grow`);
    }
    return came.values;
  });
  return { hidden_weight: found[0], hidden_bias: found[1], update_weight: found[2], update_bias: found[3] };
}
