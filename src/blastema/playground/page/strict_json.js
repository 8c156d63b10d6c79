// @ts-check
// Parses JSON strictly: refuses whatever different parsers read differently, as blastema/io/strict_json.py does.

const STRING = /"(?:[^"\\]|\\.)*"/g;
const KEY = /"(?:[^"\\]|\\.)*"(\s*:)?/g;
const NOT_FINITE = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;
// Lists and objects inside one another, at most; Python has the same limit.
const DEEPEST = 500;

/**
 * @param {string} text
 * @returns {any}
 * @throws {Error} it is not JSON, nested too deeply, or has a key twice in one object
 */
export function parseJson(text) {
  const value = JSON.parse(text);
  // JSON.parse keeps the last of two equal keys; other readers keep the first.
  if (keysIn(value, 0) !== [...text.matchAll(KEY)].filter((match) => match[1]).length) throw new Error('duplicate key');
  return value;
}

/** Decodes the text of a file. @param {ArrayBuffer | Uint8Array} content @throws {TypeError} it is not UTF-8 */
export function decoded(content) {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
}

/** As `parseJson`, with null for numbers that are not finite, which earlier versions of Blastema wrote.
 * @param {string} text */
export function parseMetadata(text) {
  const value = parseJson(text.replace(NOT_FINITE, (token) => (token.startsWith('"') ? token : 'null')));
  if (/(?:^|[^\\])(?:\\\\)*\\ud[89a-f]/.test(JSON.stringify(value))) throw new Error('not Unicode');
  return value;
}

/** Whether the only values of a JSON text besides strings are whole numbers that are not negative.
 * @param {string} text */
export function hasOnlyCounts(text) {
  return /^[\s\d{}[\],:]*$/.test(text.replace(STRING, ''));
}

/** @param {any} value @param {number} depth @returns {number} */
function keysIn(value, depth) {
  if (typeof value !== 'object' || value === null) return 0;
  if (depth >= DEEPEST) throw new Error('nested too deeply');
  const inside = Object.values(value).reduce((count, part) => count + keysIn(part, depth + 1), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}
