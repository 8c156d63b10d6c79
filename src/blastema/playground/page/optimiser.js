// @ts-check
// Adam and Muon on normalised gradients, as in blastema.training.optimiser: each operation of Adam is rounded to 32
// bits, as by NumPy.

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

/**
 * The weights and moments after one step of Muon for the matrices and of Adam for the biases.
 *
 * @type {typeof adam}
 */
export function muon(weights, moments, gradient, step, rate, constants) {
  const { beta_1: keep } = constants;
  const { weights: moved, moments: after } = adam(weights, moments, gradient, step, rate, constants);
  const { matrices, reach } = NUMBERS.optimiser;
  const columns = (/** @type {typeof TENSORS[number]} */ name) =>
    weights[name === 'hidden_weight' ? 'hidden_bias' : 'update_bias'].length;
  const result = tensors((name) => {
    if (!matrices.includes(name)) return moved[name];
    const mean = after.first[name];
    const along = gradient[name].map((now, place) => keep * mean[place] + (1 - keep) * now);
    const direction = orthogonalised(along, columns(name));
    const far = rate * reach * sqrt(Math.max(columns(name), along.length / columns(name)));
    return weights[name].map((weight, place) => weight - far * direction[place]);
  });
  return { weights: result, moments: after };
}

/** A matrix with the singular vectors of this one, and with singular values near 1. @param {ArrayLike<number>} matrix
 * @param {number} columns @returns {Float64Array} */
export function orthogonalised(matrix, columns) {
  const rows = matrix.length / columns;
  if (rows > columns) return transposed(orthogonalised(transposed(matrix, columns), rows), rows);
  const { least_length: least, polynomial, times } = NUMBERS.optimiser;
  const length = sqrt(Array.from(matrix).reduce((sum, value) => sum + value * value, 0)) + least;
  const unit = Float64Array.from(matrix, (value) => value / length);
  let products = product(unit, transposed(unit, columns), columns);
  let total = Float64Array.from(products, (_, place) => (place % (rows + 1) === 0 ? 1 : 0));
  const one = total;
  const [first, third, fifth] = polynomial;
  for (let time = 0; time < times; time++) {
    const squares = product(products, products, rows);
    const factor = squares.map((square, place) => first * one[place] + third * products[place] + fifth * square);
    [total, products] = [product(factor, total, rows), product(product(factor, products, rows), factor, rows)];
  }
  return product(total, unit, rows);
}

/** @param {ArrayLike<number>} matrix @param {number} columns */
function transposed(matrix, columns) {
  const rows = matrix.length / columns;
  return Float64Array.from(matrix, (_, place) => matrix[(place % rows) * columns + Math.floor(place / rows)]);
}

/** The product of two matrices, the left one with as many columns as `inner`.
 * @param {Float64Array} left @param {Float64Array} right @param {number} inner */
function product(left, right, inner) {
  const [rows, columns] = [left.length / inner, right.length / inner];
  const result = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let middle = 0; middle < inner; middle++) {
      const factor = left[row * inner + middle];
      for (let column = 0; column < columns; column++) {
        result[row * columns + column] += factor * right[middle * columns + column];
      }
    }
  }
  return result;
}

/** By the name that recipes give them. @type {Record<string, typeof adam>} */
export const OPTIMISERS = { adam, muon };
