// @ts-check
// Under which conditions a dish runs.

import { PlaygroundError } from './errors.js';
import { DEFAULT_RULE, LARGEST_DISH } from './rule.js';

/**
 * @typedef {{height: number, width: number, seed: number, edge: 'dead' | 'wrap', fireRate: number, angle: number,
 *   eightBits: boolean}} Conditions  seed: the random seed; angle in radians
 * @typedef {{conditions: Conditions, organisms: (import('./organism.js').Organism | null)[],
 *   filters: import('./rule.js').Filter[], signals: import('./signals.js').Signals, age: number}} Scene
 *   what the passes run under; age in steps
 */

/** Cells along a side where nothing else is said. */
export const USUAL_SIDE = 72;

/** @type {Conditions} */
export const DEFAULT_CONDITIONS = {
  height: USUAL_SIDE,
  width: USUAL_SIDE,
  seed: 0,
  edge: DEFAULT_RULE.edge,
  fireRate: DEFAULT_RULE.fire_rate,
  angle: 0,
  eightBits: false,
};

/** @param {{height: number, width: number}} conditions */
export function checkSize({ height, width }) {
  const fits = [height, width].every((length) => Number.isInteger(length) && length >= 1 && length <= LARGEST_DISH);
  if (!fits) {
    throw new PlaygroundError(`the dish cannot be ${width} x ${height} cells; each side must be 1 to ${LARGEST_DISH}`);
  }
}
