// @ts-check
// What a rollout may be given. The kernel trusts the sizes; states and maps of signals it checks while it copies them.

import { filtersOf } from './rule.js';
import { signalsOf } from './signal_names.js';

/**
 * @typedef {import('./kernel.js').Beginning} Beginning
 * @typedef {import('./rule.js').Rule} Rule
 */

/** The least and the most of each size. With these all sizes in bytes fit into 32 bits. */
const SIZES = {
  channels: [4, 64],
  hidden: [1, 1024],
  filters: [1, 64],
  signals: [0, 256],
  count: [1, 65536],
  height: [1, 1024],
  width: [1, 1024],
};
/** Ages are counted in 32 bits. */
const MOST_STEPS = 2 ** 32 - 1;

/** The lengths that the weights of a rule have. @param {Rule} rule @returns {Record<string, number>} */
export function weightLengths(rule) {
  const { channels, hidden, filters } = rule;
  const signals = signalsOf(rule).length;
  return {
    hidden_weight: filters.length * channels * hidden,
    hidden_bias: hidden,
    update_weight: hidden * channels,
    update_bias: channels,
    ...(signals ? { signal_bias: signals * hidden } : {}),
  };
}

/** @param {Beginning} beginning @throws {RangeError} its parts do not fit together or are out of range */
export function check({ rule, angle = 0, weights, batch }) {
  const { count, height, width } = batch;
  const signals = signalsOf(rule).length;
  const sizes = { ...rule, count, height, width, filters: filtersOf(rule).length, signals };
  for (const [name, [least, most]] of Object.entries(SIZES)) {
    checkWhole(name, sizes[/** @type {keyof typeof SIZES} */ (name)], least, most);
  }
  if (!Number.isFinite(angle)) throw new RangeError(`angle is ${angle}; it must be a finite number of radians`);
  for (const [name, length] of Object.entries(weightLengths(rule))) {
    const values = weights[/** @type {keyof typeof weights} */ (name)];
    checkArray(name, values, Float32Array, length);
    checkFinite(name, /** @type {Float32Array} */ (values));
  }
  checkArray('states', batch.states, Float32Array, count * height * width * rule.channels);
  checkArray('seeds', batch.seeds, Uint32Array, count);
  checkArray('ages', batch.ages, Uint32Array, count);
  checkSignals(batch, signals);
}

/** @param {Beginning['batch']} batch @param {number} signals of the rule */
function checkSignals({ count, height, width, map, mixtures }, signals) {
  if (!map && !mixtures) return;
  if (!signals) throw new RangeError('this rule has no signals; leave out map and mixtures');
  if (map && mixtures) throw new RangeError('a batch has either a map or mixtures of signals, not both');
  if (map) checkArray('map', map, Uint8Array, count * height * width);
  if (mixtures) {
    checkArray('mixtures', mixtures, Float32Array, count * signals);
    checkFinite('mixtures', mixtures);
  }
}

/** @param {number} steps @param {Uint32Array} ages */
export function checkSteps(steps, ages) {
  checkWhole('steps', steps, 0, MOST_STEPS - ages.reduce((most, age) => Math.max(most, age), 0));
}

/** @param {string} name @param {unknown} value @param {number} least @param {number} most */
function checkWhole(name, value, least, most) {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return;
  throw new RangeError(`${name} is ${value}; it must be a whole number from ${least} to ${most}`);
}

/** @param {string} name @param {unknown} values @param {Function} Kind @param {number} length */
export function checkArray(name, values, Kind, length) {
  if (!(values instanceof Kind)) throw new RangeError(`${name} must be a ${Kind.name} of ${length} numbers`);
  const given = /** @type {ArrayLike<number>} */ (values).length;
  if (given !== length) throw new RangeError(`${name} has ${given} numbers; this rollout needs ${length}`);
}

/** @param {string} name @param {Float32Array} values */
function checkFinite(name, values) {
  const place = values.findIndex((value) => !Number.isFinite(value));
  if (place >= 0) throw new RangeError(`${name} must be finite; number ${place} is ${values[place]}`);
}
