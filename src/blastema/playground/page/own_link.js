// @ts-check
// Links that carry an organism: its weights in 8 bits, as the article's models have them.

import { SHAPES, layersOf, weightsOf } from './eight_bits.js';
import { PlaygroundError } from './errors.js';
import { DEFAULT_RULE } from './rule.js';
import { linkTo } from './share.js';

/** @typedef {import('./organism.js').Organism} Organism */

/** Programs that pass links on cut longer ones. The article's rule needs half of it. */
const MOST_CHARACTERS = 24_000;
const LONGEST_NAME = 40;
/** Cells along a side of the grid it was trained on. */
const LARGEST_GRID = 512;
const LARGEST_SCALE = 1e30;

/**
 * A link to a page in which an organism grows.
 *
 * @param {Organism} organism @param {import('./conditions.js').Conditions} conditions of the dish
 * @throws {PlaygroundError} its rule is not the article's, or the link would be too long
 */
export function linkWith(organism, conditions) {
  const layers = layersOf(organism);
  const { experiment, height, width } = organism.training;
  const link = new URL(linkTo(null, null, conditions, null));
  const said = new URLSearchParams(link.hash.slice(1));
  said.set('name', organism.name);
  if (experiment) said.set('trained', experiment);
  if (height && width) said.set('grid', `${width}x${height}`);
  said.set('scales', layers.flatMap(({ weightScale, biasScale }) => [weightScale, biasScale]).join(','));
  said.set('weights', textOf(layers.map(({ bytes }) => bytes)));
  link.hash = said.toString();
  const { length } = link.href;
  if (length <= MOST_CHARACTERS) return link.href;
  const [has, most] = [length, MOST_CHARACTERS].map((count) => count.toLocaleString('en'));
  throw new PlaygroundError(
    `the link would have ${has} characters, and most programs pass on at most ${most}; save the file`,
  );
}

/**
 * The organism that a link carries, null if it carries none.
 *
 * @param {string} hash of the link
 * @returns {Organism | null}
 * @throws {PlaygroundError} it is damaged
 */
export function linkedOrganism(hash) {
  const said = new URLSearchParams(hash.replace(/^#/, ''));
  const weights = said.get('weights');
  if (weights === null) return null;
  const scales = (said.get('scales') ?? '').split(',').map(Number);
  const bytes = bytesOf(weights);
  const ends = SHAPES.map(([inputs, outputs]) => (inputs + 1) * outputs);
  const isWhole = bytes?.length === ends[0] + ends[1] && scales.length === 4;
  if (!bytes || !isWhole || !scales.every((scale) => Math.abs(scale) <= LARGEST_SCALE)) {
    throw new PlaygroundError('the organism in this link is damaged, or the link was cut off; ask for it again');
  }
  const layers = SHAPES.map(([inputs, outputs], place) => ({
    ...{ inputs, outputs, weightScale: scales[2 * place], biasScale: scales[2 * place + 1] },
    bytes: place ? bytes.subarray(ends[0]) : bytes.subarray(0, ends[0]),
  }));
  const name = (said.get('name') ?? '').slice(0, LONGEST_NAME) || 'organism';
  const rule = { ...DEFAULT_RULE, signals: [] };
  return { name, rule, weights: weightsOf(layers), training: trainingOf(said, name), scores: null };
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

/** Bytes as letters, digits, - and _. @param {Uint8Array[]} parts */
function textOf(parts) {
  const text = parts.map((bytes) => String.fromCharCode(...bytes)).join('');
  return btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @param {string} text @returns {Uint8Array | null} */
function bytesOf(text) {
  try {
    const plain = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(plain, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}
