// @ts-check
// Shows a running training: the events that the server sends, and its newest organism in the dish.

import { curve } from './training_curve.js';
import { Panel } from './training_panel.js';

/**
 * @typedef {{element: HTMLElement, loadOrganism: (content: ArrayBuffer, name: string) => unknown,
 *   reset: () => unknown, age: () => number}} Api  what it uses of the page; age: of what grows in the dish, in steps
 * @typedef {{target: string, name: string, experiment: string, steps: number, directory: string, picture: string,
 *   height: number, width: number, batch: number, pool: number}} Run
 * @typedef {{step: number, loss: number | null, rate: number, left: number | null, steps: number[],
 *   losses: number[], targets?: Record<string, number>}} Progress  targets: the loss of each of several, by signal
 * @typedef {{step: number, rollout: number, columns: number, count: number, before: string, after: string,
 *   reseeded: number, damaged: number, damages: string[]}} Batch
 * @typedef {{step: number, columns: number, count: number, picture: string}} Pool
 * @typedef {{step: number, name: string, content: string}} Newest
 * @typedef {{step: number, finished: boolean}} End
 */

/** Between two organisms in the dish, so that each has time to grow: seconds, and steps. */
const EACH = { seconds: 8, steps: 120 };

/** Shows the training whose events come from `training/events`. */
class Training {
  /** @type {Run | null} */
  #run = null;
  /** When an organism was last put into the dish, in seconds. */
  #shownAt = -Infinity;
  #hasEnded = false;

  /** @param {Api} api */
  constructor(api) {
    this.api = api;
    this.panel = new Panel(api.element);
    this.events = new EventSource(new URL('./training/events', document.baseURI));
    this.#on('run', (/** @type {Run} */ message) => this.panel.begin((this.#run = message)));
    this.#on('progress', (/** @type {Progress} */ message) => this.#progress(message));
    this.#on('batch', (/** @type {Batch} */ message) => this.panel.batch(message));
    this.#on('pool', (/** @type {Pool} */ message) => this.panel.pool(message));
    this.#on('organism', (/** @type {Newest} */ message) => this.#intoTheDish(message));
    this.#on('end', (/** @type {End} */ message) => this.#end(message));
    this.events.addEventListener('open', () => this.panel.say(''));
    this.events.addEventListener('error', () => {
      if (!this.#hasEnded) this.panel.say('Connection to the training lost; reconnecting …');
    });
  }

  /** @template Message @param {string} kind @param {(message: Message) => unknown} listener */
  #on(kind, listener) {
    this.events.addEventListener(kind, (event) => listener(JSON.parse(event.data)));
  }

  /** @param {Progress} message */
  #progress(message) {
    this.panel.progress(message, this.#run?.steps ?? message.step);
    if (message.losses.length) curve(this.panel.chart, message.steps, message.losses);
  }

  /** @param {Newest} newest */
  async #intoTheDish({ step, name, content }) {
    const now = performance.now() / 1000;
    const isEarly = now - this.#shownAt < EACH.seconds || (this.#shownAt > 0 && this.api.age() < EACH.steps);
    if (!this.panel.following || (isEarly && step !== this.#run?.steps)) return;
    this.#shownAt = now;
    const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
    await this.api.loadOrganism(bytes.buffer, name);
    await this.api.reset();
  }

  /** @param {End} message */
  #end({ step, finished }) {
    this.#hasEnded = true;
    const done = step.toLocaleString('en');
    const stopped = `Stopped after step ${done}. Everything is saved.`;
    this.panel.say(finished ? `Training finished: ${done} steps.` : stopped);
    this.events.close();
  }
}

/** Shows the running training. @param {Api} api */
export function start(api) {
  const training = new Training(api);
  return {
    /** Leaves the dish to the user until asked to show the newest organism again. */
    leaveDish: () => {
      training.panel.following = false;
    },
  };
}
