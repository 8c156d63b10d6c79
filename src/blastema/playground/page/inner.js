// @ts-check
// What the cells of an organism perceive and what their hidden layer makes of it, all over the grid.

import { kernels } from './filters.js';
import { BIAS_ROW } from './layout.js';
import { MOST_CHANNELS, filtersOf } from './rule.js';
import { biases } from './signal_textures.js';

/** @typedef {import('./flat_view.js').Grid} Grid */

/** The offsets of the 3x3 neighbourhood, row by row. */
const AROUND = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => ({ dx, dy })));

export class Inner {
  /** @param {import('./conditions.js').Scene} scene @param {Grid} grid @param {number} number of the organism */
  constructor(scene, grid, number) {
    const organism = /** @type {import('./organism.js').Organism} */ (scene.organisms[number]);
    const { height, width, edge, angle } = scene.conditions;
    this.height = height;
    this.width = width;
    this.wraps = edge === 'wrap';
    this.number = number;
    this.grid = grid;
    this.rule = organism.rule;
    this.weight = organism.weights.hidden_weight;
    this.kernel = kernels(filtersOf(this.rule), angle);
    this.biases = biases(organism, scene.signals.mixtures.get(number), false);
    this.map = scene.signals.map;
  }

  /** Some of the numbers of a cell, null for one that is not of the organism. @param {number} cell
   * @param {boolean} isHidden @param {number} first @param {number} count */
  of(cell, isHidden, first, count) {
    const { life } = this.grid;
    if (life[4 * cell] === 0 || life[4 * cell + 1] !== this.number) return null;
    const perception = this.#perception(cell);
    return isHidden ? this.#hidden(cell, perception, first, count) : perception.subarray(first, first + count);
  }

  /** Filter by filter, 16 channels each. @param {number} cell */
  #perception(cell) {
    const { states } = this.grid;
    const seen = new Float32Array(MOST_CHANNELS * this.rule.filters.length);
    this.#neighbours(cell).forEach((there, place) => {
      if (there === null) return;
      for (let filter = 0; filter < this.rule.filters.length; filter++) {
        const weight = this.kernel[9 * filter + place];
        if (weight === 0) continue;
        for (let channel = 0; channel < MOST_CHANNELS; channel++) {
          seen[MOST_CHANNELS * filter + channel] += weight * states[MOST_CHANNELS * there + channel];
        }
      }
    });
    return seen;
  }

  /** Null past a dead edge. @param {number} cell */
  #neighbours(cell) {
    const { height, width, wraps } = this;
    const [x, y] = [cell % width, Math.floor(cell / width)];
    return AROUND.map(({ dx, dy }) => {
      const [column, row] = [x + dx, y + dy];
      if (wraps) return ((row + height) % height) * width + ((column + width) % width);
      return column < 0 || row < 0 || column >= width || row >= height ? null : row * width + column;
    });
  }

  /** @param {number} cell @param {Float32Array} perception @param {number} first @param {number} count */
  #hidden(cell, perception, first, count) {
    const { hidden, channels, filters } = this.rule;
    const units = Math.min(count, hidden - first);
    const [signal, painted] = this.map?.subarray(2 * cell, 2 * cell + 2) ?? [0, 0];
    const row = 4 * BIAS_ROW * (painted === this.number ? 1 + signal : 0);
    const sums = this.biases.slice(row + first, row + first + units);
    for (let input = 0; input < filters.length * channels; input++) {
      const value = perception[MOST_CHANNELS * Math.floor(input / channels) + (input % channels)];
      const from = input * hidden + first;
      for (let unit = 0; unit < units; unit++) sums[unit] += value * this.weight[from + unit];
    }
    return sums.map((sum) => Math.max(sum, 0));
  }
}
