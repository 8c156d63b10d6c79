// @ts-check
// Which signals the cells of a dish have: each organism has a mixture of its own signals, usually just one of them, and
// where a signal was painted for it, its cells have that one.

import { recentredCells } from './encoding.js';
import { signalsOf } from './signal_names.js';

/**
 * @typedef {{height: number, width: number}} Size
 * @typedef {import('./dish.js').Point} Point
 * @typedef {{mixtures: Map<number, Float32Array>, map: Uint8Array | null}} Snapshot
 * @typedef {{from: Point, to: Point, radius: number}} Stroke  of the brush, in cells
 */

export class Signals {
  /** How much of each of its signals an organism has, by its number; they add up to 1. Values are never changed.
   * @type {Map<number, Float32Array>} */
  mixtures = new Map();
  /** Two bytes a cell: the signal that was painted, and the organism that it was painted for, 0 for none. Null while
   * nothing is painted. @type {Uint8Array | null} */
  map = null;

  /** Whether an organism of the dish has signals. */
  get areUsed() {
    return this.mixtures.size > 0;
  }

  /** Gives each organism that has signals the first of them, unless it has some already.
   * @param {(import('./organism.js').Organism | null)[]} organisms by number */
  use(organisms) {
    const counts = organisms.map((organism) => (organism ? signalsOf(organism.rule).length : 0));
    for (const number of [...this.mixtures.keys()]) if (!counts[number]) this.mixtures.delete(number);
    counts.forEach((count, number) => {
      if (this.mixtures.get(number)?.length === count || count === 0) return;
      this.mixtures.set(number, only(0, count));
      this.clear(number);
    });
  }

  /** Gives all cells of an organism a mixture, and takes away what was painted for it.
   * @param {number} number @param {Float32Array} mixture */
  set(number, mixture) {
    this.mixtures.set(number, mixture);
    this.clear(number);
  }

  /**
   * Paints a signal for an organism on all cells whose centre is within a radius of a stroke; null wipes it off.
   *
   * @param {number} number @param {number | null} signal @param {Stroke} stroke
   * @param {Size & {wraps: boolean}} grid
   */
  paint(number, signal, stroke, { height, width, wraps }) {
    this.map ??= new Uint8Array(2 * height * width);
    const { from, to, radius } = stroke;
    const [left, right] = [Math.min(from.x, to.x) - radius, Math.max(from.x, to.x) + radius].map(Math.floor);
    const [top, bottom] = [Math.min(from.y, to.y) - radius, Math.max(from.y, to.y) + radius].map(Math.floor);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        if (distance({ x: x + 0.5, y: y + 0.5 }, from, to) > radius) continue;
        const [column, row] = wraps ? [modulo(x, width), modulo(y, height)] : [x, y];
        if (column < 0 || row < 0 || column >= width || row >= height) continue;
        this.map.set(signal === null ? [0, 0] : [signal, number], 2 * (row * width + column));
      }
    }
    this.#drop();
  }

  /** Takes away what was painted for an organism, or for all. @param {number} [number] */
  clear(number) {
    if (number === undefined) this.map = null;
    for (let at = 0; this.map && at < this.map.length; at += 2) {
      if (this.map[at + 1] === number) this.map.fill(0, at, at + 2);
    }
    this.#drop();
  }

  /** Whether a signal is painted somewhere for this organism. @param {number} number */
  isPainted(number) {
    return this.map !== null && this.map.some((value, at) => at % 2 === 1 && value === number);
  }

  /** The map for a grid of another size; the middle of one comes to the middle of the other.
   * @param {Size} before @param {Size} after */
  resize(before, after) {
    const { map } = this;
    if (!map || (before.height === after.height && before.width === after.width)) return;
    this.map = recentredCells(map, 2, before, after);
    this.#drop();
  }

  /** @returns {Snapshot} */
  snapshot() {
    return { mixtures: new Map(this.mixtures), map: this.map && this.map.slice() };
  }

  /** @param {Snapshot} snapshot @param {Size} size of the grid */
  restore({ mixtures, map }, { height, width }) {
    this.mixtures = new Map(mixtures);
    this.map = map?.length === 2 * height * width ? map.slice() : null;
  }

  /** Drops the map if nothing is painted. */
  #drop() {
    if (this.map?.every((value) => value === 0)) this.map = null;
  }
}

/** A mixture of one signal. @param {number} signal @param {number} count of the signals */
export function only(signal, count) {
  return Float32Array.from({ length: count }, (_, place) => Number(place === signal));
}

/** @param {number} value @param {number} length */
const modulo = (value, length) => ((value % length) + length) % length;

/** From a place to a line, in cells. @param {Point} place @param {Point} from @param {Point} to its ends */
export function distance(place, from, to) {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const square = x * x + y * y;
  const part = square ? ((place.x - from.x) * x + (place.y - from.y) * y) / square : 0;
  const along = Math.min(Math.max(part, 0), 1);
  return Math.hypot(place.x - from.x - along * x, place.y - from.y - along * y);
}
