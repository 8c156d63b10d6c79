// @ts-check
// A crew: workers that share the grids of a batch. Results come in the order of the grids, so that it does not matter
// how many workers there are.

import { Member, StoppedError } from './crew_member.js';
import { PlaygroundError } from './errors.js';
import { loadKernel } from './kernel.js';

/**
 * @typedef {import('./crew_member.js').Limits} Limits
 * @typedef {import('./grids.js').Grid} Grid
 * @typedef {import('./rollouts.js').Result} Result
 * @typedef {import('./rollouts.js').Rollout} Rollout
 * @typedef {import('./rollouts.js').Task} Task
 * @typedef {{grow: (asked: Rollout & {grids: Grid[]}) => Promise<Grid[]>,
 *   valueAndGrad: (asked: Rollout & {grids: Grid[], target: Float32Array}) => Promise<Result[]>}} Works
 *   what a trainer needs
 * @typedef {{task: Task, tries: number, resolve: (result: Result) => void, reject: (error: unknown) => void}} Job
 */

/** Times that a task is given to a worker, at most. */
const MOST_TRIES = 3;
/** More workers than states in a batch would have nothing to do. */
const MOST_MEMBERS = 8;
/** Seconds without an answer after which a worker is taken for dead. The longest tasks take a few. */
const SILENCE = 60;

/** @implements {Works} */
export class Crew {
  /** @type {Set<Member>} */
  #members = new Set();
  /** @type {Set<Member>} */
  #idle = new Set();
  /** @type {Job[]} */
  #waiting = [];
  #isClosed = false;
  #module;
  #onLoss;
  #limits;

  /**
   * A crew whose workers are ready.
   *
   * @param {number} [count] of workers; by default one for each processor
   * @param {Partial<Limits> & {onLoss?: (message: string) => void}} [options] onLoss: is told why a worker is lost
   * @throws {PlaygroundError} workers cannot be started here
   */
  static async of(count = Math.min(navigator.hardwareConcurrency || 1, MOST_MEMBERS), options = {}) {
    const crew = new Crew((await loadKernel()).module, options);
    try {
      await Promise.all(Array.from({ length: count }, () => crew.#join()));
    } catch (error) {
      crew.close();
      throw error;
    }
    return crew;
  }

  /** Use `of`. @param {WebAssembly.Module} module the kernel
   * @param {Partial<Limits> & {onLoss?: (message: string) => void}} options */
  constructor(module, { onLoss = () => {}, ...limits }) {
    this.#module = module;
    this.#onLoss = onLoss;
    this.#limits = { silence: SILENCE, ...limits };
  }

  /** How many workers there are. */
  get size() {
    return this.#members.size;
  }

  /** The grids after a rollout, in their order. @type {Works['grow']} */
  async grow({ grids, ...asked }) {
    const results = await this.#run(grids.map((grid) => ({ ...asked, grid, target: null })));
    return results.map(({ grid }) => grid);
  }

  /** Loss and gradient of each grid, in their order. @type {Works['valueAndGrad']} */
  valueAndGrad({ grids, ...asked }) {
    return this.#run(grids.map((grid) => ({ ...asked, grid })));
  }

  /** Ends all workers, and the tasks that they do. */
  close() {
    this.#isClosed = true;
    for (const member of this.#members) member.end();
    this.#members.clear();
    this.#refuse(new PlaygroundError('the workers were ended'));
  }

  /** @param {Task[]} tasks @returns {Promise<Result[]>} */
  async #run(tasks) {
    if (this.#isClosed) throw new PlaygroundError('the workers were ended');
    /** @type {Job[]} */
    const jobs = [];
    const results = tasks.map(
      (task) => new Promise((resolve, reject) => void jobs.push({ task, tries: 0, resolve, reject })),
    );
    this.#waiting.push(...jobs);
    this.#serve();
    try {
      return await Promise.all(results);
    } finally {
      // If one failed, nobody needs the others.
      this.#waiting = this.#waiting.filter((job) => !jobs.includes(job));
    }
  }

  /** Gives waiting tasks to idle workers. */
  #serve() {
    for (const member of this.#idle) {
      const job = this.#waiting.shift();
      if (!job) return;
      this.#idle.delete(member);
      this.#give(job, member);
    }
  }

  /** @param {Job} job @param {Member} member */
  async #give(job, member) {
    try {
      job.resolve(await member.do(job.task));
      this.#idle.add(member);
    } catch (error) {
      this.#lose(member, job, /** @type {Error} */ (error));
    }
    this.#serve();
  }

  /** A worker has failed: its task goes to another. @param {Member} member @param {Job} job @param {Error} error */
  #lose(member, job, error) {
    this.#members.delete(member);
    member.end();
    job.tries++;
    if (this.#isClosed || job.tries >= MOST_TRIES) job.reject(error);
    else this.#waiting.unshift(job);
    if (this.#isClosed) return;
    this.#onLoss(error.message);
    // One that says what is wrong is mostly short of memory, and fewer workers need less.
    if (error instanceof StoppedError || !this.#members.size) this.#replace();
  }

  async #replace() {
    try {
      await this.#join();
    } catch (error) {
      if (!this.#members.size) this.#refuse(error);
    }
  }

  /** Starts a worker. */
  async #join() {
    const member = await Member.start(this.#module, this.#limits);
    if (this.#isClosed) {
      member.end();
      return;
    }
    this.#members.add(member);
    this.#idle.add(member);
    this.#serve();
  }

  /** @param {unknown} error */
  #refuse(error) {
    for (const job of this.#waiting.splice(0)) job.reject(error);
  }
}
