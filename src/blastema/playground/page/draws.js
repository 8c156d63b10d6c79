// @ts-check
// Random numbers of training: hashes of a counter, in whole numbers, so that they are the same in every browser.

import { mix } from './firing.js';

/** Streams of random numbers that have nothing in common, whatever the seed. */
export const STREAMS = { beginning: 0, step: 1, validation: 2, validationDamages: 3 };

/** One stream. */
export class Draws {
  #drawn = 0;
  #first;
  #second;

  /** @param {number} seed uint32 @param {number} stream one of `STREAMS`
   * @param {number} [number] of the training step */
  constructor(seed, stream, number = 0) {
    const words = [seed, stream, number];
    this.#first = hashed(1, words);
    this.#second = hashed(2, words);
  }

  /** A whole number from 0 to below 2^32. */
  whole() {
    return mix(mix(this.#first ^ this.#drawn++) ^ this.#second);
  }

  /** Whole numbers from 0 to below 2^32. @param {number} count */
  wholes(count) {
    return Array.from({ length: count }, () => this.whole());
  }

  /** A number from `low` to below `high`. @param {number} low @param {number} high */
  uniform(low, high) {
    return low + (high - low) * (this.whole() / 2 ** 32);
  }

  /** A whole number from `low` to `high`, both inclusive; less than 2^21 of them.
   * @param {number} low @param {number} high */
  between(low, high) {
    return low + Math.floor((this.whole() / 2 ** 32) * (high - low + 1));
  }

  /** Whole numbers below `of`, no two alike. @param {number} of @param {number} count */
  choice(of, count) {
    const numbers = Array.from({ length: of }, (_, number) => number);
    for (let place = 0; place < count; place++) {
      const other = this.between(place, of - 1);
      [numbers[place], numbers[other]] = [numbers[other], numbers[place]];
    }
    return numbers.slice(0, count);
  }
}

/** @param {number} start @param {number[]} words */
function hashed(start, words) {
  return words.reduce((key, word) => mix(mix(key) ^ word), start);
}
