// @ts-check
// Links that carry an organism: its weights in 8 bits, as the article's models have them, and its target, if known.

import { addressText, fromAddressText } from './base64.js';
import { SHAPES, layersOf, weightsOf } from './eight_bits.js';
import { entryOf } from './entry.js';
import { PlaygroundError } from './errors.js';
import { DEFAULT_RULE } from './rule.js';
import { targetCanvas } from './target_canvas.js';
import { linkTo } from './link.js';
import { targetFrom, targetText } from './link_target.js';

/**
 * @typedef {import('./organism.js').Organism} Organism
 * @typedef {import('./entry.js').Entry} Entry
 */

/** Programs that pass links on cut longer ones. The article's rule needs half of it. */
const MOST_CHARACTERS = 24_000;
const LONGEST_NAME = 40;
/** Cells along a side of the grid it was trained on. */
const LARGEST_GRID = 512;
const LARGEST_SCALE = 1e30;

/**
 * A link to a page in which an organism grows.
 *
 * @param {{name: string, organism: Organism, made?: import('./link_target.js').Made}} grown its name, and its target
 *   @param {import('./conditions.js').Conditions} conditions of the dish @param {string | null} cuts see cuts.js
 * @throws {PlaygroundError} its rule is not the article's, or the link would be too long
 */
export function linkWith({ name, organism, made }, conditions, cuts) {
  const layers = layersOf(organism);
  const { experiment } = organism.training;
  const { height, width } = made ?? organism.training;
  const link = new URL(linkTo(null, null, conditions, cuts));
  const said = new URLSearchParams(link.hash.slice(1));
  said.set('name', name.slice(0, LONGEST_NAME));
  if (experiment) said.set('trained', experiment);
  if (height && width) said.set('grid', `${width}x${height}`);
  if (made) said.set('target', targetText(made));
  said.set('scales', layers.flatMap(({ weightScale, biasScale }) => [weightScale, biasScale]).join(','));
  // Last, so that a link that was cut off lacks some of them.
  said.set('weights', addressText(Uint8Array.of(...layers.flatMap(({ bytes }) => [...bytes]))));
  link.hash = said.toString();
  const { length } = link.href;
  if (length <= MOST_CHARACTERS) return link.href;
  const [has, most] = [length, MOST_CHARACTERS].map((count) => count.toLocaleString('en'));
  throw new PlaygroundError(
    `the link would have ${has} characters, and most programs pass on at most ${most}; save the file`,
  );
}

/**
 * What the page says of the organism that a link carries, null if it carries none.
 *
 * @param {string} hash of the link
 * @returns {Entry | null}
 * @throws {PlaygroundError} it is damaged
 */
export function linkedEntry(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  if (!said.has('weights')) return null;
  const name = (said.get('name') ?? '').slice(0, LONGEST_NAME) || 'organism';
  const training = trainingOf(said, name);
  const rule = { ...DEFAULT_RULE, signals: [] };
  const entry = entryOf({ name, rule, weights: weightsIn(said), training, scores: null }, name);
  const target = said.get('target');
  if (target === null) return entry;
  const made = targetFrom(target, entry.height, entry.width) ?? refuse();
  return { ...entry, made, picture: targetCanvas(made.target, made.height, made.width).toDataURL() };
}

/** @param {URLSearchParams} said */
function weightsIn(said) {
  const scales = (said.get('scales') ?? '').split(',').map(Number);
  const bytes = fromAddressText(said.get('weights') ?? '');
  const ends = SHAPES.map(([inputs, outputs]) => (inputs + 1) * outputs);
  const isWhole = bytes?.length === ends[0] + ends[1] && scales.length === 4;
  if (!bytes || !isWhole || !scales.every((scale) => Math.abs(scale) <= LARGEST_SCALE)) return refuse();
  const layers = SHAPES.map(([inputs, outputs], place) => ({
    ...{ inputs, outputs, weightScale: scales[2 * place], biasScale: scales[2 * place + 1] },
    bytes: place ? bytes.subarray(ends[0]) : bytes.subarray(0, ends[0]),
  }));
  return weightsOf(layers);
}

/** @returns {never} */
function refuse() {
  throw new PlaygroundError('the organism in this link is damaged, or the link was cut off; ask for it again');
}

/** @param {URLSearchParams} said @param {string} name */
function trainingOf(said, name) {
  const sides =
    /^(\d{1,3})x(\d{1,3})$/
      .exec(said.get('grid') ?? '')
      ?.slice(1)
      .map(Number) ?? [];
  const [width, height] = sides.every((side) => side > 0 && side <= LARGEST_GRID) ? sides : [];
  const experiment = ['growing', 'persistent', 'regenerating'].find((each) => each === said.get('trained'));
  return { source: 'link', label: name, ...(experiment ? { experiment } : {}), ...(width ? { width, height } : {}) };
}
