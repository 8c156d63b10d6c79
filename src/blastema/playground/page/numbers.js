// @ts-check
// The numbers of a cell, one for each channel: a label, a bar from zero to the left or right, and the number.

import { share, shown } from './strips.js';
import { shortName } from './views.js';

export class Numbers {
  /** @param {HTMLElement} list @param {number} [half] half of a bar's length, see strips.js */
  constructor(list, half) {
    this.list = list;
    this.half = half;
  }

  /** @param {number[]} values none if there is nothing to show @param {number} count of the channels */
  show(values, count) {
    const rows = this.#rows(count);
    rows.forEach((item, channel) => {
      const value = values[channel];
      const [, track, number] = /** @type {HTMLElement[]} */ ([...item.children]);
      const part = value === undefined ? 0 : share(value, this.half);
      const bar = /** @type {HTMLElement} */ (track.firstElementChild);
      bar.style.width = `${50 * Math.abs(part)}%`;
      bar.className = part < 0 ? 'below' : 'above';
      number.textContent = value === undefined ? '–' : shown(value);
    });
  }

  /** @param {number} count */
  #rows(count) {
    if (this.list.childElementCount !== count) {
      this.list.replaceChildren(...Array.from({ length: count }, (_, channel) => row(shortName(channel))));
      this.list.style.setProperty('--lines', String(Math.ceil(count / 2)));
    }
    return [...this.list.children];
  }
}

/** @param {string} label */
function row(label) {
  const item = document.createElement('li'),
    track = document.createElement('span');
  track.className = 'track';
  track.append(document.createElement('i'));
  const [name, number] = ['b', 'span'].map((tag) => document.createElement(tag));
  name.textContent = label;
  item.append(name, track, number);
  return item;
}
