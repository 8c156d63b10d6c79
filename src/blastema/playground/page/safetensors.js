// @ts-check
// Named arrays with metadata: a length in 8 bytes, a header of JSON, the numbers.

import { PlaygroundError } from './errors.js';

/** @typedef {Record<string, {dtype: string, shape: number[], values: Float32Array}>} Tensors */

const LARGEST_HEADER = 1_000_000;

/**
 * The tensors of a safetensors file (those of type F32 with their values) and its metadata.
 *
 * @param {ArrayBuffer} content
 * @param {string} name of the file, for messages
 * @returns {{tensors: Tensors, metadata: Record<string, string>}}
 * @throws {PlaygroundError} it is not a whole safetensors file
 */
export function readSafetensors(content, name) {
  const length = content.byteLength < 8 ? -1 : Number(new DataView(content).getBigUint64(0, true));
  if (length < 2 || length > LARGEST_HEADER || 8 + length > content.byteLength) {
    throw new PlaygroundError(
      `${name} is neither an organism file (.safetensors) nor a model of the article (.json); drop one of those`);
  }
  const header = parsed(new Uint8Array(content, 8, length), name);
  const numbers = content.slice(8 + length);
  const { __metadata__: metadata = {}, ...described } = header;
  /** @type {Tensors} */
  const tensors = {};
  for (const [tensor, { dtype, shape, data_offsets: offsets }] of Object.entries(described)) {
    if (!Array.isArray(shape) || !Array.isArray(offsets) || !shape.every(Number.isSafeInteger)) {
      throw new PlaygroundError(`${name} is not a whole safetensors file: ${tensor} is not described`);
    }
    const count = shape.reduce((product, size) => product * size, 1);
    const [begin, end] = offsets;
    if (!(begin >= 0 && end <= numbers.byteLength && begin <= end) || (dtype === 'F32' && end - begin !== 4 * count)) {
      throw new PlaygroundError(`${name} is not a whole safetensors file: ${tensor} lies outside of it or is of another size`);
    }
    tensors[tensor] = { dtype, shape, values: dtype === 'F32' ? floats(numbers, begin, count) : new Float32Array() };
  }
  return { tensors, metadata };
}

/** @param {Uint8Array} bytes @param {string} name @returns {Record<string, any>} */
function parsed(bytes, name) {
  try {
    const header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof header === 'object' && header !== null && Object.values(header).every((entry) => typeof entry === 'object' && entry)) return header;
  } catch { /* said below */ }
  throw new PlaygroundError(`${name} is not a whole safetensors file: its header is not JSON`);
}

/** @param {ArrayBuffer} numbers @param {number} begin @param {number} count */
function floats(numbers, begin, count) {
  const view = new DataView(numbers, begin, 4 * count);
  return Float32Array.from({ length: count }, (_, place) => view.getFloat32(4 * place, true));
}
