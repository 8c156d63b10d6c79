// @ts-check
// The batch of a training step: what is drawn from the pool, which states are reseeded and which are damaged.

import { DAMAGES } from './damage.js';
import { erased, seedGrid } from './grids.js';
import { isDead, storedLoss, unpacked } from './pool.js';
import { EXPERIMENTS, damaged, mostCuts, reseeded } from './recipe.js';

/**
 * @typedef {import('./draws.js').Draws} Draws
 * @typedef {import('./grids.js').Grid} Grid
 * @typedef {import('./next_state.js').Plan} Plan
 * @typedef {import('./next_state.js').State} State
 * @typedef {{grids: Grid[], places: number[], reseeded: number, damaged: number}} Batch
 *   places: in the pool, none if rollouts start from seed cells; reseeded: how many, the first, are seed cells;
 *   damaged: how many, the last, are damaged
 */

/**
 * The batch of a training step.
 *
 * @param {Plan} plan @param {State} state @param {Draws} draws
 * @param {import('./validation.js').Grow} grow with the weights of this state
 * @returns {Promise<Batch>}
 */
export async function drawnBatch(plan, state, draws, grow) {
  const { recipe, height, width, rule } = plan;
  const experiment = EXPERIMENTS[plan.experiment];
  const shape = { height, width, channels: rule.channels };
  const fresh = (/** @type {number} */ count) => draws.wholes(count).map((seed) => seedGrid(shape, seed));
  if (experiment.starts_from === 'seed') return { grids: fresh(recipe.batch), places: [], reseeded: 0, damaged: 0 };
  const { places, dead } = ranked(plan, state.pool, draws.choice(recipe.pool, recipe.batch));
  // Dead states are always reseeded, or the pool would fill with them.
  const first = Math.max(reseeded(experiment, recipe), dead);
  const last = Math.min(damaged(experiment, recipe, state.done), recipe.batch - first);
  const seeds = fresh(first);
  const old = places.slice(first).map((place) => unpacked(state.pool[place], shape));
  const cut = await damagedGrids(plan, state.done, old.slice(old.length - last), draws, grow);
  const grids = [...seeds, ...old.slice(0, old.length - last), ...cut];
  return { grids, places, reseeded: first, damaged: last };
}

/** Positions in the pool by descending loss, dead states first, and how many are dead.
 * @param {Plan} plan @param {import('./pool.js').Stored[]} pool @param {number[]} places */
function ranked({ rule, target }, pool, places) {
  const losses = places.map((place) => {
    const isLost = isDead(pool[place], rule.channels, rule.alive_above);
    return { place, loss: isLost ? Infinity : storedLoss(pool[place], target, rule.channels) };
  });
  losses.sort((a, b) => (a.loss === b.loss ? 0 : b.loss - a.loss));
  return { places: losses.map(({ place }) => place), dead: losses.filter(({ loss }) => loss === Infinity).length };
}

/**
 * Grids after one or more cuts in one place, between which they grow; the recipe's kinds of damage take turns.
 *
 * @param {Plan} plan @param {number} done @param {Grid[]} grids @param {Draws} draws
 * @param {import('./validation.js').Grow} grow
 */
async function damagedGrids({ recipe, height, width }, done, grids, draws, grow) {
  if (!grids.length) return [];
  const kinds = grids.map((_, place) => recipe.damages[(done + place) % recipe.damages.length]);
  const masks = kinds.map((kind) => DAMAGES[kind](draws, height, width));
  const cut = (/** @type {Grid[]} */ whole) => whole.map((grid, place) => erased(grid, masks[place]));
  let result = cut(grids);
  const most = mostCuts(recipe, done);
  if (most > 1) {
    const [cuts, between] = [draws.between(1, most), draws.between(...recipe.between)];
    for (let number = 1; number < cuts; number++) result = cut(await grow(result, between));
  }
  return result;
}
