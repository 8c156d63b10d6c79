// @ts-check
// How well an organism grows and regrows, measured as `blastema evaluate` does, with fewer organisms.

import { DAMAGES } from './damage.js';
import { Draws, STREAMS } from './draws.js';
import { erased, pixelLoss, seedGrid } from './grids.js';
import { NUMBERS } from './recipe.js';

const { grown: GROWN, cuts: CUTS, least: LEAST } = NUMBERS.validation;
/** CA steps after a cut, as in Python's evaluation, and how many organisms are grown. */
const AFTER = 600,
  ORGANISMS = 8;

/**
 * log10 of the loss, medians: grown, and after each of the cuts.
 *
 * @param {import('./next_state.js').Plan} plan @param {import('./organism.js').Weights} weights
 * @param {import('./crew.js').Works} crew
 * @returns {Promise<{grown: number, cuts: Record<string, number>}>}
 */
export async function examine({ rule, height, width, target, seed }, weights, crew) {
  const shape = { height, width, channels: rule.channels };
  const grow = (/** @type {import('./grids.js').Grid[]} */ grids, /** @type {number} */ steps) =>
    crew.grow({ rule, weights, height, width, grids, steps });
  const level = (/** @type {import('./grids.js').Grid[]} */ grids) =>
    median(grids.map(({ state }) => Math.log10(Math.max(pixelLoss(state, target), LEAST))));
  const seeds = new Draws(seed, STREAMS.validation).wholes(ORGANISMS);
  const grown = await grow(
    seeds.map((value) => seedGrid(shape, value)),
    GROWN,
  );
  /** @type {Record<string, number>} */
  const cuts = {};
  for (const name of CUTS) {
    const draws = new Draws(seed, STREAMS.validationDamages);
    cuts[name] = level(
      await grow(
        grown.map((grid) => erased(grid, DAMAGES[name](draws, height, width))),
        AFTER,
      ),
    );
  }
  return { grown: level(grown), cuts };
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
