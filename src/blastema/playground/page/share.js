// @ts-check
// Links that restore a dish: its organism, what it grows, random seed and conditions.

import { notice } from './elements.js';
import { mixtureText } from './mixture.js';
import { cutsOf } from './replay.js';
import { LARGEST_DISH } from './rule.js';

/** @typedef {import('./conditions.js').Conditions} Conditions */

const touch = matchMedia('(hover: none)');

/** A link to the dish, and for the user what follows from it and what it cannot carry, each a sentence or nothing.
 * @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden */
export function dishLink(dish, garden) {
  const known = garden.entry && garden.entry.url !== '' ? garden.entry.name : null;
  const mixture = dish.signals.mixtures.get(garden.number);
  const cuts = cutsOf(dish, garden.number);
  const signal = mixture ? mixtureText(mixture, garden.signals) : null;
  const href = linkTo(known, signal, dish.conditions, known ? cuts.text : null);
  const cannot = [
    ...(known ? [] : ['an organism that was made here or opened from a file']),
    ...(dish.signals.map ? ['what was painted'] : []),
    ...(cuts.cannot ? [cuts.cannot] : []),
  ];
  const without = cannot.length ? ` The link cannot carry ${cannot.join(' or ')}.` : '';
  const again = known && cuts.text ? ' The cuts and seeds follow at the same steps.' : '';
  return { href, again, without };
}

/** Puts a link to the dish into the address bar, and shares it on touch screens or else copies it.
 * @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden */
export async function share(dish, garden) {
  const { href, again, without } = dishLink(dish, garden);
  history.replaceState(null, '', href);
  const title = `${garden.entry?.label ?? 'A pattern'}, growing in Blastema`;
  const isShared = await shared({ title, url: href });
  if (isShared && !without) return;
  const where = isShared ? 'Link shared' : (await copied(href)) ? 'Link copied' : 'The link is in the address bar';
  notice(`${where}: it restores this organism, its random seed, rotation and size.${again}${without}`, { done: true });
}

/** Lets the user of a touch screen choose where to send a link; whether that was offered. @param {ShareData} data */
async function shared(data) {
  if (!touch.matches || !navigator.canShare?.(data)) return false;
  return navigator.share(data).then(
    () => true,
    // The user closed the choice, and wants no copy either.
    (error) => error instanceof Error && error.name === 'AbortError',
  );
}

/** Copies a text; whether the browser allowed it. @param {string} text */
export async function copied(text) {
  if (!navigator.clipboard) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}

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
