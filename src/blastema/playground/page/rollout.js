// @ts-check
// A rollout of the kernel: states go forward, gradients backward.

import { kernels } from './filters.js';
import { fireChance } from './firing.js';
import { checkArray, checkSteps, weightLengths } from './kernel_checks.js';
import { ARTICLE_FILTERS, filtersOf } from './rule.js';
import { signalsOf } from './signal_names.js';

/**
 * @typedef {import('./kernel.js').Beginning} Beginning
 * @typedef {import('./kernel_instance.js').Instance} Instance
 * @typedef {import('./organism.js').Weights} Weights
 */

/** The address of nothing. */
const NULL = 0;

/** The weights in the order of the kernel. @template Value @param {Record<string, Value>} weights */
const inOrder = ({ hidden_weight, hidden_bias, update_weight, update_bias, signal_bias }) => [
  hidden_weight,
  hidden_bias,
  update_weight,
  update_bias,
  signal_bias,
];

export class Rollout {
  #instance;
  /** Its address in the kernel, or none: it was freed, went backward, or a call failed. */
  #address;
  #record;
  #ages;
  #lengths;
  #size;
  #steps = 0;

  /** See `Kernel.rollout`. @param {Instance} instance @param {Beginning} beginning that was checked */
  constructor(instance, beginning) {
    const { rule, batch, record = false } = beginning;
    this.#instance = instance;
    this.#record = record;
    this.#ages = batch.ages.slice();
    this.#lengths = weightLengths(rule);
    this.#size = batch.states.length;
    this.#address = instance.attempt(() => begin(instance, beginning));
  }

  /** Takes CA steps. @param {number} steps */
  forward(steps) {
    checkSteps(steps, this.#ages);
    this.#call((address) => this.#instance.exports.forward(address, steps));
    this.#ages = this.#ages.map((age) => age + steps);
    this.#steps += steps;
  }

  /** The states now, (count, height, width, channels). */
  states() {
    return this.#call((address) =>
      this.#instance.lend([this.#size], ([states]) => {
        this.#instance.exports.read_states(address, states);
        return this.#instance.floats(states, this.#size);
      }),
    );
  }

  /**
   * Carries the gradient of a loss back through all steps, and frees the rollout.
   *
   * @param {Float32Array} cotangent the gradient with respect to the states now, (count, height, width, channels)
   * @returns {{gradients: Weights, states: Float32Array}} those with respect to the weights and to the first states
   */
  backward(cotangent) {
    checkArray('cotangent', cotangent, Float32Array, this.#size);
    if (!this.#record) throw new RangeError('this rollout has no recorded steps; begin one with record: true');
    const names = Object.keys(this.#lengths);
    const values = this.#steps ? this.#gradients(cotangent) : this.#unchanged(cotangent);
    this.free();
    const gradients = Object.fromEntries(names.map((name, place) => [name, values[place + 1]]));
    return { gradients: /** @type {any} */ (gradients), states: values[0] };
  }

  /** Frees its memory; it cannot be used any more. */
  free() {
    const address = this.#address;
    this.#address = NULL;
    if (address !== NULL) this.#instance.attempt(() => this.#instance.exports.delete_rollout(address));
  }

  /** The gradients with respect to the states and the weights. @param {Float32Array} cotangent */
  #gradients(cotangent) {
    const sizes = [this.#size, ...Object.values(this.#lengths)];
    const given = inOrder(this.#lengths);
    return this.#call((address) =>
      this.#instance.lend([cotangent, given.length, this.#size, ...given], ([from, struct, ...places]) => {
        this.#instance.write(struct, places.slice(1));
        this.#instance.exports.backward(address, from, struct, places[0]);
        return sizes.map((size, place) => this.#instance.floats(places[place], size));
      }),
    );
  }

  /** The same without any step. @param {Float32Array} cotangent */
  #unchanged(cotangent) {
    return [cotangent.slice(), ...Object.values(this.#lengths).map((length) => new Float32Array(length))];
  }

  /** Calls the kernel with the address of this rollout. @template Result @param {(address: number) => Result} work */
  #call(work) {
    const address = this.#address;
    if (address === NULL) throw new RangeError('this rollout was freed, went backward or failed; begin another');
    // Until the call has succeeded.
    this.#address = NULL;
    const result = this.#instance.attempt(() => work(address));
    this.#address = address;
    return result;
  }
}

/** Begins a rollout in the kernel. @param {Instance} instance @param {Beginning} beginning @returns {number} */
function begin(instance, { rule, angle = 0, weights, batch, record = false }) {
  const { count, height, width, states, seeds, ages, mixtures, map } = batch;
  const { exports } = instance;
  const filters = Float32Array.from(kernels(filtersOf(rule), angle));
  const given = inOrder(/** @type {Record<string, Float32Array | undefined>} */ (weights));
  // Where the kernel expects two structures of 5 and 8 numbers: addresses, and the sizes of the batch.
  const arrays = [filters, 5, 8, ...given, states, seeds, ages, mixtures, map];
  return instance.lend(arrays, ([taps, parameters, structure, ...places]) => {
    instance.write(parameters, places.slice(0, 5));
    instance.write(structure, [count, height, width, ...places.slice(5)]);
    const spec = newRule(exports, rule, taps);
    if (hasArticleFilters(rule)) exports.rotate(spec, Math.cos(angle), Math.sin(angle));
    const rollout = exports.new_rollout(spec, parameters, structure, record);
    exports.delete_rule(spec);
    return rollout;
  });
}

/** @param {Instance['exports']} exports @param {import('./rule.js').Rule} rule @param {number} taps the address of its
 * filters' kernels */
function newRule(exports, rule, taps) {
  const { channels, hidden, filters, alive_above, fire_rate, edge } = rule;
  const signals = signalsOf(rule).length;
  const chance = fireChance(fire_rate);
  return exports.new_rule(channels, hidden, filters.length, taps, alive_above, chance, edge === 'wrap', signals);
}

/** Whether the filters are the article's three, in its order, which the kernel has unrolled.
 * @param {import('./rule.js').Rule} rule */
function hasArticleFilters(rule) {
  const filters = filtersOf(rule);
  return filters.length === ARTICLE_FILTERS.length && filters.every((filter, i) => filter === ARTICLE_FILTERS[i]);
}
