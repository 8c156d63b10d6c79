// @ts-check
// What a link says of an organism that was made in the page: its weights in 8 bits and its target.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writtenSite } from './browser.js';
import './python.js';

Object.assign(globalThis, { location: { href: 'https://example.org/page/' } });
const PAGE = '../../src/blastema/playground/page';
const [{ base64, fromBase64 }, { layersOf, weightsOf }, { linkWith, linkedEntry }, { targetFrom, targetText }] =
  await Promise.all(['base64', 'eight_bits', 'own_link', 'link_target'].map((name) => import(`${PAGE}/${name}.js`)));
const { DEFAULT_CONDITIONS } = await import(`${PAGE}/conditions.js`);
const { readOrganism } = await import(`${PAGE}/organism.js`);

const content = readFileSync(join(writtenSite(), 'organisms/regenerating-lizard.safetensors'));
const lizard = readOrganism(new Uint8Array(content).buffer, 'lizard');
const hashOf = (/** @type {any} */ grown) => new URL(linkWith(grown, DEFAULT_CONDITIONS, null)).hash;
const refused = /the organism in this link is damaged, or the link was cut off/;

test('a link carries the rounded weights, and its organism can be shared again without a further loss', () => {
  const rounded = weightsOf(layersOf(lizard));
  const first = linkedEntry(hashOf({ name: 'lizard', organism: lizard }));
  assert.deepEqual(first.organism.weights, rounded);
  assert.notDeepEqual(rounded, lizard.weights);
  const again = linkedEntry(hashOf({ name: 'lizard', organism: first.organism }));
  assert.deepEqual(again.organism.weights, rounded);
  assert.deepEqual([again.name, again.made], ['lizard', undefined]);
});

test('weights that are in 8 bits already, as those of an article model, travel exactly', () => {
  const bytes = Uint8Array.from({ length: 49 * 128 + 129 * 16 }, (_, place) => (place * place * 31 + 7 * place) % 256);
  // The largest weights and biases determine the scales.
  for (const first of [0, 48 * 128, 49 * 128, 49 * 128 + 128 * 16]) bytes[first] = 255;
  const layer = { weightScale: 3, biasScale: 0.5 };
  const weights = weightsOf([
    { ...layer, bytes: bytes.subarray(0, 49 * 128), inputs: 48, outputs: 128 },
    { ...layer, bytes: bytes.subarray(49 * 128), inputs: 128, outputs: 16 },
  ]);
  const { organism } = linkedEntry(hashOf({ name: 'model', organism: { ...lizard, weights } }));
  for (const name of ['hidden_weight', 'update_weight']) assert.deepEqual(organism.weights[name], weights[name]);
});

test('a link with anything missing from its organism is refused', () => {
  const hash = hashOf({ name: 'lizard', organism: lizard });
  assert.equal(linkedEntry('#organism=lizard'), null);
  for (const damaged of [
    hash.slice(0, -1),
    hash.replace(/scales=[^&]*/, 'scales=1,2,3'),
    hash.replace(/scales=[^&]*/, 'scales=1,2,3,1e31'),
    hash.replace(/scales=[^&]*/, 'scales=1,2,3,NaN'),
    hash.replace('weights=', 'weights=*'),
    `${hash}&target=AAAA`,
  ]) {
    assert.throws(() => linkedEntry(damaged), refused);
  }
});

test('a target survives its text exactly, and a text that is cut off or too long is none', () => {
  const [height, width] = [7, 9];
  const target = new Float32Array(4 * height * width);
  for (let cell = 0; cell < height * width; cell += 3) {
    const alpha = ((37 * cell) % 255) / 255;
    target.set([0.2 * alpha, Math.fround(17 / 255) * alpha, alpha, alpha], 4 * cell);
  }
  const once = targetFrom(targetText({ target, height, width }), height, width);
  const text = targetText(once);
  assert.deepEqual(targetFrom(text, height, width), once);
  const most = once.target.reduce(
    (/** @type {number} */ far, /** @type {number} */ value, /** @type {number} */ place) =>
      Math.max(far, Math.abs(value - target[place])),
    0,
  );
  assert.ok(most <= 0.5 / 255 + 1e-6, String(most));
  for (const damaged of [text.slice(0, -2), `${text}AA`, '*', '', text.slice(0, 4)]) {
    assert.equal(targetFrom(damaged, height, width), null, damaged);
  }
});

test('bytes survive base64, also more than a call has arguments', () => {
  const bytes = Uint8Array.from({ length: 200_000 }, (_, place) => (place * 31) & 255);
  assert.equal(base64(bytes), Buffer.from(bytes).toString('base64'));
  assert.deepEqual(fromBase64(base64(bytes)), bytes);
});
