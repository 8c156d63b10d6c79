// @ts-check
// Looking inside: which numbers behind the picture are shown.

import { element, input, select } from './elements.js';
import { DEFAULT_RULE } from './rule.js';
import { VIEWS, pagesOf } from './views.js';

/** @typedef {import('./views.js').ViewKind} ViewKind */

/** Pixels of the frame: in a smaller one the tiles of all hidden units cannot be told apart. */
const ROOMY = 480;
const PAGE = 'page ';
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
    const isSmall = element('#frame').clientWidth < ROOMY;
    const page = isSmall && pagesOf(kind, DEFAULT_RULE).length ? 0 : null;
    this.dish.view = { kind, index: null, organism: this.garden.number, page };
    this.refresh();
  }

  /** Shows one tile alone, or a page of them, or all. @param {number | null} index @param {number | null} [page] */
  pick(index, page = null) {
    this.dish.view = { ...this.dish.view, index, page };
    this.refresh();
  }

  next() {
    const kind = KINDS[(KINDS.indexOf(this.dish.view.kind) + 1) % KINDS.length];
    /** @type {HTMLDetailsElement} */ (element('#look')).open = true;
    this.show(kind);
  }

  /** Shows what can be chosen for the organism that is picked. */
  refresh() {
    const { kind, index, page = null } = this.dish.view;
    const rule = this.dish.organisms[this.garden.number]?.rule;
    const choices = (rule && VIEWS[kind].tiles?.choices(rule)) ?? [];
    input('#view').value = kind;
    element('#view-hint').textContent = VIEWS[kind].hint(rule ?? DEFAULT_RULE);
    element('#index-row').hidden = choices.length === 0;
    const pages = (rule && pagesOf(kind, rule)) ?? [];
    const options = [
      ...pages.map(([name, place]) => new Option(name, PAGE + place)),
      ...choices.map(([name, place]) => new Option(name, String(place))),
    ];
    select('#index').replaceChildren(new Option('all', ''), ...options);
    const chosen = page === null ? '' : PAGE + page;
    input('#index').value = index === null ? chosen : String(index);
    this.reshaped();
  }

  #pickIndex() {
    const { value } = input('#index');
    if (value.startsWith(PAGE)) this.pick(null, Number(value.slice(PAGE.length)));
    else this.pick(value === '' ? null : Number(value));
  }
}
