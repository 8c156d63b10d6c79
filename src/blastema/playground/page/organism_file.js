// @ts-check
// Writes organism files (safetensors), as blastema.organism_file does; organism.js reads them.

import { signalsOf } from './signal_names.js';

/** Sorted, as Python sorts them. */
const NAMES = /** @type {const} */ (['hidden_bias', 'hidden_weight', 'signal_bias', 'update_bias', 'update_weight']);

/**
 * The content of the file of an organism. The same organism gives the same bytes.
 *
 * @param {import('./organism.js').Organism} organism
 * @returns {ArrayBuffer}
 */
export function organismFile({ rule, weights, training, scores }) {
  const isSecond = signalsOf(rule).length > 0 || rule.filters.some((filter) => typeof filter !== 'string');
  const { signals, ...first } = rule;
  const metadata = {
    format: 'blastema-organism',
    version: isSecond ? '2' : '1',
    rule: sorted(signals?.length ? rule : first),
    training: sorted(training),
    ...(scores ? { scores: sorted(scores) } : {}),
  };
  const known = NAMES.filter((name) => weights[name]);
  const tensors = known.map((name) => /** @type {Float32Array} */ (weights[name]));
  const described = known.map((name, place) => {
    const begin = tensors.slice(0, place).reduce((sum, { length }) => sum + 4 * length, 0);
    const entry = {
      dtype: 'F32',
      shape: shapeOf(name, rule),
      data_offsets: [begin, begin + 4 * tensors[place].length],
    };
    return [name.replace('_', '.'), entry];
  });
  const header = { __metadata__: metadata, ...Object.fromEntries(described) };
  return assembled(new TextEncoder().encode(sorted(header)), tensors);
}

/** @param {typeof NAMES[number]} name @param {import('./rule.js').Rule} rule */
function shapeOf(name, rule) {
  const { channels, hidden, filters } = rule;
  return {
    hidden_bias: [hidden],
    hidden_weight: [filters.length * channels, hidden],
    signal_bias: [signalsOf(rule).length, hidden],
    update_bias: [channels],
    update_weight: [hidden, channels],
  }[name];
}

/** Length of the header, header, numbers. @param {Uint8Array} header @param {Float32Array[]} tensors */
function assembled(header, tensors) {
  const length = Math.ceil(header.length / 8) * 8;
  const numbers = tensors.reduce((sum, { length: count }) => sum + count, 0);
  const content = new ArrayBuffer(8 + length + 4 * numbers);
  const view = new DataView(content);
  view.setBigUint64(0, BigInt(length), true);
  new Uint8Array(content, 8, length).fill(32).set(header);
  let place = 8 + length;
  for (const value of tensors.flatMap((tensor) => [...tensor])) {
    view.setFloat32(place, value, true);
    place += 4;
  }
  return content;
}

/** JSON with sorted keys. @param {unknown} value @returns {string} */
function sorted(value) {
  return JSON.stringify(value, (_, each) => {
    const isRecord = typeof each === 'object' && each !== null && !Array.isArray(each);
    return isRecord ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => (a < b ? -1 : 1))) : each;
  });
}
