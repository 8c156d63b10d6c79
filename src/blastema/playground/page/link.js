// @ts-check
// What a link to a dish says: its organism by name, what it grows, random seed and conditions.

import { LARGEST_DISH } from './rule.js';

/** @typedef {import('./conditions.js').Conditions} Conditions */

/** @param {string | null} organism its name @param {string | null} signal what it grows, if it has signals
 * @param {Conditions} conditions @param {string | null} cuts see cuts.js */
export function linkTo(organism, signal, { height, width, seed, edge, fireRate, angle, eightBits }, cuts) {
  const said = new URLSearchParams();
  if (organism) said.set('organism', organism);
  if (organism && signal) said.set('signal', signal);
  said.set('seed', String(seed));
  said.set('size', height === width ? String(width) : `${width}x${height}`);
  said.set('angle', String(degrees(angle)));
  said.set('edge', edge);
  said.set('rate', String(fireRate));
  if (eightBits) said.set('bits', '8');
  if (cuts) said.set('cuts', cuts);
  const link = new URL(location.href);
  link.hash = said.toString();
  return link.href;
}

/** Reads a link; values that are not valid are left out. @param {string} hash
 * @returns {{organism: string | null, signal: string | null, cuts: string | null, tour: number | null,
 *   makes: boolean, conditions: Partial<Conditions>}} tour: the number of a station; makes: asks for "Make your own" */
export function readLink(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  /** @type {Partial<Conditions>} */
  const conditions = {};
  const seed = number(said.get('seed'), 0, 2 ** 32 - 1);
  if (seed !== null && Number.isInteger(seed)) conditions.seed = seed;
  const [width, height] = (said.get('size') ?? '').split('x').map((text) => number(text, 16, LARGEST_DISH));
  if (width) Object.assign(conditions, { width: Math.round(width), height: Math.round(height ?? width) });
  const angle = number(said.get('angle'), 0, 360);
  if (angle !== null) conditions.angle = (angle * Math.PI) / 180;
  const edge = said.get('edge');
  if (edge === 'dead' || edge === 'wrap') conditions.edge = edge;
  const rate = number(said.get('rate'), 0, 1);
  if (rate !== null) conditions.fireRate = rate;
  if (said.get('bits') === '8') conditions.eightBits = true;
  const [organism, signal, cuts] = ['organism', 'signal', 'cuts'].map((name) => said.get(name));
  const tour = number(said.get('tour'), 1, 99);
  return { organism, signal, cuts, tour, makes: said.has('make'), conditions };
}

/** @param {number} angle radians */
export function degrees(angle) {
  return Math.round((angle * 180) / Math.PI);
}

/** @param {string | null} text @param {number} least @param {number} most */
function number(text, least, most) {
  const value = text ? Number(text) : NaN;
  return Number.isFinite(value) && value >= least && value <= most ? value : null;
}
