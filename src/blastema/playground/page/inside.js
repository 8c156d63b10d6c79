// @ts-check
// Looking inside: which numbers behind the picture are shown.

import { element, input } from './elements.js';

/** @typedef {import('./dish.js').ViewKind} ViewKind */

/** @type {ViewKind[]} */
const KINDS = ['picture', 'channels', 'perception', 'hidden', 'firing'];
/** @type {Record<ViewKind, string>} */
const HINTS = {
  picture: 'The first four channels of each cell: red, green, blue and alpha.',
  channels:
    'The 16 numbers of each cell. Orange is above zero, blue below. The last twelve have no given meaning: the cells tell each other with them.',
  perception: 'What each cell perceives: itself, and how each channel slopes along x and along y.',
  hidden: 'What the hidden layer of each cell makes of it.',
  firing: 'Each living cell acts with some chance in a step, so that there is no clock they all obey.',
};
const COLOURS = ['red', 'green', 'blue', 'alpha'];
/** @type {Record<string, string>} */
const FILTER_NAMES = { identity: 'itself', sobel_x: 'slope along x', sobel_y: 'slope along y', laplacian: 'curvature' };

export class Inside {
  /** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden @param {() => void} reshaped the view may have another shape now */
  constructor(dish, garden, reshaped) {
    this.dish = dish;
    this.garden = garden;
    this.reshaped = reshaped;
    input('#view').addEventListener('change', ({ target }) =>
      this.show(/** @type {ViewKind} */ (/** @type {HTMLSelectElement} */ (target).value)),
    );
    input('#index').addEventListener('change', () => this.#pickIndex());
  }

  /** @param {ViewKind} kind */
  show(kind) {
    this.dish.view = { kind, index: null, organism: this.garden.number };
    this.refresh();
  }

  next() {
    const kind = KINDS[(KINDS.indexOf(this.dish.view.kind) + 1) % KINDS.length];
    /** @type {HTMLDetailsElement} */ (element('#look')).open = true;
    this.show(kind);
  }

  /** Shows what can be chosen for the organism that is picked. */
  refresh() {
    const { kind, index } = this.dish.view;
    input('#view').value = kind;
    element('#view-hint').textContent = HINTS[kind];
    const names = this.#names(kind);
    element('#index-row').hidden = names.length === 0;
    const select = /** @type {HTMLSelectElement} */ (element('#index'));
    select.replaceChildren(new Option('all', ''), ...names.map(([name, value]) => new Option(name, String(value))));
    select.value = index === null ? '' : String(index);
    this.reshaped();
  }

  #pickIndex() {
    const { value } = input('#index');
    this.dish.view = { ...this.dish.view, index: value === '' ? null : Number(value) };
    this.reshaped();
  }

  /** @param {ViewKind} kind @returns {[string, number][]} */
  #names(kind) {
    const rule = this.dish.organisms[this.garden.number]?.rule;
    if (!rule) return [];
    const channels = Array.from(
      { length: rule.channels },
      (_, channel) => COLOURS[channel] ?? `hidden channel ${channel}`,
    );
    if (kind === 'channels') return channels.map((name, channel) => [name, channel]);
    if (kind === 'hidden') return Array.from({ length: rule.hidden }, (_, unit) => [`unit ${unit}`, unit]);
    if (kind !== 'perception') return [];
    return Object.entries(FILTER_NAMES).flatMap(([filter, shown], place) =>
      rule.filters.some((one) => one === filter)
        ? channels.map((name, channel) => /** @type {[string, number]} */ ([`${name}: ${shown}`, 16 * place + channel]))
        : [],
    );
  }
}
