// @ts-check
// The organisms that can be picked, the one that is, and what is planted in the dish.

import { entryOf, labelOf } from './entry.js';
import { PlaygroundError } from './errors.js';
import { readOrganism } from './organism.js';
import { MOST_ORGANISMS } from './layout.js';
import { LARGEST_DISH } from './rule.js';
import { signalsOf } from './signal_names.js';

/**
 * @typedef {import('./organism.js').Organism} Organism
 * @typedef {import('./entry.js').Entry} Entry
 */

/** Cells along a side of a dish with room for a second seed, and of one for many organisms. */
const ROOM = 96,
  MEADOW = 192;
const MOST_IN_A_MIX = 10;

/** Fires `asked` when organisms are asked for, `wanted` when one is being loaded or could not be, and `changed` when
 * another one is picked. */
export class Garden extends EventTarget {
  /** @type {Entry | null} */
  entry = null;
  /** The number in the dish of the organism that was picked. */
  number = 0;
  /** Whether the cells stay when another organism is picked, to be planted among them. */
  keeps = false;
  /** Whether only one seed cell in the middle was planted, so that the result can be compared with the target. */
  alone = true;
  /** The conditions that the user has chosen, and that stay when another organism is picked. @type {Set<string>} */
  chosen = new Set();
  /** The organism that is being loaded to be picked. @type {Entry | null} */
  wanted = null;
  /** Counts what was asked for, since a later request makes one that is still loading void. */
  #requests = 0;
  /** @type {Map<string, number>} */
  #numbers = new Map();

  /** @param {import('./dish.js').Dish} dish @param {Entry[]} entries */
  constructor(dish, entries) {
    super();
    this.dish = dish;
    this.entries = entries;
  }

  /** The names of the signals of the organism that was picked. */
  get signals() {
    const rule = this.dish.organisms[this.number]?.rule;
    return rule ? signalsOf(rule) : [];
  }

  /** The address of the picture of what grows: of the organism's target, or that of the body that is everywhere. */
  get picture() {
    const { dish, entry, number } = this;
    const mixture = dish.signals.mixtures.get(number);
    if (!mixture) return entry?.picture ?? null;
    if (dish.signals.isPainted(number)) return null;
    return this.pictureOf(mixture.indexOf(1));
  }

  /** The address of the picture of a body, if it is known. @param {number} signal */
  pictureOf(signal) {
    const body = this.entry?.signals?.[signal];
    return body && body.name === this.signals[signal] ? body.picture : null;
  }

  /** Picks an organism and grows it from one cell; if cells are kept, it is only the one that is planted next.
   * Returns false if something else was asked for while it was loaded.
   * @param {Entry} entry */
  async pick(entry) {
    const organism = await this.#latest(this.load(entry), entry);
    if (!organism) return false;
    if (this.keeps && this.number) {
      this.number = this.#numberOf(entry, organism);
    } else {
      this.remember();
      this.dish.forget();
      this.#numbers.clear();
      this.number = this.#numberOf(entry, organism);
      const usual = usualConditions(entry, organism);
      const isFree = (/** @type {[string, unknown]} */ [name]) => !this.chosen.has(name);
      this.dish.set(Object.fromEntries(Object.entries(usual).filter(isFree)));
      this.dish.plant(this.number);
      this.alone = true;
    }
    this.entry = entry;
    this.dish.view = { ...this.dish.view, organism: this.number };
    this.dispatchEvent(new Event('changed'));
    return true;
  }

  /** The result of loading, or null if something else was asked for in the meantime. @template Result
   * @param {Promise<Result>} loading @param {Entry | null} wanted the organism that is picked when it is there
   * @returns {Promise<Result | null>} */
  async #latest(loading, wanted) {
    const request = ++this.#requests;
    this.dispatchEvent(new Event('asked'));
    this.#want(wanted);
    try {
      const result = await loading;
      return request === this.#requests ? result : null;
    } catch (error) {
      if (request !== this.#requests) return null;
      throw error;
    } finally {
      if (request === this.#requests) this.#want(null);
    }
  }

  /** @param {Entry | null} entry */
  #want(entry) {
    this.wanted = entry;
    this.dispatchEvent(new Event('wanted'));
  }

  /** Keeps this moment for `undo`. */
  remember() {
    const { entry, number, alone } = this;
    if (!entry) return;
    this.dish.remember({ entry, number, alone, numbers: new Map(this.#numbers) });
  }

  /** Returns to the moment remembered last, with the organism that was picked then; whether there was one. */
  undo() {
    const moment = this.dish.undo();
    if (!moment) return false;
    const { numbers, ...rest } =
      /** @type {Pick<Garden, 'entry' | 'number' | 'alone'> & {numbers: Map<string, number>}} */ (moment.note);
    const isOther = rest.entry !== this.entry;
    Object.assign(this, rest);
    this.#numbers = numbers;
    this.dish.view = { ...this.dish.view, organism: this.number };
    if (isOther) this.dispatchEvent(new Event('changed'));
    return true;
  }

  /** Restarts from one cell in the middle. */
  reset() {
    this.dish.clear();
    this.alone = true;
    if (this.number) this.dish.plant(this.number);
  }

  /** @param {number} x @param {number} y */
  plant(x, y) {
    if (this.number) this.dish.plant(this.number, x, y);
    this.alone = false;
  }

  /** Adds an organism and picks it. @param {ArrayBuffer} content of its file @param {string} name */
  async open(content, name) {
    const organism = readOrganism(content, name);
    const known = this.entries.find((entry) => entry.name === name && entry.organism);
    const entry = entryOf(organism, name);
    if (known) Object.assign(known, entry);
    else this.entries.push(entry);
    if (known) this.#numbers.delete(name);
    await this.pick(known ?? entry);
  }

  /** Adds an organism that this page has, in the place of one of the same name. @param {Entry} entry */
  adopt(entry) {
    const known = this.entries.find(({ name, url }) => name === entry.name && url === '');
    if (!known) this.entries.push(entry);
    this.#numbers.delete(entry.name);
    return known ? Object.assign(known, entry) : entry;
  }

  /** Gives the organism that was picked other weights. @param {Organism} organism */
  renew(organism) {
    this.dish.replace(this.number, organism);
    if (this.entry) this.entry.organism = organism;
  }

  /** Gives the cells in the dish another organism's weights and leaves their states.
   * @param {ArrayBuffer} content @param {string} name */
  async replace(content, name) {
    const organism = readOrganism(content, name);
    if (!this.number) return this.open(content, name);
    this.dish.replace(this.number, organism);
    this.entry = {
      .../** @type {Entry} */ (this.entry),
      name,
      organism,
      label: labelOf(organism.training.target, name),
    };
    this.dispatchEvent(new Event('changed'));
    return undefined;
  }

  /** Plants one of each pattern, with the same kind of training as now, in a larger dish. Returns how many, or 0 if
   * something else was asked for while they were loaded. */
  async mix() {
    const { experiment } = /** @type {Entry} */ (this.entry);
    const kin = this.entries.filter((entry) => entry.experiment === experiment).slice(0, MOST_IN_A_MIX);
    const organisms = await this.#latest(Promise.all(kin.map((entry) => this.load(entry))), null);
    if (!organisms) return 0;
    this.remember();
    // Number 0 of the dish is no organism.
    if (this.dish.organisms.length - 1 + kin.length > MOST_ORGANISMS) {
      this.dish.forget();
      this.#numbers.clear();
    }
    const numbers = kin.map((entry, place) => this.#numberOf(entry, organisms[place]));
    this.dish.clear();
    this.alone = false;
    const { height, width } = this.dish.conditions;
    if (Math.min(height, width) < MEADOW) this.dish.set({ height: MEADOW, width: MEADOW });
    const { height: rows, width: columns } = this.dish.conditions;
    numbers.forEach((number, place) => {
      // On a spiral as of sunflower seeds, each has about as much room.
      const out = Math.sqrt((place + 0.5) / numbers.length) * 0.4,
        turn = place * 2.39996;
      this.dish.plant(
        number,
        Math.round(columns * (0.5 + out * Math.cos(turn))),
        Math.round(rows * (0.5 + out * Math.sin(turn))),
      );
    });
    this.number = this.#numbers.get(/** @type {Entry} */ (this.entry).name) ?? numbers[0];
    return numbers.length;
  }

  /** The organism of an entry. @param {Entry} entry @returns {Promise<Organism>} */
  async load(entry) {
    if (entry.organism) return entry.organism;
    const response = await fetch(entry.url).catch(() => null);
    if (!response?.ok) {
      const reason = response ? `${response.status} ${response.statusText}` : 'no connection';
      throw new PlaygroundError(`The organism ${entry.name} could not be loaded: ${reason}`);
    }
    entry.organism = readOrganism(await response.arrayBuffer(), entry.name);
    return entry.organism;
  }

  /** @param {Entry} entry @param {Organism} organism */
  #numberOf(entry, organism) {
    const number = this.#numbers.get(entry.name) ?? this.dish.add(organism);
    this.#numbers.set(entry.name, number);
    return number;
  }
}

/** What the user did not choose: a dish that wraps around with room for a second seed, as in the article's demo. An
 * organism that was trained on a grid that wraps around gets that grid.
 * @param {Entry} entry @param {Organism} organism @returns {Partial<import('./conditions.js').Conditions>} */
function usualConditions({ height, width }, { rule }) {
  const least = rule.edge === 'wrap' ? 16 : ROOM;
  const fitting = (/** @type {number} */ cells) => Math.min(Math.max(cells, least), LARGEST_DISH);
  return { fireRate: rule.fire_rate, edge: 'wrap', height: fitting(height), width: fitting(width) };
}
