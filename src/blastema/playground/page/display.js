// @ts-check
// Shows the state of the dish in the controls of the page.

import { element, input, select } from './elements.js';
import { mixtureSaid } from './mixture.js';
import { SPEEDS, speedName } from './player.js';
import { LARGEST_DISH } from './rule.js';
import { degrees } from './link.js';

/** Sides that the page offers. */
const SIZES = [32, 48, 64, 72, 96, 128, 160, 192, 256, 384, LARGEST_DISH];

export class Display {
  /** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden */
  constructor(dish, garden) {
    this.dish = dish;
    this.garden = garden;
    for (const side of SIZES) select('#size').add(new Option(`${side} × ${side}`, String(side)));
    input('#speed').max = String(SPEEDS.length - 1);
  }

  /** @param {number} rate steps per second */
  counters(rate) {
    element('#steps').textContent = this.dish.age.toLocaleString('en');
    element('#steps-unit').textContent = this.dish.age === 1 ? 'step' : 'steps';
    element('#rate').textContent = rate >= 10 ? Math.round(rate).toLocaleString('en') : rate.toFixed(rate > 0 ? 1 : 0);
  }

  /** @param {boolean} playing */
  playing(playing) {
    element('#play').classList.toggle('playing', playing);
    element('#play span').textContent = playing ? 'Pause' : 'Play';
  }

  undo() {
    element('#undo').toggleAttribute('disabled', !this.dish.canUndo);
  }

  /** @param {import('./hand.js').Hand} hand */
  hand(hand) {
    input('#brush-size').value = String(hand.radius);
    element('#brush-is').textContent = `${hand.radius}`;
    input(`#tools [value=${hand.tool}]`).checked = true;
    hand.refresh();
  }

  /** @param {number} speed steps per second */
  speed(speed) {
    input('#speed').value = String(SPEEDS.indexOf(speed));
    input('#speed').setAttribute('aria-valuetext', speedName(speed));
    element('#speed-is').textContent = speedName(speed);
  }

  conditions() {
    const { edge, fireRate, angle, seed, eightBits } = this.dish.conditions;
    this.#size();
    input('#edge').value = edge;
    input('#fire-rate').value = String(fireRate);
    element('#fire-rate-is').textContent = fireRate.toFixed(2);
    input('#angle').value = String(degrees(angle));
    element('#angle-is').textContent = `${degrees(angle)}°`;
    input('#seed').value = String(seed);
    input('#eight-bits').checked = eightBits;
    const { hasFloats, hasBytes } = this.dish.device;
    input('#eight-bits').disabled = !(hasFloats && hasBytes);
    if (!hasFloats) {
      element('#eight-bits-hint').textContent = 'This device cannot render to float textures, so it runs in 8 bits.';
    }
    if (!hasBytes) element('#eight-bits-hint').textContent = 'Only with WebGL 2; this engine has 32-bit numbers.';
  }

  #size() {
    const { height, width } = this.dish.conditions;
    const value = height === width ? String(width) : `${width}x${height}`;
    const isOffered = [...select('#size').options].some((option) => option.value === value);
    if (!isOffered) select('#size').add(new Option(`${width} × ${height}`, value));
    input('#size').value = value;
    const { entry } = this.garden;
    const name = entry ? `${entry.label}, ${entry.experiment ?? 'unknown training'}` : 'nothing planted';
    const mixture = this.dish.signals.mixtures.get(this.garden.number);
    const body = mixture ? `, growing ${mixtureSaid(mixture, this.garden.signals)}` : '';
    this.dish.canvas.setAttribute('aria-label', `The dish: ${width} by ${height} cells, ${name}${body}`);
  }
}
