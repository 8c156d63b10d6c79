// @ts-check
// What an organism with signals can grow: buttons for its bodies, a blend of two, and what the brush paints.

import { element, input, select } from './elements.js';
import { PaintedPlaces, tintOf } from './painted.js';
import { only } from './signals.js';

const EMOJI = /^(?:\p{Extended_Pictographic}|\p{RI}\p{RI})(?:\p{Extended_Pictographic}|\p{EMod}|\u200d|\ufe0f)*$/u;

/**
 * @typedef {{mixture: Float32Array, begins: boolean, says: boolean}} Grow
 *   begins: whether this is not the next of many, as of a slider; says: whether it is announced
 */

/** Fires `grow` with a `Grow` as its detail when the user wants the dish to grow something else. */
export class Bodies extends EventTarget {
  /** The signal that the brush paints; null: it wipes off what was painted. @type {number | null} */
  painted = 0;
  #body = 0;
  #other = 1;
  #paints = false;
  /** Whether the slider is being moved. */
  #slides = false;
  /** The mixture that is shown. @type {Float32Array | null} */
  #shown = null;
  /** What the buttons and the menu were made for. */
  #made = '';
  #offered = '';

  /** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden */
  constructor(dish, garden) {
    super();
    this.dish = dish;
    this.garden = garden;
    this.places = new PaintedPlaces(/** @type {HTMLCanvasElement} */ (element('#painted')), dish);
    input('#blend').addEventListener('input', () => {
      const begins = !this.#slides;
      this.#slides = true;
      this.#grow(Number(input('#blend').value) / 100, begins);
    });
    input('#blend').addEventListener('change', () => {
      this.#slides = false;
    });
    select('#blend-with').addEventListener('change', () => {
      this.#other = Number(select('#blend-with').value);
      const share = Number(input('#blend').value) / 100;
      if (share > 0) this.#grow(share, true);
      else this.refresh();
    });
    garden.addEventListener('changed', () => this.refresh());
  }

  /** Of the organism that was picked. */
  get names() {
    return this.garden.signals;
  }

  /** Whether the brush paints. @param {boolean} paints */
  set paints(paints) {
    this.#paints = paints;
    this.refresh();
  }

  /** One body, as a mixture. @param {string} name of its signal */
  named(name) {
    return only(this.names.indexOf(name), this.names.length);
  }

  /** The next body, as a mixture. */
  next() {
    return only((this.#body + 1) % this.names.length, this.names.length);
  }

  /** Shows what grows and what can be chosen. */
  refresh() {
    const { names } = this;
    const has = names.length > 0;
    document.documentElement.toggleAttribute('data-signals', has);
    this.places.draw(has && this.#paints);
    element('#paint').hidden = !(has && this.#paints);
    if (!has) return;
    const made = JSON.stringify(names.map((name, signal) => [name, this.garden.pictureOf(signal)]));
    if (made !== this.#made) {
      this.#made = made;
      this.#make();
    }
    this.#show();
  }

  /** Makes the buttons of another organism. */
  #make() {
    const { names } = this;
    [this.#body, this.#other, this.painted] = [0, 1, names.length > 1 ? 1 : 0];
    this.#offered = '';
    this.#shown = null;
    const grow = (/** @type {number} */ signal) => {
      this.#choose(signal);
      this.#grow(0, true, true);
    };
    element('#body').replaceChildren(...names.map((_, signal) => this.#chip('body', signal, () => grow(signal))));
    const erase = chip('paint', '', 'Wipe off', [text('Wipe off')]);
    erase.querySelector('input')?.addEventListener('click', () => this.#paint(null));
    const paints = names.map((_, signal) => this.#chip('paint', signal, () => this.#paint(signal)));
    element('#paint').replaceChildren(...paints, erase);
  }

  #show() {
    const { names } = this;
    const mixture = this.dish.signals.mixtures.get(this.garden.number) ?? only(0, names.length);
    this.#adopt(mixture);
    const share = Math.round(100 * (mixture[this.#other] ?? 0));
    input(`#body [value="${this.#body}"]`).checked = true;
    input(`#paint [value="${this.painted ?? ''}"]`).checked = true;
    element('#paint-hint').textContent =
      this.painted === null
        ? 'Drag to wipe off what was painted.'
        : `Drag to paint: cells there grow ${names[this.painted]} from now on.`;
    for (const row of ['#blend-with', '#blend'])
      element(row).parentElement?.toggleAttribute('hidden', names.length < 2);
    if (names.length < 2) return;
    this.#offer();
    input('#blend').value = String(share);
    const blend = `${share} % ${names[this.#other]}, ${100 - share} % ${names[this.#body]}`;
    input('#blend').setAttribute('aria-valuetext', blend);
    element('#blend-is').textContent = `${share} %`;
  }

  /** Offers all bodies but the present one to blend it with. */
  #offer() {
    const offered = `${this.#made} ${this.#body}`;
    const others = this.names.flatMap((name, signal) => (signal === this.#body ? [] : [[name, String(signal)]]));
    if (offered !== this.#offered)
      select('#blend-with').replaceChildren(...others.map(([name, value]) => new Option(name, value)));
    this.#offered = offered;
    select('#blend-with').value = String(this.#other);
  }

  /** Takes over a mixture that was not chosen here, such as that of a link or of an undo.
   * @param {Float32Array} mixture */
  #adopt(mixture) {
    if (mixture === this.#shown) return;
    this.#shown = mixture;
    const order = [...mixture.keys()].sort((a, b) => mixture[b] - mixture[a]);
    this.#choose(order[0]);
    if (mixture[order[1]] > 0) this.#other = order[1];
  }

  /** Makes this the body that is blended with another one. @param {number} signal */
  #choose(signal) {
    if (this.#other === signal) this.#other = this.#body === signal ? Number(signal === 0) : this.#body;
    this.#body = signal;
  }

  /** @param {number} share of the other body @param {boolean} begins @param {boolean} [says] */
  #grow(share, begins, says = false) {
    const mixture = only(this.#body, this.names.length);
    if (share > 0) {
      mixture[this.#body] = 1 - share;
      mixture[this.#other] = share;
    }
    this.#shown = mixture;
    this.dispatchEvent(new CustomEvent('grow', { detail: { mixture, begins, says } }));
  }

  /** @param {number | null} signal */
  #paint(signal) {
    this.painted = signal;
    this.refresh();
  }

  /** @param {string} group @param {number} signal @param {() => void} choose */
  #chip(group, signal, choose) {
    const name = this.names[signal];
    const picture = this.garden.pictureOf(signal);
    const image = picture
      ? [Object.assign(document.createElement('img'), { src: picture, alt: '', draggable: false })]
      : [];
    const shown = EMOJI.test(name) && picture ? [] : [text(name, EMOJI.test(name) ? 'emoji' : '')];
    const label = chip(group, String(signal), name, [...image, ...shown]);
    label.style.setProperty('--tint', `rgb(${tintOf(signal).join(' ')})`);
    label.querySelector('input')?.addEventListener('click', choose);
    return label;
  }
}

/** @param {string} group @param {string} value @param {string} name @param {Node[]} content */
function chip(group, value, name, content) {
  const label = Object.assign(document.createElement('label'), { title: name });
  const radio = Object.assign(document.createElement('input'), { type: 'radio', name: group, value });
  const shown = document.createElement('span');
  radio.setAttribute('aria-label', name);
  shown.append(...content);
  label.append(radio, shown);
  return label;
}

/** @param {string} content @param {string} [className] */
function text(content, className = '') {
  return Object.assign(document.createElement('b'), { textContent: content, className });
}
