// @ts-check
// Rollouts of one grid on the kernel, forward and backward.

import { lossAndCotangent } from './grids.js';

/**
 * @typedef {import('./grids.js').Grid} Grid
 * @typedef {import('./kernel.js').Kernel} Kernel
 * @typedef {import('./organism.js').Weights} Weights
 * @typedef {{rule: import('./rule.js').Rule, weights: Weights, height: number, width: number, steps: number}} Rollout
 * @typedef {Rollout & {grid: Grid, target: Float32Array | null}} Task
 *   target: (height, width, 4) for loss and gradient; null only to grow
 * @typedef {{grid: Grid, loss: number, gradient: Weights | null}} Result
 *   grid: after the rollout; loss: of its state; gradient: of the loss with respect to the weights, null if the loss is
 *   not finite or nobody asked
 */

/** What a task asks for. @param {Kernel} kernel @param {Task} task @returns {Result} */
export function rolledOut(kernel, { rule, weights, height, width, steps, grid, target }) {
  const { state, seed, age } = grid;
  const batch = { count: 1, height, width, states: state, seeds: Uint32Array.of(seed), ages: Uint32Array.of(age) };
  const rollout = kernel.rollout({ rule, angle: 0, weights, batch, record: target !== null });
  try {
    rollout.forward(steps);
    const after = { state: rollout.states(), seed, age: age + steps };
    if (!target) return { grid: after, loss: NaN, gradient: null };
    const { loss, cotangent } = lossAndCotangent(after.state, target);
    const gradient = Number.isFinite(loss) ? rollout.backward(cotangent).gradients : null;
    return { grid: after, loss, gradient };
  } finally {
    rollout.free();
  }
}
