// @ts-check
// Shows a running training: the events that the server sends, and its newest organism in the dish.

import { curve } from './training_curve.js';
import { panel } from './training_panel.js';

/**
 * @typedef {{element: HTMLElement, loadOrganism: (content: ArrayBuffer, name: string) => unknown,
 *   reset: () => unknown}} Api  what it uses of the page
 * @typedef {{target: string, name: string, experiment: string, steps: number, directory: string, picture: string,
 *   height: number, width: number, batch: number, pool: number}} Run
 * @typedef {{step: number, loss: number | null, rate: number, left: number | null, steps: number[],
 *   losses: number[]}} Progress
 * @typedef {{step: number, rollout: number, columns: number, count: number, before: string, after: string,
 *   reseeded: number, damaged: number, damages: string[]}} Batch
 * @typedef {{step: number, columns: number, count: number, picture: string}} Pool
 * @typedef {{step: number, name: string, content: string}} Newest
 * @typedef {{step: number, finished: boolean}} End
 */

/** Seconds between two organisms in the dish; each needs time to grow. */
const EACH = 8;

/** Shows the training whose events come from `training/events`; returns what stops it. @param {Api} api */
export function start({ element, loadOrganism, reset }) {
  const shown = panel(element);
  const events = new EventSource(new URL('./training/events', document.baseURI));
  let last = -Infinity;
  let ended = false;
  /** @type {Run | null} */
  let run = null;

  /** @template Message @param {string} kind @param {(message: Message) => unknown} then */
  const on = (kind, then) => events.addEventListener(kind, (event) => then(JSON.parse(event.data)));

  /** @param {Newest} newest */
  async function intoTheDish(newest) {
    const now = performance.now() / 1000;
    if (!shown.following || (now - last < EACH && newest.step !== run?.steps)) return;
    last = now;
    const content = Uint8Array.from(atob(newest.content), (letter) => letter.charCodeAt(0));
    await loadOrganism(content.buffer, newest.name);
    await reset();
  }

  on('run', (/** @type {Run} */ message) => shown.begin((run = message)));
  on('progress', (/** @type {Progress} */ message) => {
    shown.progress(message, run?.steps ?? message.step);
    if (message.losses.length) curve(shown.chart, message.steps, message.losses);
  });
  on('batch', shown.batch);
  on('pool', shown.pool);
  on('organism', intoTheDish);
  on('end', (/** @type {End} */ message) => {
    ended = true;
    shown.say(
      message.finished
        ? `Training finished: ${message.step.toLocaleString('en')} steps.`
        : `Stopped after step ${message.step.toLocaleString('en')}. Everything is saved.`,
    );
    events.close();
  });
  events.addEventListener('open', () => shown.say(''));
  events.addEventListener('error', () => {
    if (!ended) shown.say('Connection to the training lost; reconnecting …');
  });
  return () => events.close();
}
