// @ts-check
// The page's engine in a real browser against the golden vectors, which pin all engines.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, noBrowser, withBrowser } from './browser.js';

// Measured: at most 1e-6 with SwiftShader; graphics cards may fuse and reorder more freely.
const TOLERANCE = 2e-3;
const VECTORS = JSON.parse(readFileSync(join(ROOT, 'tests/golden/vectors.json'), 'utf8'));

/** The same numbers as tests/golden/judge.py makes: `number(stream, i) = (mix(mix(stream) ^ i) >> 8) / 2^24`. */
const replay = async (/** @type {any} */ vector) => {
  const [{ Dish }, { mix }] = await Promise.all([import('/dish.js'), import('/firing.js')]);
  const number = (/** @type {number} */ stream, /** @type {number} */ i) =>
    (mix((mix(stream) ^ i) >>> 0) >>> 8) / 2 ** 24;
  const { rule, height, width, seed, age, angle, start } = vector;
  const sizes = [
    rule.filters.length * rule.channels * rule.hidden,
    rule.hidden,
    rule.hidden * rule.channels,
    rule.channels,
  ];
  const spread = [0.5, 0.2, 0.08, 0.02];
  const [hidden_weight, hidden_bias, update_weight, update_bias] = sizes.map((size, place) =>
    Float32Array.from({ length: size }, (_, i) => (number(place + 1, i) - 0.5) * spread[place]),
  );
  const organism = {
    name: vector.name,
    rule,
    training: {},
    scores: null,
    weights: { hidden_weight, hidden_bias, update_weight, update_bias },
  };
  const dish = new Dish(document.createElement('canvas'), {
    height,
    width,
    seed,
    angle,
    edge: rule.edge,
    fireRate: rule.fire_rate,
  });
  const values = new Float32Array(16 * height * width);
  for (let cell = 0; cell < height * width; cell++) {
    if (start !== 'soup' || number(5, cell) >= 0.4) continue;
    for (let c = 0; c < rule.channels; c++) values[16 * cell + c] = number(6, cell * rule.channels + c) * 1.2 - 0.1;
  }
  if (start === 'seed')
    values.fill(
      1,
      16 * ((height >> 1) * width + (width >> 1)) + 3,
      16 * ((height >> 1) * width + (width >> 1)) + rule.channels,
    );
  dish.writeStates(values, dish.add(organism), age);
  const firing = [];
  /** @type {Record<string, number>} */
  const furthest = {};
  for (let taken = 1; taken <= 10; taken++) {
    const mask = dish.readFiring();
    firing.push(
      Array.from({ length: height }, (_, y) =>
        mask
          .slice(y * width, (y + 1) * width)
          .map((/** @type {boolean} */ acts) => '.#'[Number(acts)])
          .join(''),
      ),
    );
    dish.step();
    const expected = vector.states[taken];
    if (!expected) continue;
    const states = dish.readStates();
    furthest[taken] = Math.max(
      ...expected
        .flat()
        .flatMap((/** @type {number[]} */ cell, /** @type {number} */ place) =>
          cell.map((value, c) => Math.abs(value - states[16 * place + c])),
        ),
    );
  }
  return { firing, furthest, hasFloats: dish.hasFloats, age: dish.age, error: dish.gl.getError() };
};

test('golden vectors', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    for (const vector of VECTORS) {
      await suite.test(`${vector.name}: the same cells fire and states are those of the judge`, async () => {
        const { firing, furthest, hasFloats, error, age } = await page.evaluate(replay, vector);
        assert.equal(error, 0);
        assert.ok(hasFloats);
        assert.equal(age, vector.age + 10);
        assert.deepEqual(firing, vector.firing);
        suite.diagnostic(
          `${vector.name}: after 1, 2, 10 steps at most ${Object.values(furthest)
            .map((value) => value.toExponential(1))
            .join(', ')} from the judge`,
        );
        for (const distance of Object.values(furthest)) assert.ok(distance < TOLERANCE, `${distance}`);
      });
    }
  }),
);
