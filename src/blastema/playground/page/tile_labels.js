// @ts-check
// Names the tiles of a view. A click on a name shows that tile alone; a bar leads to its neighbours and back to all.
// The names are for the eye: the list "Which" of the panel has the same choices.

import { layerOver } from './over_dish.js';
import { DEFAULT_RULE } from './rule.js';
import { ON_A_PAGE, VIEWS, firstOf, pagesOf } from './views.js';

/** Pixels: in smaller tiles a name would cover too much. */
const SMALLEST = 30;
const ROOMY = 64;

/** A button. @param {string} text @param {string} title @param {() => void} act */
function button(text, title, act) {
  const made = Object.assign(document.createElement('button'), { type: 'button', textContent: text, title });
  made.addEventListener('click', act);
  return made;
}

export class TileLabels {
  #key = '';

  /** @param {import('./dish.js').Dish} dish @param {import('./inside.js').Inside} inside */
  constructor(dish, inside) {
    this.dish = dish;
    this.inside = inside;
    const layer = layerOver(dish, 'tile-labels');
    this.names = document.createElement('div');
    this.names.setAttribute('aria-hidden', 'true');
    this.bar = document.createElement('div');
    this.bar.className = 'tile-bar';
    this.#fillBar();
    layer.append(this.names, this.bar);
    dish.addEventListener('drawn', () => this.refresh());
    new ResizeObserver(() => this.refresh()).observe(dish.canvas);
  }

  /** Shows the names of the present view, if they have changed. */
  refresh() {
    const { view, canvas } = this.dish;
    const key = JSON.stringify([view, this.#rule, canvas.clientWidth]);
    if (key === this.#key) return;
    this.#key = key;
    const isPart = this.#record !== undefined && (view.index !== null || (view.page ?? null) !== null);
    this.names.replaceChildren(...(this.#record && view.index === null ? this.#labels() : []));
    this.bar.hidden = !isPart;
    if (isPart) this.#showBar();
  }

  get #rule() {
    return this.dish.organisms[this.dish.view.organism]?.rule ?? DEFAULT_RULE;
  }

  get #record() {
    return VIEWS[this.dish.view.kind].tiles;
  }

  #labels() {
    const { view, tiles, canvas } = this.dish;
    const record = /** @type {import('./views.js').Tiles} */ (this.#record);
    const across = canvas.clientWidth / tiles.columns;
    const first = firstOf(view);
    if (across < SMALLEST) return this.#rows();
    const shown = record.choices(this.#rule).slice(first, first + tiles.columns * tiles.rows);
    const names = shown.map(([name, index]) => {
      const label = button(record.short(index), `Show ${name} alone`, () => this.inside.pick(index));
      label.classList.toggle('small', across < ROOMY);
      return this.#at(label, index - first);
    });
    const groups = record.groups?.(this.#rule) ?? [];
    return [...names, ...groups.map(([name, index]) => this.#at(caption(name), index, 1))];
  }

  /** Where the tiles are too small for names, their rows have some. */
  #rows() {
    return pagesOf(this.dish.view.kind, this.#rule).map(([name, page]) => {
      const label = button(name.replace('units ', ''), `Show ${name}`, () => this.inside.pick(null, page));
      label.className = 'small';
      return this.#at(label, page * ON_A_PAGE);
    });
  }

  /** Puts an element into a tile. @param {HTMLElement} made @param {number} tile
   * @param {number} [down] 0 for its upper edge, 1 for its lower one */
  #at(made, tile, down = 0) {
    const { columns, rows } = this.dish.tiles;
    made.style.left = `${(100 * (tile % columns)) / columns}%`;
    made.style.top = `${(100 * (Math.floor(tile / columns) + down)) / rows}%`;
    made.tabIndex = made instanceof HTMLButtonElement ? -1 : made.tabIndex;
    return made;
  }

  #fillBar() {
    const all = button('All', 'Show all tiles', () => {
      this.inside.pick(null);
      this.dish.canvas.focus();
    });
    const [before, after] = [-1, 1].map((by) =>
      button(by < 0 ? '‹' : '›', by < 0 ? 'Previous' : 'Next', () => this.#move(by)),
    );
    before.ariaLabel = before.title;
    after.ariaLabel = after.title;
    this.name = document.createElement('span');
    this.bar.append(all, before, this.name, after);
  }

  #showBar() {
    const { choices, at } = this.#choices();
    if (!this.name) return;
    this.name.textContent = choices[at]?.[0] ?? '';
    // The tiles of a page have names of their own.
    this.name.classList.toggle('unseen', this.dish.view.index === null);
  }

  /** What the bar leads through, and where it is. */
  #choices() {
    const { kind, index, page } = this.dish.view;
    const choices = index === null ? pagesOf(kind, this.#rule) : (this.#record?.choices(this.#rule) ?? []);
    return { choices, at: choices.findIndex(([, place]) => place === (index ?? page)) };
  }

  /** @param {number} by */
  #move(by) {
    const { choices, at } = this.#choices();
    const place = choices[(at + by + choices.length) % choices.length][1];
    if (this.dish.view.index === null) this.inside.pick(null, place);
    else this.inside.pick(place);
  }
}

/** The name of a group of tiles. @param {string} name */
function caption(name) {
  return Object.assign(document.createElement('span'), { textContent: name });
}
