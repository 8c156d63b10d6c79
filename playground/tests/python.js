// @ts-check
// Python as a judge of the page's modules, which run in Node here: files that they fetch come from the site.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { PYTHON, ROOT, writtenSite } from './browser.js';

/** @type {Record<string, new (buffer: ArrayBuffer) => unknown>} */
const TYPES = { Float32Array, Float64Array, Uint32Array, Uint8Array };

const elsewhere = globalThis.fetch;
/** @type {typeof fetch} */
const fetchBeside = async (address, options) => {
  const { protocol, pathname } = new URL(String(address));
  if (protocol !== 'file:') return elsewhere(address, options);
  return new Response(readFileSync(join(writtenSite(), basename(pathname))));
};
globalThis.fetch = fetchBeside;

/** What a script of this folder prints, see page_json.py. @param {string} script @param {...string} given
 * @returns {any} */
export function printedBy(script, ...given) {
  const path = join(ROOT, 'playground/tests', script);
  const text = execFileSync(PYTHON, [path, ...given], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(text, (_, value) => {
    if (typeof value?.base64 !== 'string') return value;
    const bytes = Uint8Array.from(Buffer.from(value.base64, 'base64'));
    return new TYPES[value.type](bytes.buffer);
  });
}

/** The largest difference of two arrays of one length. @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other */
export function furthest(one, other) {
  if (one.length !== other.length) return Infinity;
  return Array.from(one).reduce((most, value, place) => Math.max(most, Math.abs(value - other[place])), 0);
}
