// @ts-check
// An organism in the memory of the kernel, as native/wasm/dish.hpp reads it.

import { kernels, sharedFilters, isArticle } from './filters.js';
import { BIAS_ROW } from './layout.js';
import { MOST_CHANNELS, filtersOf } from './rule.js';
import { biases } from './signal_textures.js';

/**
 * @typedef {import('./conditions.js').Scene} Scene
 * @typedef {import('./kernel_instance.js').Instance} Instance
 * @typedef {import('./organism.js').Organism} Organism
 */

/** Hidden units are padded to whole vectors. */
const LANES = 4;
/** Biases that a map of bytes can tell apart. */
const MOST_BIASES = 256;
/** 32-bit numbers of an organism: three whole, three real, and the addresses of its arrays. */
const ARRAYS = ['kernels', 'hidden', 'update', 'bias', 'biases', 'signals'];
export const WORDS = 6 + ARRAYS.length;

export class KernelOrganism {
  /** What is released with it, by name. @type {Record<string, number>} */
  #kept = {};
  #angle = NaN;

  /** @param {Instance} instance @param {Organism} organism @param {number} number in the dish */
  constructor(instance, organism, number) {
    this.instance = instance;
    this.organism = organism;
    this.number = number;
    this.hidden = LANES * Math.ceil(organism.rule.hidden / LANES);
    for (const [name, values] of Object.entries(this.#weights())) this.#keep(name, values);
  }

  /** The signals of its cells: the biases that follow from them, and which cell has which.
   * @param {Scene} scene */
  signal({ signals, conditions: { height, width } }) {
    const { number } = this;
    const all = biases(this.organism, signals.mixtures.get(number), false);
    const rowOf = (/** @type {number} */ row) => all.subarray(4 * BIAS_ROW * row, 4 * BIAS_ROW * row + this.hidden);
    this.#drop('signals');
    const painted = signals.map && signals.isPainted(number) ? placesOf(signals.map, number, height * width) : null;
    const rows = painted ? [0, ...painted.rows] : [0];
    this.#keep('biases', Float32Array.from(rows.flatMap((row) => [...rowOf(row)])));
    if (painted) this.#keep('signals', painted.places);
  }

  /** Rotates its perception. @param {number} angle radians */
  turn(angle) {
    if (angle === this.#angle) return;
    this.#angle = angle;
    this.#keep('kernels', Float32Array.from(kernels(filtersOf(this.organism.rule), angle)));
  }

  /** Writes what the kernel reads of it. @param {DataView} view of memory @param {number} at a place in it */
  write(view, at) {
    const { rule } = this.organism;
    const whole = [this.hidden, rule.filters.length, Number(hasArticleFilters(rule))];
    const real = [Math.cos(this.#angle), Math.sin(this.#angle), rule.alive_above];
    const addresses = ARRAYS.map((name) => this.#kept[name] ?? 0);
    whole.forEach((value, place) => view.setUint32(at + 4 * place, value, true));
    real.forEach((value, place) => view.setFloat32(at + 4 * (whole.length + place), value, true));
    addresses.forEach((value, place) => view.setUint32(at + 4 * (whole.length + real.length + place), value, true));
  }

  delete() {
    for (const name of Object.keys(this.#kept)) this.#drop(name);
  }

  /** Its weights, with zeros for channels and hidden units that it does not have. */
  #weights() {
    const { hidden: padded } = this;
    const { rule, weights } = this.organism;
    const { channels, hidden } = rule;
    const [first, second] = [rule.filters.length * MOST_CHANNELS * padded, padded * MOST_CHANNELS];
    const all = {
      hidden: new Float32Array(first),
      update: new Float32Array(second),
      bias: new Float32Array(MOST_CHANNELS),
    };
    for (let input = 0; input < rule.filters.length * channels; input++) {
      const row = MOST_CHANNELS * Math.floor(input / channels) + (input % channels);
      all.hidden.set(weights.hidden_weight.subarray(input * hidden, (input + 1) * hidden), row * padded);
    }
    for (let unit = 0; unit < hidden; unit++) {
      all.update.set(weights.update_weight.subarray(unit * channels, (unit + 1) * channels), unit * MOST_CHANNELS);
    }
    all.bias.set(weights.update_bias);
    return all;
  }

  /** @param {string} name @param {Float32Array | Uint8Array} values */
  #keep(name, values) {
    this.#drop(name);
    this.#kept[name] = this.instance.keep(values);
  }

  /** @param {string} name */
  #drop(name) {
    if (this.#kept[name]) this.instance.exports.release(this.#kept[name]);
    delete this.#kept[name];
  }
}

/** Whether the kernel has a rule's filters unrolled: exactly the article's, in its order.
 * @param {import('./rule.js').Rule} rule */
function hasArticleFilters(rule) {
  const shared = sharedFilters([rule]);
  return isArticle(shared) && shared.every((filter, place) => filtersOf(rule)[place] === filter);
}

/** Which signals are painted for an organism, as rows of its biases, and which of these each cell has, 0 for none.
 * @param {Uint8Array} map see signals.js @param {number} number @param {number} cells */
function placesOf(map, number, cells) {
  const places = new Uint8Array(cells);
  /** @type {number[]} */
  const rows = [];
  for (let cell = 0; cell < cells; cell++) {
    if (map[2 * cell + 1] !== number) continue;
    const row = 1 + map[2 * cell];
    if (!rows.includes(row) && rows.length < MOST_BIASES - 1) rows.push(row);
    places[cell] = 1 + rows.indexOf(row);
  }
  return { rows, places };
}
