// @ts-check
// What the tests of the kernel run in a page.

import { Kernel } from '/kernel.js';
import { mix } from '/firing.js';

/** @typedef {import('/kernel.js').Beginning} Beginning */
/** @typedef {import('/rollout.js').Rollout} Rollout */

const FILES = ['kernel.wasm', 'kernel_relaxed.wasm'];
const bytesOf = async (/** @type {string} */ file) => (await fetch(`/${file}`)).arrayBuffer();
/** @type {Record<string, Kernel>} */
const kernels = Object.fromEntries(
  await Promise.all(FILES.map(async (file) => [file, await Kernel.from(await bytesOf(file))])),
);

/** The numbers of tests/golden/judge.py. @param {number} stream @param {number} i */
const number = (stream, i) => (mix((mix(stream) ^ i) >>> 0) >>> 8) / 2 ** 24;

/** @param {number} stream @param {number} spread @param {number} size */
const tensor = (stream, spread, size) =>
  Float32Array.from({ length: size }, (_, i) => (number(stream, i) - 0.5) * spread);

/** @param {any} rule */
const weightsOf = ({ channels, hidden, filters, signals = [] }) => ({
  hidden_weight: tensor(1, 0.5, filters.length * channels * hidden),
  hidden_bias: tensor(2, 0.2, hidden),
  update_weight: tensor(3, 0.08, hidden * channels),
  update_bias: tensor(4, 0.02, channels),
  signal_bias: tensor(7, 0.6, signals.length * hidden),
});

/** The first states of a golden vector. @param {any} vector */
function statesOf({ rule: { channels }, height, width, start }) {
  const states = new Float32Array(height * width * channels);
  for (let cell = 0; cell < height * width; cell++) {
    if (start !== 'soup' || number(5, cell) >= 0.4) continue;
    for (let c = 0; c < channels; c++) states[channels * cell + c] = number(6, cell * channels + c) * 1.2 - 0.1;
  }
  const middle = channels * ((height >> 1) * width + (width >> 1));
  if (start === 'seed') states.fill(1, middle + 3, middle + channels);
  return states;
}

/** @param {any} vector @param {Float32Array} states @param {number} age */
const batchOf = ({ height, width, seed, map, mixture }, states, age) => ({
  ...{ count: 1, height, width, states, seeds: Uint32Array.of(seed), ages: Uint32Array.of(age) },
  ...(map ? { map: Uint8Array.from(map.flat()) } : {}),
  ...(mixture ? { mixtures: Float32Array.from(mixture) } : {}),
});

/** A new beginning of a golden vector. @param {any} vector @returns {Beginning} */
const beginningOf = (vector) => ({
  ...{ rule: { ...vector.rule }, angle: vector.angle, weights: weightsOf(vector.rule), record: true },
  batch: batchOf(vector, statesOf(vector), vector.age),
});

/** Which cells fire, as the vectors draw it: where all cells are alive, a step adds 1 to a channel of those.
 * @param {Kernel} kernel @param {any} vector @param {number} age */
function firing(kernel, { rule, height, width, seed }, age) {
  const { channels } = rule;
  const probe = { ...rule, signals: [] };
  const weights = weightsOf(probe);
  for (const values of Object.values(weights)) values.fill(0);
  weights.update_bias[0] = 1;
  const states = Float32Array.from({ length: height * width * channels }, (_, i) => Number(i % channels === 3));
  const rollout = kernel.rollout({ rule: probe, weights, batch: batchOf({ height, width, seed }, states, age) });
  rollout.forward(1);
  const marks = rollout.states().filter((_, i) => i % channels === 0);
  rollout.free();
  const rows = Array.from({ length: height }, (_, y) => [...marks.slice(y * width, (y + 1) * width)]);
  return rows.map((row) => row.map((mark) => (mark === 1 ? '#' : '.')).join(''));
}

/** Takes the ten steps of a vector: which cells fire, and how far the states are from the judge's.
 * @param {string} file @param {any} vector */
export function replay(file, vector) {
  const rollout = kernels[file].rollout(beginningOf(vector));
  const masks = [];
  /** @type {number[]} */
  const furthest = [];
  for (let taken = 1; taken <= 10; taken++) {
    masks.push(firing(kernels[file], vector, vector.age + taken - 1));
    rollout.forward(1);
    if (vector.states[taken]) furthest.push(distance(rollout.states(), vector.states[taken].flat(2)));
  }
  rollout.free();
  return { masks, furthest };
}

/** The largest difference. @param {ArrayLike<number>} values @param {ArrayLike<number>} expected */
function distance(values, expected) {
  if (values.length !== expected.length) throw new Error(`${values.length} numbers instead of ${expected.length}`);
  return Array.from(expected).reduce((most, value, i) => Math.max(most, Math.abs(value - values[i])), 0);
}

/** The norm of the difference, relative to that of what is expected.
 * @param {Float32Array} values @param {Float32Array} expected */
function relative(values, expected) {
  if (values.length !== expected.length) throw new Error(`${values.length} numbers instead of ${expected.length}`);
  const squares = expected.reduce((sum, value) => sum + value ** 2, 0);
  return Math.sqrt(expected.reduce((sum, value, i) => sum + (value - values[i]) ** 2, 0) / squares);
}

/** The arrays of a case of kernel_cases.py. @param {Record<string, any>} values @returns {any} */
function arraysOf(values) {
  const arrays = Object.entries(values).map(([name, value]) => {
    if (typeof value !== 'string') return [name, value];
    const { buffer } = Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0));
    if (name === 'map') return [name, new Uint8Array(buffer)];
    return [name, name === 'seeds' || name === 'ages' ? new Uint32Array(buffer) : new Float32Array(buffer)];
  });
  return Object.fromEntries(arrays);
}

/** The rollout of a case with the loss `wish` of tests/double_precision.py. @param {string} file @param {any} given
 * @returns {Record<string, Float32Array>} the last states, and gradients */
export function learned(file, { rule, angle, steps, weights, batch }) {
  const rollout = kernels[file].rollout({
    rule,
    angle,
    weights: arraysOf(weights),
    batch: arraysOf(batch),
    record: true,
  });
  rollout.forward(steps);
  const last = rollout.states();
  const cotangent = last.map((value, i) => (Math.cos(value) * Math.cos(i)) / last.length);
  const { gradients, states } = rollout.backward(cotangent);
  return { last, states, .../** @type {any} */ (gradients) };
}

/** How far a case is from what is expected. @param {string} file @param {any} given
 * @returns {Record<string, number>} */
export function distances(file, given) {
  const found = learned(file, given);
  const expected = Object.entries(/** @type {Record<string, Float32Array>} */ (arraysOf(given.expected)));
  return Object.fromEntries(
    expected.map(([name, values]) => [name, (name === 'last' ? distance : relative)(found[name], values)]),
  );
}

/** The states of a vector after a few steps. @param {any} vector @param {Kernel} [kernel] */
export function grown(vector, kernel = kernels[FILES[0]]) {
  const rollout = kernel.rollout(beginningOf(vector));
  rollout.forward(3);
  const states = rollout.states();
  rollout.free();
  return states.join();
}

/** The same with each kernel. @param {any} vector */
export const grownInEach = (vector) => Object.values(kernels).map((kernel) => grown(vector, kernel));

const withSignals = (/** @type {any} */ { rule, weights }) => {
  rule.signals = ['a', 'b'];
  weights.signal_bias = new Float32Array(2 * rule.hidden);
};

/** What may be wrong with a beginning. @type {Record<string, (beginning: any) => void>} */
const BEGINNINGS = {
  'a state that is not a number': ({ batch }) => (batch.states[(3 * 7 + 2) * 16 + 5] = NaN),
  'an infinite state': ({ batch }) => (batch.states[0] = -Infinity),
  'too few states': ({ batch }) => (batch.states = batch.states.slice(1)),
  'states of another type': ({ batch }) => (batch.states = [...batch.states]),
  'a weight that is not a number': ({ weights }) => (weights.hidden_bias[7] = NaN),
  'weights of another rule': ({ rule }) => (rule.hidden = 64),
  'no weights of signals': ({ rule }) => (rule.signals = ['a', 'b']),
  'signals without a rule for them': ({ batch }) => (batch.map = new Uint8Array(35)),
  'a signal that does not exist': (beginning) => {
    withSignals(beginning);
    beginning.batch.map = new Uint8Array(35).fill(2, 34);
  },
  'a map of another size': (beginning) => {
    withSignals(beginning);
    beginning.batch.map = new Uint8Array(34);
  },
  'a mixture that is not a number': (beginning) => {
    withSignals(beginning);
    beginning.batch.mixtures = Float32Array.of(1, NaN);
  },
  'map and mixtures': (beginning) => {
    withSignals(beginning);
    Object.assign(beginning.batch, { map: new Uint8Array(35), mixtures: Float32Array.of(1, 0) });
  },
  'an empty batch': ({ batch }) => (batch.count = 0),
  'half a row': ({ batch }) => (batch.height = 2.5),
  'too many channels': ({ rule }) => (rule.channels = 65),
  'an angle that is not a number': (beginning) => (beginning.angle = NaN),
  'backward without a record': (beginning) => (beginning.record = false),
  'steps beyond the last age': ({ batch }) => (batch.ages[0] = 2 ** 32 - 11),
};

/** What may be wrong with the use of a rollout. @type {Record<string, (rollout: Rollout) => void>} */
const USES = {
  'part of a step': (rollout) => rollout.forward(0.5),
  'steps beyond the last age': (rollout) => rollout.forward(11),
  'backward from another size': (rollout) => rollout.backward(new Float32Array(35)),
  'backward without a record': (rollout) => rollout.backward(new Float32Array(560)),
  'backward twice': (rollout) => {
    rollout.forward(1);
    rollout.backward(new Float32Array(560));
    rollout.backward(new Float32Array(560));
  },
  'steps after it was freed': (rollout) => {
    rollout.free();
    rollout.free();
    rollout.forward(1);
  },
};

export const mistakes = () => Object.keys({ ...BEGINNINGS, ...USES });

/** What is said of a mistake, and whether a rollout that began before and another one go on as they should.
 * @param {any} vector @param {string} mistake */
export function refusal(vector, mistake) {
  const kernel = kernels[FILES[0]];
  const expected = grown(vector);
  const earlier = kernel.rollout(beginningOf(vector));
  let refused = { kind: '', message: '' };
  try {
    const beginning = beginningOf(vector);
    BEGINNINGS[mistake]?.(beginning);
    const rollout = kernel.rollout(beginning);
    USES[mistake]?.(rollout);
  } catch (error) {
    const { constructor, message } = /** @type {Error} */ (error);
    refused = { kind: constructor.name, message };
  }
  earlier.forward(3);
  const states = earlier.states().join();
  earlier.free();
  return { ...refused, after: states === expected && grown(vector) === expected };
}

/** Makes rollouts of square grids in a kernel that has only so much memory: how many were made, what was said, and
 * whether a small one works afterwards.
 * @param {{vector: any, side: number, rounds: number, free: boolean, record: boolean}} plan */
export async function within({ vector, side, rounds, free, record }) {
  const small = await Kernel.from(await bytesOf(FILES[0]), 24);
  let done = 0;
  let message = '';
  try {
    for (; done < rounds; done++) {
      const batch = batchOf({ height: side, width: side, seed: done }, new Float32Array(side * side * 16).fill(0.5), 0);
      const rollout = small.rollout({ rule: vector.rule, weights: weightsOf(vector.rule), batch, record });
      rollout.forward(2);
      if (record) rollout.backward(rollout.states());
      else if (free) rollout.free();
    }
  } catch (error) {
    message = String(error);
  }
  return { done, message, after: grown(vector, small) === grown(vector) };
}
