// @ts-check
// One instance of the kernel's module, with a memory of its own.

/**
 * @typedef {Float32Array | Uint32Array | Uint8Array} Values
 * @typedef {{
 *   _initialize: () => void,
 *   allocate: (bytes: number) => number,
 *   release: (address: number) => void,
 *   new_rule: (channels: number, hidden: number, filters: number, kernels: number, aliveThreshold: number,
 *     fireThreshold: number, wrap: boolean, signals: number) => number,
 *   rotate: (rule: number, cos: number, sin: number) => void,
 *   delete_rule: (rule: number) => void,
 *   new_rollout: (rule: number, weights: number, batch: number, record: boolean) => number,
 *   forward: (rollout: number, steps: number) => void,
 *   read_states: (rollout: number, states: number) => void,
 *   backward: (rollout: number, cotangent: number, gradients: number, statesGradient: number) => void,
 *   delete_rollout: (rollout: number) => void,
 *   new_dish: (height: number, width: number) => number,
 *   dish_states: (dish: number) => number,
 *   dish_life: (dish: number) => number,
 *   dish_written: (dish: number) => void,
 *   dish_settle: (dish: number, organisms: number, count: number, wrap: boolean) => void,
 *   dish_step: (dish: number, organisms: number, count: number, seed: number, age: number, fireThreshold: number,
 *     wrap: boolean) => void,
 *   delete_dish: (dish: number) => void,
 * }} Exports  see native/wasm/exports.cpp; numbers are addresses, unless they are named otherwise
 */

/** Pages of 64 KiB that the module begins with, as tools/build_kernel.py links it. */
const FIRST_PAGES = 16;
const PAGES_IN_A_MEBIBYTE = 16;
/** Bytes at whose multiples arrays begin. */
const ALIGNMENT = 16;
const MOST_BYTES = 2 ** 32 - 1;

/** What the module imports. Each ends a call; nothing returns to the module. */
const HOST = {
  fail_out_of_memory: () => {
    throw new RangeError('too little memory for this rollout; use a smaller grid or batch, or fewer steps');
  },
  /** @type {(channel: number, y: number, x: number, value: number) => never} */
  fail_not_finite: (channel, y, x, value) => {
    const place = `channel ${channel} of the cell at row ${y}, column ${x}`;
    throw new RangeError(`states must be finite; ${place} is ${value}`);
  },
  /** @type {(signals: number, y: number, x: number, signal: number) => never} */
  fail_no_signal: (signals, y, x, signal) => {
    const place = `that of the cell at row ${y}, column ${x}`;
    throw new RangeError(`signals of a map must be 0 to ${signals - 1}; ${place} is ${signal}`);
  },
};

export class Instance {
  #memory;
  /** Whether a call failed. Its frames were not unwound, so what it had allocated is lost. */
  failed = false;

  /** @param {WebAssembly.Module} module @param {number} [mebibytes] that its memory may have, at most */
  constructor(module, mebibytes) {
    const maximum = mebibytes === undefined ? {} : { maximum: mebibytes * PAGES_IN_A_MEBIBYTE };
    this.#memory = new WebAssembly.Memory({ initial: FIRST_PAGES, ...maximum });
    const { exports } = new WebAssembly.Instance(module, { env: { memory: this.#memory }, host: HOST });
    this.exports = /** @type {Exports} */ (/** @type {unknown} */ (exports));
    this.exports._initialize();
  }

  /** Calls `work`, and notes if it fails. @template Result @param {() => Result} work */
  attempt(work) {
    try {
      return work();
    } catch (error) {
      this.failed = true;
      throw error;
    }
  }

  /**
   * Calls `use` with the addresses of arrays in memory, which are gone afterwards: copies of those given, zeros where a
   * number of 32-bit numbers is given, and no address for undefined.
   *
   * @template Result @param {(Values | number | undefined)[]} arrays @param {(addresses: number[]) => Result} use
   */
  lend(arrays, use) {
    const sizes = arrays.map((array) => (typeof array === 'number' ? 4 * array : (array?.byteLength ?? 0)));
    let bytes = 0;
    const offsets = sizes.map((size) => (bytes += Math.ceil(size / ALIGNMENT) * ALIGNMENT) - size);
    if (bytes > MOST_BYTES) HOST.fail_out_of_memory();
    const block = this.exports.allocate(bytes) >>> 0;
    const addresses = arrays.map((array, place) => (array === undefined ? 0 : block + offsets[place]));
    arrays.forEach((array, place) => {
      const to = new Uint8Array(this.#memory.buffer, block + offsets[place], sizes[place]);
      if (typeof array === 'number') to.fill(0);
      else if (array) to.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    });
    const result = use(addresses);
    this.exports.release(block);
    return result;
  }

  /** Copies an array into memory, where it stays until it is released; returns its address. @param {Values} array */
  keep(array) {
    const address = this.exports.allocate(array.byteLength) >>> 0;
    new Uint8Array(this.#memory.buffer, address).set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    return address;
  }

  /** A view of memory, until the next call. @param {number} address */
  bytesAt(address) {
    return new Uint8Array(this.#memory.buffer, address >>> 0);
  }

  /** Writes 32-bit numbers into memory. @param {number} address @param {number[]} numbers */
  write(address, numbers) {
    new Uint32Array(this.#memory.buffer, address).set(numbers);
  }

  /** A copy of floats in memory. Each call makes a new view, because memory that grows detaches its views.
   * @param {number} address @param {number} count */
  floats(address, count) {
    return new Float32Array(this.#memory.buffer, address, count).slice();
  }
}
