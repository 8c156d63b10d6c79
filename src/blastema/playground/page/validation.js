// @ts-check
// Validation: how well an organism does what its experiment asks, with seeds that training never draws.

import { DAMAGES } from './damage.js';
import { Draws, STREAMS } from './draws.js';
import { erased, hasExploded, pixelLoss, seedGrid } from './grids.js';
import { NUMBERS } from './recipe.js';

/**
 * @typedef {import('./grids.js').Grid} Grid
 * @typedef {(grids: Grid[], steps: number) => Promise<Grid[]>} Grow  the grids so many CA steps later
 * @typedef {Pick<import('./next_state.js').Plan, 'target' | 'height' | 'width' | 'rule' | 'recipe' | 'seed'>
 *   & {experiment: import('./recipe.js').Experiment}} Asked
 */

const { organisms, after, cuts_in_a_row: cutsInARow, cuts: CUTS, grown: GROWN, apart } = NUMBERS.validation;
const { exploded_log_loss: EXPLODED, least: LEAST } = NUMBERS.validation;

/**
 * The mean of log10 of the loss over grids and conditions; the lower, the better. As in blastema.training.validation.
 *
 * @param {Grow} grow with the weights in question @param {Asked} asked
 */
export async function validationScore(grow, { target, height, width, rule, recipe, seed, experiment }) {
  const shape = { height, width, channels: rule.channels };
  const seeds = new Draws(seed, STREAMS.validation).wholes(organisms);
  const fresh = seeds.map((value) => seedGrid(shape, value));
  const grownBy = async (/** @type {Grid[]} */ grids, /** @type {number} */ steps) =>
    (await grow(grids, steps)).map(emptiedIfExploded);
  const losses = (/** @type {Grid[]} */ grids) => grids.map(({ state }) => logOf(pixelLoss(state, target)));

  const persistence = async () => {
    const measured = [];
    for (let [grids, age] = [fresh, 0], place = 0; place < experiment.ages.length; place++) {
      grids = await grownBy(grids, experiment.ages[place] - age);
      age = experiment.ages[place];
      measured.push(losses(grids));
    }
    return lasting(measured);
  };
  const regrowth = async (/** @type {Grid[]} */ grids, /** @type {Uint8Array[][]} */ masks) => {
    for (const [number, cut] of masks.entries()) {
      if (number) grids = await grownBy(grids, apart);
      grids = grids.map((grid, place) => erased(grid, cut[place]));
    }
    return losses(await grownBy(grids, after));
  };

  const conditions = [persistence()];
  if (experiment.damaged) {
    const cuts = cutsOf(recipe.cuts[1], new Draws(seed, STREAMS.validationDamages), height, width);
    const grown = grownBy(fresh, GROWN);
    conditions.push(...cuts.map(async (masks) => [await regrowth(await grown, masks)]));
  }
  const all = (await Promise.all(conditions)).flat(2);
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}

/** The masks of each condition, of each of its cuts in a row, and of each grid. @param {number} most cuts in a row
 * @param {Draws} draws @param {number} height @param {number} width */
function cutsOf(most, draws, height, width) {
  const masks = (/** @type {string} */ name, /** @type {number} */ cuts) =>
    Array.from({ length: cuts }, () => Array.from({ length: organisms }, () => DAMAGES[name](draws, height, width)));
  const single = CUTS.map((name) => masks(name, 1));
  return most > 1 ? [...single, ...cutsInARow.map((cuts) => masks('centre', cuts))] : single;
}

/** @param {Grid} grid */
function emptiedIfExploded(grid) {
  return hasExploded(grid.state) ? { ...grid, state: new Float32Array(grid.state.length) } : grid;
}

/** @param {number} loss */
function logOf(loss) {
  return Number.isFinite(loss) ? Math.min(Math.log10(Math.max(loss, LEAST)), EXPLODED) : EXPLODED;
}

/** Losses by age and grid, in which a grid that exploded stays exploded. @param {number[][]} losses */
function lasting(losses) {
  return losses.map((at, age) =>
    at.map((loss, grid) => (losses.slice(0, age + 1).some((earlier) => earlier[grid] >= EXPLODED) ? EXPLODED : loss)),
  );
}
