// @ts-check
// The 8-bit models of the article's web page (JSON): a list of two layers. In each, `data_b64` holds bytes of shape
// (in_ch + 1, out_ch), the last row the bias, and a weight is (byte / 255 - 0.5) * scale.

import { PlaygroundError } from './errors.js';
import { DEFAULT_RULE } from './rule.js';
import { decoded, parseJson } from './strict_json.js';

const { channels, hidden, filters } = DEFAULT_RULE;
/** Inputs and outputs of the two layers. */
const SHAPES = [
  [filters.length * channels, hidden],
  [hidden, channels],
];
/** A model has 11 kB. */
const MOST_BYTES = 1_000_000;
/** Far above any weight that grows something, and far below where float32 overflows. */
const LARGEST_SCALE = 1e30;
const KEYS = ['data_b64', 'in_ch', 'out_ch', 'weight_scale', 'bias_scale', 'type'];

/**
 * @param {ArrayBuffer} content of the file
 * @param {string} name of the file, for messages
 * @returns {import('./organism.js').Weights}
 * @throws {PlaygroundError} it is not such a model; the message says in what
 */
export function readArticleModel(content, name) {
  if (content.byteLength > MOST_BYTES) {
    throw new PlaygroundError(
      `${name} is larger than ${MOST_BYTES.toLocaleString('en')} bytes; a model of the article is not`,
    );
  }
  let layers = null;
  try {
    layers = parseJson(decoded(content));
  } catch {
    throw new PlaygroundError(`${name} is not JSON, is cut off, or has a key twice; a model of the article is JSON`);
  }
  if (!Array.isArray(layers) || layers.length !== 2) {
    throw new PlaygroundError(`${name} is not a model of the article: it must be a list of two layers`);
  }
  const [first, second] = layers.map((layer, place) =>
    readLayer(layer, SHAPES[place], `layer ${place + 1} of ${name}`),
  );
  return {
    hidden_weight: first.weight,
    hidden_bias: first.bias,
    update_weight: second.weight,
    update_bias: second.bias,
  };
}

/** @param {any} layer @param {number[]} shape @param {string} where */
function readLayer(layer, [inputs, outputs], where) {
  const keys = typeof layer === 'object' && layer !== null ? Object.keys(layer) : [];
  const missing = KEYS.filter((key) => key !== 'type' && !keys.includes(key));
  const unknown = keys.filter((key) => !KEYS.includes(key));
  if (missing.length || unknown.length) {
    throw new PlaygroundError(`${where} has ${keys.join(', ') || 'nothing'}; it must have ${KEYS.join(', ')}`);
  }
  if (layer.in_ch !== inputs || layer.out_ch !== outputs) {
    throw new PlaygroundError(
      `${where} is ${layer.in_ch} to ${layer.out_ch} channels; the article's is ${inputs} to ${outputs}`,
    );
  }
  for (const scale of ['weight_scale', 'bias_scale']) {
    if (!Number.isFinite(layer[scale]) || Math.abs(layer[scale]) > LARGEST_SCALE) {
      throw new PlaygroundError(
        `${scale} in ${where} is ${layer[scale]}; it must be a finite number, at most ${LARGEST_SCALE}`,
      );
    }
  }
  const bytes = bytesOf(layer.data_b64, where);
  const needed = (inputs + 1) * outputs;
  if (bytes.length !== needed)
    throw new PlaygroundError(`data_b64 in ${where} holds ${bytes.length} bytes; ${needed} are needed`);
  const values = Float32Array.from(bytes, (byte) => byte / 255 - 0.5);
  const end = inputs * outputs;
  return {
    weight: values.slice(0, end).map((value) => value * layer.weight_scale),
    bias: values.slice(end).map((value) => value * layer.bias_scale),
  };
}

/** @param {any} text @param {string} where */
function bytesOf(text, where) {
  try {
    // atob takes spaces, and text without its padding.
    if (typeof text !== 'string' || !/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text))
      throw new Error('not base64');
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new PlaygroundError(`data_b64 in ${where} is not base64`);
  }
}
