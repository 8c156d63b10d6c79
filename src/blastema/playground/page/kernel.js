// @ts-check
// The native engine in WebAssembly: rollouts forward and backward through time, on one thread.

import { PlaygroundError } from './errors.js';
import { fetched } from './fetched.js';
import { check } from './kernel_checks.js';
import { Instance } from './kernel_instance.js';
import { Rollout } from './rollout.js';

/**
 * @typedef {import('./rule.js').Rule} Rule
 * @typedef {import('./organism.js').Weights} Weights
 * @typedef {{count: number, height: number, width: number, states: Float32Array, seeds: Uint32Array,
 *   ages: Uint32Array, map?: Uint8Array, mixtures?: Float32Array}} Batch
 *   states: (count, height, width, channels); seeds, ages: (count); for a rule with signals map: the signal of each
 *   cell, (count, height, width), or mixtures: the parts of the signals in each grid, (count, signals); without both
 *   all cells have the first signal
 * @typedef {{rule: Rule, angle?: number, weights: Weights, batch: Batch, record?: boolean}} Beginning
 *   angle: radians; record: keep what `backward` needs
 */

/** Whether the browser can run a module. @param {BufferSource} bytes */
const isValid = (bytes) => typeof WebAssembly === 'object' && WebAssembly.validate(bytes);

/** The kernel beside this module: the one that multiplies and adds in one instruction, where the browser has that.
 * @throws {PlaygroundError} the browser lacks what it needs */
export async function loadKernel() {
  const faster = await (await fetched('./kernel_relaxed.wasm')).arrayBuffer();
  return Kernel.from(isValid(faster) ? faster : await (await fetched('./kernel.wasm')).arrayBuffer());
}

export class Kernel {
  #mebibytes;
  #instance;

  /** @param {BufferSource} bytes of kernel.wasm @param {number} [mebibytes] of memory that it may take, up to 4096
   * @throws {PlaygroundError} the browser lacks what it needs */
  static async from(bytes, mebibytes) {
    if (!isValid(bytes)) {
      throw new PlaygroundError('this browser lacks WebAssembly with SIMD; open the page in a newer browser');
    }
    return new Kernel(await WebAssembly.compile(bytes), mebibytes);
  }

  /** @param {WebAssembly.Module} module which can also be sent to a worker @param {number} [mebibytes] */
  constructor(module, mebibytes) {
    this.module = module;
    this.#mebibytes = mebibytes;
    this.#instance = new Instance(module, mebibytes);
  }

  /**
   * Begins a rollout, which copies all arrays. It takes memory until it is freed.
   *
   * @param {Beginning} beginning
   * @throws {RangeError} arguments do not fit together or are out of range, numbers are not finite, or there is too
   *   little memory
   */
  rollout(beginning) {
    check(beginning);
    // A call that failed left its memory behind. Rollouts that began before keep the instance that they have.
    if (this.#instance.failed) this.#instance = new Instance(this.module, this.#mebibytes);
    return new Rollout(this.#instance, beginning);
  }
}
