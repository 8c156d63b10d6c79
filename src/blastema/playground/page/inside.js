// @ts-check
// Looking inside: which numbers behind the picture are shown.

import { element, input, select } from './elements.js';
import { DEFAULT_RULE } from './rule.js';
import { VIEWS } from './views.js';

/** @typedef {import('./views.js').ViewKind} ViewKind */

const KINDS = /** @type {ViewKind[]} */ (Object.keys(VIEWS));

export class Inside {
  /** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden
   * @param {() => void} reshaped is called when the view may have another shape */
  constructor(dish, garden, reshaped) {
    this.dish = dish;
    this.garden = garden;
    this.reshaped = reshaped;
    select('#view').replaceChildren(...KINDS.map((kind) => new Option(VIEWS[kind].label, kind)));
    input('#view').addEventListener('change', () => this.show(/** @type {ViewKind} */ (input('#view').value)));
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
    const rule = this.dish.organisms[this.garden.number]?.rule;
    const choices = (rule && VIEWS[kind].tiles?.choices(rule)) ?? [];
    input('#view').value = kind;
    element('#view-hint').textContent = VIEWS[kind].hint(rule ?? DEFAULT_RULE);
    element('#index-row').hidden = choices.length === 0;
    const options = choices.map(([name, place]) => new Option(name, String(place)));
    select('#index').replaceChildren(new Option('all', ''), ...options);
    input('#index').value = index === null ? '' : String(index);
    this.reshaped();
  }

  #pickIndex() {
    const { value } = input('#index');
    this.dish.view = { ...this.dish.view, index: value === '' ? null : Number(value) };
    this.reshaped();
  }
}
