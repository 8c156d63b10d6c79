// @ts-check
// The panel of an organism that the user makes: how its training goes, and what can be done with it.

import { curve } from './training_curve.js';
import { duration } from './training_panel.js';
import { thumbnail } from './target_canvas.js';

/**
 * @typedef {import('./own_training.js').OwnTraining} OwnTraining
 * @typedef {import('./own_organisms.js').Own} Own
 */

/** Milliseconds between two pictures of the curve. */
const CURVE_EVERY = 1000;

export class OwnPanel {
  #drawnAt = -Infinity;

  /** @param {HTMLElement} place with the elements of the panel */
  constructor(place) {
    this.place = place;
  }

  /** Shows another organism. @param {Own} own */
  begin(own) {
    const target = /** @type {HTMLCanvasElement} */ (this.#part('.own-target canvas'));
    thumbnail(own, target);
    target.ariaLabel = `the target of ${own.name}`;
    this.rename(own.name);
    this.say('');
    this.measured('');
    this.#part('[data-shows=begun]').textContent = begunWith(own);
    this.#drawnAt = -Infinity;
    for (const details of this.place.querySelectorAll('details')) details.open = false;
  }

  /** @param {string} name */
  rename(name) {
    const { experiment } = this.place.dataset;
    this.#part('h2').textContent = experiment ? `${name}, ${experiment}` : name;
    /** @type {HTMLInputElement} */ (this.#part('[name=own-name]')).value = name;
  }

  /** Tells the user something until something else is told. @param {string} message @param {boolean} [isWrong] */
  say(message, isWrong = false) {
    const status = this.#part('.training-status');
    if (status.textContent !== message) status.textContent = message;
    status.classList.toggle('wrong', isWrong);
  }

  /** @param {string} text */
  measured(text) {
    this.#part('[data-shows=measured]').textContent = text;
  }

  /** Shows how a training goes. @param {OwnTraining} training */
  refresh({ own, rate, left, isRunning, hasEnded }) {
    const bar = /** @type {HTMLProgressElement} */ (this.#part('progress'));
    [bar.max, bar.value] = [own.steps, own.step];
    this.#figure('step', `${own.step.toLocaleString('en')} of ${own.steps.toLocaleString('en')}`);
    this.#figure('loss', own.loss === null ? '–' : own.loss.toPrecision(2));
    this.#figure('rate', isRunning && rate ? `${rate.toPrecision(2)} steps/s` : '–');
    this.#figure('left', isRunning && left !== null ? duration(left) : '–');
    const button = this.#part('[data-do=run]');
    button.hidden = hasEnded;
    button.textContent = isRunning ? 'Pause' : own.step ? 'Go on' : 'Train it further';
    this.#part('[data-do=more]').classList.toggle('main', hasEnded);
    this.#curve(own, !isRunning);
  }

  /** @param {Own} own @param {boolean} isLast */
  #curve({ curve: { steps, losses } }, isLast) {
    this.#part('.training-loss').hidden = isLast && losses.length < 2;
    if (losses.length < 2 || (!isLast && performance.now() - this.#drawnAt < CURVE_EVERY)) return;
    this.#drawnAt = performance.now();
    curve(/** @type {any} */ (this.#part('svg')), steps, losses);
  }

  /** @param {string} name @param {string} text */
  #figure(name, text) {
    this.#part(`[data-figure=${name}]`).textContent = text;
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {HTMLElement} */ (this.place.querySelector(selector));
  }
}

/** @param {Own} own */
function begunWith({ organism: { training } }) {
  const { from } = training;
  if (from?.training?.source === 'link') return 'It came in a link, with its weights in 8 bits.';
  return from ? `It began with the weights of ${from.training?.target ?? from.name}, which saves time.` : '';
}
