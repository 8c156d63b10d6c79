// @ts-check
// The training step of benchmarks/workload.py in the kernel: grown lizards, 80 CA steps forward and backward.

import { readOrganism } from '/organism.js';

/**
 * @typedef {import('/kernel.js').Kernel} Kernel
 * @typedef {import('/kernel.js').Beginning} Beginning
 * @typedef {{loss: number, gradients: import('/organism.js').Weights}} Part
 */

const [SIZE, GROWN, STEPS] = [72, 200, 80];
const CELLS = SIZE * SIZE;

/** Grows lizards from seed cells. @param {Kernel} kernel @param {ArrayBuffer} content of their file
 * @param {number[]} seeds of the lizards @returns {Beginning} */
export function prepare(kernel, content, seeds) {
  const { rule, weights } = readOrganism(content, 'lizard');
  const count = seeds.length;
  const states = new Float32Array(count * CELLS * rule.channels);
  for (let lizard = 0; lizard < count; lizard++) {
    const cell = (lizard * CELLS + (SIZE / 2) * SIZE + SIZE / 2) * rule.channels;
    states.fill(1, cell + 3, cell + rule.channels);
  }
  const batch = { count, height: SIZE, width: SIZE, seeds: Uint32Array.from(seeds) };
  const rollout = kernel.rollout({ rule, weights, batch: { ...batch, states, ages: new Uint32Array(count) } });
  rollout.forward(GROWN);
  const grown = { ...batch, states: rollout.states(), ages: new Uint32Array(count).fill(GROWN) };
  rollout.free();
  return { rule, weights, batch: grown, record: true };
}

/** Loss and gradients, of which a whole batch is the sum. @param {Kernel} kernel @param {Beginning} work
 * @param {Float32Array} target (height, width, 4) @param {number} size of the whole batch @returns {Part} */
export function trainingStep(kernel, work, target, size) {
  const rollout = kernel.rollout(work);
  rollout.forward(STEPS);
  const states = rollout.states();
  const cotangent = new Float32Array(states.length);
  const { channels } = work.rule;
  const numbers = size * target.length;
  let loss = 0;
  for (let cell = 0; cell < states.length / channels; cell++) {
    for (let c = 0; c < 4; c++) {
      const difference = states[cell * channels + c] - target[(cell % CELLS) * 4 + c];
      cotangent[cell * channels + c] = (2 * difference) / numbers;
      loss += difference ** 2 / numbers;
    }
  }
  return { loss, gradients: rollout.backward(cotangent).gradients };
}

/** Milliseconds of a CA step of the first lizard alone. @param {Kernel} kernel @param {Beginning} work
 * @param {number} steps @param {boolean} read whether the states are read after each */
export function stepTime(kernel, { rule, weights, batch }, steps, read) {
  const states = batch.states.slice(0, CELLS * rule.channels);
  const one = { ...batch, count: 1, states, seeds: batch.seeds.slice(0, 1), ages: batch.ages.slice(0, 1) };
  const rollout = kernel.rollout({ rule, weights, batch: one });
  const begin = performance.now();
  for (let taken = 0; taken < steps; taken += read ? 1 : steps) {
    rollout.forward(read ? 1 : steps);
    if (read) rollout.states();
  }
  const time = (performance.now() - begin) / steps;
  rollout.free();
  return time;
}
