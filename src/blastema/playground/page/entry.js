// @ts-check
// What the page says of an organism: an entry of organisms.json, or one like it of a file.

import { USUAL_SIDE } from './conditions.js';

/**
 * @typedef {import('./organism.js').Organism} Organism
 * @typedef {{name: string, label: string, experiment: string | null, target: string | null, height: number,
 *   width: number, url: string, picture: string | null, regrows?: string | null, organism?: Organism,
 *   made?: import('./link_target.js').Made,
 *   signals?: {name: string, picture: string | null}[]}} Entry
 *   made: the target of an organism that was made in a page; picture, signals: the pictures of the target, and of the
 *   target of each signal, if known
 */

/** The entry of an organism that was opened. @param {Organism} organism @param {string} name of its file
 * @returns {Entry} */
export function entryOf(organism, name) {
  const { training } = organism;
  return {
    name,
    label: labelOf(training.label ?? training.target, name),
    experiment: text(training.experiment) ?? experimentOf(name),
    target: text(nameOf(training.target)),
    height: length(training.height),
    width: length(training.width),
    url: '',
    picture: null,
    organism,
  };
}

/** @param {unknown} value */
function text(value) {
  return typeof value === 'string' && value.length > 0 && value.length <= 60 ? value : null;
}

/** The experiment in the name of a model of the article, such as ex2_lizard.json. @param {string} name */
function experimentOf(name) {
  const place = /^ex([123])_/.exec(name)?.[1];
  return place ? ['growing', 'persistent', 'regenerating'][Number(place) - 1] : null;
}

/** Several targets are named one after the other. @param {unknown} target */
function nameOf(target) {
  return Array.isArray(target) ? target.join(', ') : target;
}

/** @param {unknown} value */
function length(value) {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? value : USUAL_SIDE;
}

/** A short name. @param {unknown} target @param {string} name of a file */
export function labelOf(target, name) {
  const emoji = /\p{Extended_Pictographic}/u;
  return text(target) ?? emoji.exec(name)?.[0] ?? name.replace(/\.(safetensors|json)$/, '');
}
