// @ts-check
// Adam on normalised gradients, as in blastema.training.optimiser: each operation is rounded to 32 bits, as by NumPy.

import { NUMBERS } from './recipe.js';

/**
 * @typedef {import('./organism.js').Weights} Weights
 * @typedef {{first: Weights, second: Weights}} Moments  running means of the gradient and of its square
 * @typedef {Pick<import('./recipe.js').Recipe, 'beta_1' | 'beta_2' | 'epsilon'>} Constants
 */

const { fround, sqrt } = Math;
/** What is trained, in this order. */
export const TENSORS = /** @type {const} */ (['hidden_weight', 'hidden_bias', 'update_weight', 'update_bias']);

/** A tensor made for each of the weights. @param {(name: typeof TENSORS[number]) => Float32Array} make
 * @returns {Weights} */
export function tensors(make) {
  const [hidden_weight, hidden_bias, update_weight, update_bias] = TENSORS.map(make);
  return { hidden_weight, hidden_bias, update_weight, update_bias };
}

/** The moments before the first training step, all zero. @param {Weights} weights @returns {Moments} */
export function noMoments(weights) {
  const zeros = () => tensors((name) => new Float32Array(weights[name].length));
  return { first: zeros(), second: zeros() };
}

/** The mean of gradients, added in their order. @param {Weights[]} gradients */
export function meanGradient(gradients) {
  return tensors((name) => {
    const sums = new Float64Array(gradients[0][name].length);
    for (const gradient of gradients) gradient[name].forEach((value, place) => (sums[place] += value));
    return Float32Array.from(sums, (sum) => sum / gradients.length);
  });
}

/** Whether all numbers of a gradient are finite. @param {Weights} gradient */
export function isFinite(gradient) {
  return TENSORS.every((name) => gradient[name].every(Number.isFinite));
}

/** Each tensor divided by its length, which reduces jumps of the loss. @param {Weights} gradient */
export function normalised(gradient) {
  return tensors((name) => {
    const length = sqrt(gradient[name].reduce((sum, value) => sum + value * value, 0));
    const divisor = fround(fround(length) + fround(NUMBERS.optimiser.least_length));
    return gradient[name].map((value) => value / divisor);
  });
}

/**
 * The weights and moments after one step of Adam.
 *
 * @param {Weights} weights @param {Moments} moments before the step
 * @param {Weights} gradient of the loss with respect to the weights
 * @param {number} step number of training steps done before
 * @param {number} rate learning rate
 * @param {Constants} constants
 */
export function adam(weights, moments, gradient, step, rate, { beta_1: beta1, beta_2: beta2, epsilon }) {
  const [keep1, take1, keep2, take2] = [beta1, 1 - beta1, beta2, 1 - beta2].map(fround);
  const count = step + 1;
  const reach = fround((rate * (1 - beta2 ** count) ** 0.5) / (1 - beta1 ** count));
  const first = tensors((name) =>
    moments.first[name].map((old, place) => fround(keep1 * old) + fround(take1 * gradient[name][place])),
  );
  const second = tensors((name) =>
    moments.second[name].map((old, place) => fround(keep2 * old) + fround(take2 * fround(gradient[name][place] ** 2))),
  );
  const moved = tensors((name) =>
    weights[name].map((weight, place) => {
      const divisor = fround(fround(sqrt(second[name][place])) + fround(epsilon));
      return weight - fround(fround(reach * first[name][place]) / divisor);
    }),
  );
  return { weights: moved, moments: { first, second } };
}
