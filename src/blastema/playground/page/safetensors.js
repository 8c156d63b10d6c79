// @ts-check
// Reads safetensors files: a length in 8 bytes, a header of JSON, the numbers. Refuses what Python's reader refuses.

import { PlaygroundError } from './errors.js';
import { decoded, hasOnlyCounts, parseJson } from './strict_json.js';

/** @typedef {Record<string, {dtype: string, shape: number[], values: Float32Array}>} Tensors */
/** @typedef {{tensor: string, dtype: string, shape: number[], begin: number, end: number}} Place */

const LARGEST_HEADER = 1_000_000;
/** Bytes of a number, of the types that safetensors has for whole bytes. */
const SIZES = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E5M2: 1,
  F8_E4M3: 1,
  F8_E8M0: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  C64: 8,
  F64: 8,
  I64: 8,
  U64: 8,
};

/**
 * The tensors of a safetensors file (those of type F32 with their values) and its metadata.
 *
 * @param {ArrayBuffer} content
 * @param {string} name of the file, for messages
 * @param {string[]} known the tensors that it may have
 * @returns {{tensors: Tensors, metadata: Record<string, string>}}
 * @throws {PlaygroundError} it is not a whole safetensors file, or has other tensors
 */
export function readSafetensors(content, name, known) {
  const length = content.byteLength < 8 ? -1 : Number(new DataView(content).getBigUint64(0, true));
  if (length < 2 || length > LARGEST_HEADER || 8 + length > content.byteLength) {
    throw new PlaygroundError(`${name} is neither an organism file (.safetensors) nor a model of the article (.json)`);
  }
  const { __metadata__: metadata = {}, ...described } = headerOf(new Uint8Array(content, 8, length), name);
  const unknown = Object.keys(described).filter((tensor) => !known.includes(tensor));
  if (unknown.length) {
    throw new PlaygroundError(
      `${name} has unknown tensors: ${unknown.join(', ').slice(0, 200)}; an organism has ${known.join(', ')}`,
    );
  }
  if (!isRecord(metadata) || !Object.values(metadata).every((value) => typeof value === 'string')) {
    throw new PlaygroundError(`${name} is not a whole safetensors file: its metadata is not text`);
  }
  const places = Object.entries(described).map(([tensor, entry]) => placeOf(tensor, entry, name));
  refuseGaps(places, content.byteLength - 8 - length, name);
  /** @type {Tensors} */
  const tensors = {};
  for (const { tensor, dtype, shape, begin, end } of places) {
    tensors[tensor] = {
      dtype,
      shape,
      values: dtype === 'F32' ? floats(content, 8 + length + begin, (end - begin) / 4) : new Float32Array(),
    };
  }
  return { tensors, metadata };
}

/** @param {Uint8Array} bytes @param {string} name @returns {Record<string, any>} */
function headerOf(bytes, name) {
  try {
    const text = decoded(bytes);
    if (text.startsWith('{') && hasOnlyCounts(text)) return parseJson(text);
  } catch {
    /* refused below */
  }
  throw new PlaygroundError(`${name} is not a whole safetensors file: its header is not valid JSON`);
}

/** Where a tensor lies, from the beginning of the numbers. @param {string} tensor @param {any} entry
 * @param {string} name @returns {Place} */
function placeOf(tensor, entry, name) {
  const { dtype, shape, data_offsets: offsets } = isRecord(entry) ? entry : {};
  const isDescribed =
    isRecord(entry) &&
    Object.keys(entry).length === 3 &&
    Object.hasOwn(SIZES, dtype) &&
    Array.isArray(shape) &&
    Array.isArray(offsets) &&
    offsets.length === 2 &&
    [...shape, ...offsets].every(Number.isSafeInteger);
  if (!isDescribed) throw new PlaygroundError(`${name} is not a whole safetensors file: ${tensor} is not described`);
  const bytes = shape.reduce((product, side) => product * side, SIZES[/** @type {keyof SIZES} */ (dtype)]);
  if (offsets[1] - offsets[0] !== bytes) {
    throw new PlaygroundError(`${name} is not a whole safetensors file: ${tensor} has another size than its shape`);
  }
  return { tensor, dtype, shape, begin: offsets[0], end: offsets[1] };
}

/** Checks that tensors follow one another without gaps up to the end of the file. @param {Place[]} places
 * @param {number} bytes @param {string} name */
function refuseGaps(places, bytes, name) {
  const ends = [0, ...places.map(({ end }) => end).sort((a, b) => a - b)];
  const begins = [...places.map(({ begin }) => begin).sort((a, b) => a - b), bytes];
  if (ends.some((end, place) => end !== begins[place])) {
    throw new PlaygroundError(
      `${name} is not a whole safetensors file: its tensors overlap, leave gaps, or are cut off`,
    );
  }
}

/** @param {any} value */
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {ArrayBuffer} content @param {number} begin @param {number} count */
function floats(content, begin, count) {
  const view = new DataView(content, begin, 4 * count);
  return Float32Array.from({ length: count }, (_, place) => view.getFloat32(4 * place, true));
}
