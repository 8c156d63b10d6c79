// @ts-check
// The sample pool: states of all ages, from which rollouts start; only nonzero cells are stored.

import { ALPHA, hasExploded, seedGrid } from './grids.js';

/**
 * @typedef {import('./grids.js').Grid} Grid
 * @typedef {import('./grids.js').Shape} Shape
 * @typedef {{cells: Uint32Array, values: Float32Array, seed: number, age: number}} Stored
 *   cells: positions of the nonzero cells, ascending; values: (cells, channels). Never changed.
 */

/** A pool of seed cells. @param {number[]} seeds @param {Shape} shape @returns {Stored[]} */
export function freshPool(seeds, shape) {
  const { cells, values } = stored(seedGrid(shape, 0), shape.channels);
  return seeds.map((seed) => ({ cells, values, seed, age: 0 }));
}

/** The grid of a stored state. @param {Stored} stored @param {Shape} shape @returns {Grid} */
export function unpacked({ cells, values, seed, age }, { height, width, channels }) {
  const state = new Float32Array(height * width * channels);
  cells.forEach((cell, place) => {
    state.set(values.subarray(channels * place, channels * (place + 1)), channels * cell);
  });
  return { state, seed, age };
}

/** Only the cells of a grid that are not all zero; minus zero counts as nonzero, so that the state is restored exactly.
 * @param {Grid} grid @param {number} channels @returns {Stored} */
export function stored({ state, seed, age }, channels) {
  const bits = new Uint32Array(state.buffer, state.byteOffset, state.length);
  const places = [];
  for (let cell = 0; cell < state.length / channels; cell++) {
    const begin = channels * cell;
    let any = 0;
    for (let c = 0; c < channels; c++) any |= bits[begin + c];
    if (any) places.push(cell);
  }
  const values = new Float32Array(channels * places.length);
  places.forEach((cell, place) => values.set(state.subarray(channels * cell, channels * (cell + 1)), channels * place));
  return { cells: Uint32Array.from(places), values, seed, age };
}

/**
 * A pool with the states at some positions replaced; null if any of their numbers is not finite.
 *
 * @param {Stored[]} pool @param {number[]} places @param {Grid[]} grids @param {number} channels
 */
export function replaced(pool, places, grids, channels) {
  if (grids.some(({ state }) => hasExploded(state))) return null;
  const next = pool.slice();
  grids.forEach((grid, place) => {
    next[places[place]] = stored(grid, channels);
  });
  return next;
}

/** Whether no cell of a stored state is alive. @param {Stored} stored @param {number} channels
 * @param {number} threshold of life */
export function isDead({ values }, channels, threshold) {
  for (let place = ALPHA; place < values.length; place += channels) if (values[place] > threshold) return false;
  return true;
}

/** The loss of a stored state, computed from its cells alone. @param {Stored} stored @param {Float32Array} target
 * @param {number} channels */
export function storedLoss({ cells, values }, target, channels) {
  let sum = squares(target);
  cells.forEach((cell, place) => {
    for (let c = 0; c < 4; c++) {
      const expected = target[4 * cell + c];
      sum += (values[channels * place + c] - expected) ** 2 - expected ** 2;
    }
  });
  return sum / target.length;
}

/** @param {Float32Array} numbers */
function squares(numbers) {
  return numbers.reduce((sum, number) => sum + number * number, 0);
}
