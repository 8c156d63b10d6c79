// @ts-check
// A member of a crew: a worker that does one task at a time.

import { PlaygroundError } from './errors.js';

/**
 * @typedef {import('./rollouts.js').Result} Result
 * @typedef {import('./rollouts.js').Task} Task
 * @typedef {{silence: number, mebibytes?: number}} Limits
 *   silence: seconds without an answer after which a worker is taken for dead; mebibytes: of memory that it may take
 * @typedef {{resolve: (result: Result | null) => void, reject: (error: Error) => void}} Waiting
 */

/** A worker is gone or does not answer, and has not said why. */
export class StoppedError extends PlaygroundError {}

export class Member {
  /** Who waits for an answer. @type {Waiting | null} */
  #waiting = null;
  /** Why it does nothing any more. @type {StoppedError | null} */
  #gone = null;
  #worker;
  #silence;

  /**
   * A member that is ready.
   *
   * @param {WebAssembly.Module} module the kernel
   * @param {Limits} limits
   * @throws {PlaygroundError} it cannot be started
   */
  static async start(module, { silence, mebibytes }) {
    const worker = new Worker(new URL('./training_worker.js', import.meta.url), { type: 'module' });
    const member = new Member(worker, silence);
    // Distinct in all pages of this site, which share their locks.
    const lock = `blastema worker ${Math.random()}`;
    try {
      await member.#answer();
      await member.#answer({ module, mebibytes, lock });
    } catch (error) {
      member.end();
      const why = error instanceof Error ? error.message : String(error);
      throw new PlaygroundError(`the training cannot start a worker: ${why}; reload the page and try again`);
    }
    member.#watch(lock);
    return member;
  }

  /** Use `start`. @param {Worker} worker @param {number} silence */
  constructor(worker, silence) {
    this.#worker = worker;
    this.#silence = silence;
    worker.addEventListener('message', ({ data }) => this.#answered(data));
    worker.addEventListener('messageerror', () => this.#stop('sent an answer that cannot be read'));
    worker.addEventListener('error', ({ message }) => this.#stop(`failed: ${message || 'its script did not load'}`));
  }

  /** Does a task. @param {Task} task @returns {Promise<Result>}
   * @throws {PlaygroundError} what the worker says; a `StoppedError` if it says nothing */
  async do(task) {
    return /** @type {Result} */ (await this.#answer(task));
  }

  /** Ends the worker, and with it a task that it does. */
  end() {
    this.#worker.terminate();
    this.#stop('was ended');
  }

  /** The worker's next answer, to a request if there is one.
   * @param {import('./training_worker.js').First | Task} [request] @returns {Promise<Result | null>} */
  async #answer(request) {
    if (this.#gone) throw this.#gone;
    const timer = setTimeout(() => this.#stop(`has not answered for ${this.#silence} seconds`), 1000 * this.#silence);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        if (request) this.#worker.postMessage(request);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = null;
    }
  }

  /** @param {import('./training_worker.js').Answer} answer */
  #answered(answer) {
    if ('error' in answer) this.#waiting?.reject(new PlaygroundError(answer.error));
    else this.#waiting?.resolve(answer.result);
  }

  /** Notices when the worker is gone, because its lock is free then. @param {string} lock */
  async #watch(lock) {
    try {
      await navigator.locks?.request(lock, () => this.#stop('stopped'));
    } catch {
      /* In a file there are no locks; then silence tells. */
    }
  }

  /** @param {string} why */
  #stop(why) {
    this.#gone ??= new StoppedError(`a worker ${why}`);
    this.#waiting?.reject(this.#gone);
  }
}
