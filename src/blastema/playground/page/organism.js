// @ts-check
// Reads an organism from a file: its weights, its rule, the record of its training. What it refuses, it names.

import { readArticleModel } from './article_model.js';
import { PlaygroundError } from './errors.js';
import { readFilters } from './own_filters.js';
import { DEFAULT_RULE, MOST_CHANNELS, MOST_HIDDEN } from './rule.js';
import { readSafetensors } from './safetensors.js';
import { readSignals, signalsOf } from './signal_names.js';
import { parseMetadata } from './strict_json.js';

/**
 * @typedef {import('./rule.js').Rule} Rule
 * @typedef {{hidden_weight: Float32Array, hidden_bias: Float32Array, update_weight: Float32Array,
 *   update_bias: Float32Array, signal_bias?: Float32Array}} Weights
 *   row by row: (perception, hidden), (hidden), (hidden, channels), (channels), (signals, hidden)
 * @typedef {{name: string, rule: Rule, weights: Weights, training: Record<string, any>,
 *   scores: Record<string, any> | null}} Organism
 */

/** Version 2 is for rules with signals or with filters that are not built in. */
const VERSIONS = ['1', '2'];
const TENSORS = ['hidden.weight', 'hidden.bias', 'update.weight', 'update.bias'];
/** Only if the rule has signals. */
const SIGNAL_TENSOR = 'signal.bias';
/** What the values of a rule may be. @type {Record<string, {fits: (value: any) => boolean, allowed: string}>} */
const ALLOWED = {
  channels: {
    fits: (value) => Number.isInteger(value) && value >= 4 && value <= MOST_CHANNELS,
    allowed: `a whole number from 4 to ${MOST_CHANNELS} on this page`,
  },
  hidden: {
    fits: (value) => Number.isInteger(value) && value >= 1 && value <= MOST_HIDDEN,
    allowed: `a whole number from 1 to ${MOST_HIDDEN} on this page`,
  },
  alive_above: {
    fits: (value) => typeof value === 'number' && value >= 0 && value < 1,
    allowed: 'a number from 0 to below 1',
  },
  fire_rate: {
    fits: (value) => typeof value === 'number' && value >= 0 && value <= 1,
    allowed: 'a number from 0 to 1',
  },
  edge: { fits: (value) => value === 'dead' || value === 'wrap', allowed: 'dead or wrap' },
};
const METADATA = ['format', 'version', 'rule', 'training', 'scores'];

/**
 * The organism in a file: a Blastema organism (safetensors), or a model of the article's web page (JSON).
 *
 * @param {ArrayBuffer} content of the file
 * @param {string} name of the file, for messages
 * @returns {Organism}
 * @throws {PlaygroundError} it is not an organism that the page can run; the message names the reason
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
  const { tensors, metadata } = readSafetensors(content, name, [...TENSORS, SIGNAL_TENSOR]);
  refuseUnknown(metadata, name);
  const rule = ruleOf(parsed(metadata.rule, 'rule', name), metadata.version !== VERSIONS[0], name);
  // Once parsed, 16.0 cannot be told from 16, but only 16 is a whole number in Python.
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
      `${name} is not an organism: its format is ${metadata.format ?? 'missing'}, not blastema-organism`,
    );
  }
  if (!VERSIONS.includes(metadata.version)) {
    const version = metadata.version ?? 'none';
    throw new PlaygroundError(`${name} has version ${version}; this page reads versions ${VERSIONS.join(' and ')}`);
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
    /* refused below */
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new PlaygroundError(`${what} in the metadata of ${name} is not a JSON object`);
  }
  return value;
}

/** @param {any} values @param {boolean} isSecond whether it has own filters and signals, as from version 2 on
 * @param {string} name @returns {Rule} */
function ruleOf({ signals, ...values }, isSecond, name) {
  const keys = Object.keys(DEFAULT_RULE);
  const unknown = Object.keys(values).filter((key) => !keys.includes(key));
  if (signals !== undefined && !isSecond) unknown.push('signals');
  const wrong = [...unknown, ...keys.filter((key) => !(key in values))];
  if (wrong.length) {
    throw new PlaygroundError(
      `the rule in ${name} has unknown or missing keys: ${wrong.join(', ')}; it has ${keys.join(', ')}`,
    );
  }
  for (const [key, { fits, allowed }] of Object.entries(ALLOWED)) {
    if (fits(values[key])) continue;
    throw new PlaygroundError(`${key} in the rule of ${name} is ${JSON.stringify(values[key])}; it must be ${allowed}`);
  }
  const filters = readFilters(values.filters, isSecond, name);
  return { ...values, filters, signals: signals === undefined ? [] : readSignals(signals, name) };
}

/** @param {import('./safetensors.js').Tensors} tensors @param {Rule} rule @param {string} file @returns {Weights} */
function weightsOf(tensors, rule, file) {
  const { channels, hidden, filters } = rule;
  const signals = signalsOf(rule).length;
  const values = (/** @type {string} */ name, /** @type {number[]} */ ...shape) =>
    valuesOf(tensors[name], shape, name, file);
  if (!signals && tensors[SIGNAL_TENSOR]) {
    throw new PlaygroundError(`${file} has a tensor ${SIGNAL_TENSOR}, but its rule has no signals`);
  }
  return {
    hidden_weight: values('hidden.weight', filters.length * channels, hidden),
    hidden_bias: values('hidden.bias', hidden),
    update_weight: values('update.weight', hidden, channels),
    update_bias: values('update.bias', channels),
    ...(signals ? { signal_bias: values(SIGNAL_TENSOR, signals, hidden) } : {}),
  };
}

/** @param {import('./safetensors.js').Tensors[string] | undefined} tensor @param {number[]} shape that its rule needs
 * @param {string} name @param {string} file */
function valuesOf(tensor, shape, name, file) {
  if (!tensor) throw new PlaygroundError(`${file} has no tensor ${name}`);
  if (tensor.dtype !== 'F32' || tensor.shape.join() !== shape.join()) {
    const given = `${tensor.dtype} (${tensor.shape.join(', ')})`;
    throw new PlaygroundError(`${name} in ${file} is ${given}; its rule needs F32 (${shape.join(', ')})`);
  }
  if (!tensor.values.every(Number.isFinite)) {
    throw new PlaygroundError(`${name} in ${file} has values that are not finite (NaN or infinite)`);
  }
  return tensor.values;
}
