// @ts-check
// The golden vectors that pin all engines, those of own_filters.py, and how the page replays one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './browser.js';

// Measured: at most 1e-6 with SwiftShader; graphics cards may fuse and reorder more freely.
export const TOLERANCE = 2e-3;
/** @param {string} path */
const vectorsOf = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
export const GOLDEN = vectorsOf('tests/golden/vectors.json');
export const SIGNALS = vectorsOf('tests/golden/signals.json');
export const OWN_FILTERS = vectorsOf('playground/tests/own_filters.json');

/**
 * Takes the ten steps of a vector, in a dish that may also know an organism with another rule. The numbers are those of
 * tests/golden/judge.py: `number(stream, i) = (mix(mix(stream) ^ i) >> 8) / 2^24`.
 */
export const replay = async (/** @type {{vector: any, other: any, engine: any}} */ { vector, other, engine: name }) => {
  const [{ Dish }, { mix }, { ENGINES }] = await Promise.all(
    ['/dish.js', '/firing.js', '/engines.js'].map((path) => import(path)),
  );
  const engine = await ENGINES[name].load();
  const number = (/** @type {number} */ stream, /** @type {number} */ i) =>
    (mix((mix(stream) ^ i) >>> 0) >>> 8) / 2 ** 24;
  const organismOf = (/** @type {any} */ rule) => {
    const { channels, hidden, filters, signals = [] } = rule;
    const tensor = (/** @type {number} */ stream, /** @type {number} */ spread, /** @type {number} */ size) =>
      Float32Array.from({ length: size }, (_, i) => (number(stream, i) - 0.5) * spread);
    const weights = {
      hidden_weight: tensor(1, 0.5, filters.length * channels * hidden),
      hidden_bias: tensor(2, 0.2, hidden),
      update_weight: tensor(3, 0.08, hidden * channels),
      update_bias: tensor(4, 0.02, channels),
      signal_bias: tensor(7, 0.6, signals.length * hidden),
    };
    return { name: vector.name, rule, training: {}, scores: null, weights };
  };
  const { rule, height, width, seed, age, angle, start } = vector;
  const conditions = { height, width, seed, angle, edge: rule.edge, fireRate: rule.fire_rate };
  const dish = new Dish(document.createElement('canvas'), conditions, engine);
  if (other) dish.add(organismOf(other));
  const values = new Float32Array(16 * height * width);
  for (let cell = 0; cell < height * width; cell++) {
    if (start !== 'soup' || number(5, cell) >= 0.4) continue;
    for (let c = 0; c < rule.channels; c++) values[16 * cell + c] = number(6, cell * rule.channels + c) * 1.2 - 0.1;
  }
  const middle = 16 * ((height >> 1) * width + (width >> 1));
  if (start === 'seed') values.fill(1, middle + 3, middle + rule.channels);
  const organism = dish.add(organismOf(rule));
  dish.writeStates(values, organism, age);
  if (vector.mixture) dish.setSignal(organism, Float32Array.from(vector.mixture));
  (vector.map ?? []).flat().forEach((/** @type {number} */ signal, /** @type {number} */ cell) => {
    const place = { x: (cell % width) + 0.5, y: Math.floor(cell / width) + 0.5 };
    dish.paint(organism, signal, { from: place, to: place, radius: 0.4 });
  });
  const firing = [];
  /** @type {Record<string, number>} */
  const furthest = {};
  for (let taken = 1; taken <= 10; taken++) {
    const mask = dish.readFiring().map((/** @type {boolean} */ fires) => '.#'[Number(fires)]);
    firing.push(Array.from({ length: height }, (_, y) => mask.slice(y * width, (y + 1) * width).join('')));
    dish.step();
    if (!vector.states[taken]) continue;
    const states = dish.readStates();
    const distances = vector.states[taken]
      .flat()
      .flatMap((/** @type {number[]} */ cell, /** @type {number} */ place) =>
        cell.map((value, c) => Math.abs(value - states[16 * place + c])),
      );
    furthest[taken] = Math.max(...distances);
  }
  const { filters } = dish;
  const { hasFloats, gl } = dish.device;
  return { firing, furthest, hasFloats, age: dish.age, error: gl?.getError() ?? 0, filters: filters.length };
};
