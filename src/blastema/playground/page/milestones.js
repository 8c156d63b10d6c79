// @ts-check
// Milestones, at which a training keeps its best organism and the state to roll back to, and collapses.

import { ALPHA } from './grids.js';
import { NUMBERS } from './recipe.js';

const { jump: JUMP, stays: STAYS, looks_back: LOOKS_BACK, patience } = NUMBERS.collapse;
const { count: COUNT, shortest_stage: SHORTEST_STAGE } = NUMBERS.milestone;
/** The number of losses that detecting a collapse needs. */
export const REMEMBERED = STAYS + LOOKS_BACK;
/** Rollbacks to one milestone after which training gives up. */
export const PATIENCE = patience;

/** Whether a training of `steps` training steps has a milestone after `done` of them. @param {number} done
 * @param {number} steps */
export function isMilestone(done, steps) {
  return done % Math.max(SHORTEST_STAGE, Math.floor(steps / COUNT)) === 0 || done === steps;
}

/**
 * The kind of collapse after a training step, null if there is none.
 *
 * @param {number} loss of the step, not finite if any number was not
 * @param {Float32Array[]} states after it @param {number} channels
 * @param {number[]} recent losses since the last rollback, that of the step included
 * @returns {'exploded' | 'died' | 'worsened' | null}
 */
export function collapse(loss, states, channels, recent) {
  if (!Number.isFinite(loss)) return 'exploded';
  if (states.every((state) => isEmpty(state, channels))) return 'died';
  if (recent.length < REMEMBERED) return null;
  const [before, now] = [recent.slice(-REMEMBERED, -STAYS), recent.slice(-STAYS)].map(median);
  return now > JUMP * before && before > 0 ? 'worsened' : null;
}

/** @param {Float32Array} state @param {number} channels */
function isEmpty(state, channels) {
  for (let place = ALPHA; place < state.length; place += channels) if (state[place] !== 0) return false;
  return true;
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
