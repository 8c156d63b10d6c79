// @ts-check
// Cuts and seeds as text for links. Numbers are written five bits at a time, the lowest first, 32 is added to all but
// the last digit; steps and places count from those before.

import { PlaygroundError } from './errors.js';
import { PER_CELL } from './strokes.js';

/** @typedef {import('./strokes.js').Deed} Deed */

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VERSION = '1';
export const MOST_CHARACTERS = 1500;
const MOST_STEPS = 10_000_000;
/** Cells: of the radius, and beyond the edge of the dish, where a stroke may end. */
const MOST_RADIUS = 64;
const BEYOND = 1024;
/** A cut begins, a cut goes on to another place, a seed is planted. */
const BEGIN = 0,
  ON = 1,
  SEED = 2,
  KINDS = 4;

/** @param {number} value */
const unsigned = (value) => (value < 0 ? -2 * value - 1 : 2 * value);
/** @param {number} value */
const signed = (value) => (value % 2 ? -(value + 1) / 2 : value / 2);

/** Before any cut, and after a seed, a cut has to begin. */
const NOWHERE = { x: 0, y: 0, radius: 0 };

class Writer {
  text = VERSION;
  #age = 0;
  /** Where the last cut ended, in parts of a cell. */
  #at = NOWHERE;

  /** @param {Deed} deed */
  deed(deed) {
    if (deed.kind === 'cut') {
      this.#cut(deed);
      return;
    }
    this.#begin(SEED, deed.age);
    for (const value of [deed.x, deed.y]) this.#number(value);
    this.#at = NOWHERE;
  }

  /** @param {Extract<Deed, {kind: 'cut'}>} cut */
  #cut(cut) {
    const [from, to] = [cut.from, cut.to].map(({ x, y }) => ({ x: x * PER_CELL, y: y * PER_CELL }));
    const radius = cut.radius * PER_CELL;
    const isDot = from.x === to.x && from.y === to.y;
    const goesOn = from.x === this.#at.x && from.y === this.#at.y && radius === this.#at.radius;
    if (!goesOn) {
      this.#begin(BEGIN, cut.age);
      for (const value of [radius, unsigned(from.x), unsigned(from.y)]) this.#number(value);
    }
    // In the same place and step there is nothing left to cut.
    if (!isDot || (goesOn && cut.age > this.#age)) {
      this.#begin(ON, cut.age);
      for (const by of [to.x - from.x, to.y - from.y]) this.#number(unsigned(by));
    }
    this.#at = { ...to, radius };
  }

  /** @param {number} kind @param {number} age */
  #begin(kind, age) {
    this.#number((age - this.#age) * KINDS + kind);
    this.#age = age;
  }

  /** @param {number} value */
  #number(value) {
    let rest = value;
    for (; rest >= 32; rest = Math.floor(rest / 32)) this.text += DIGITS[32 + (rest % 32)];
    this.text += DIGITS[rest];
  }
}

/** @param {Deed[]} deeds oldest first @returns {string} of any length */
export function cutsText(deeds) {
  const writer = new Writer();
  for (const deed of deeds) writer.deed(deed);
  return writer.text;
}

class Reader {
  #place = VERSION.length;
  #age = 0;
  #at = NOWHERE;

  /** @param {string} text @param {{height: number, width: number}} size of the dish, in cells */
  constructor(text, size) {
    this.text = text;
    this.size = size;
    if (!text.startsWith(VERSION)) throw damaged(`they begin with "${text.slice(0, 1)}", not with ${VERSION}`);
    if (text.length > MOST_CHARACTERS)
      throw damaged(`${text.length} characters, at most ${MOST_CHARACTERS} are allowed`);
  }

  get isDone() {
    return this.#place >= this.text.length;
  }

  /** @param {number} number of the organism whose seeds are planted @returns {Deed} */
  deed(number) {
    const head = this.#number(),
      kind = head % KINDS;
    this.#age = this.#within('step', this.#age + Math.floor(head / KINDS), 0, MOST_STEPS);
    if (kind === SEED) {
      this.#at = NOWHERE;
      return { kind: 'plant', age: this.#age, x: this.#cell('width'), y: this.#cell('height'), number };
    }
    const before = this.#at;
    if (kind === BEGIN) this.#at = this.#begin();
    else if (kind === ON && before.radius) this.#at = this.#on(before);
    else throw damaged(`there is no change of kind ${kind} at character ${this.#place}`);
    const [from, to] = [kind === ON ? before : this.#at, this.#at].map(({ x, y }) => ({
      x: x / PER_CELL,
      y: y / PER_CELL,
    }));
    return { kind: 'cut', age: this.#age, from, to, radius: this.#at.radius / PER_CELL };
  }

  #begin() {
    const radius = this.#within('radius', this.#number(), 1, MOST_RADIUS * PER_CELL);
    return { radius, x: this.#reach('width', 0), y: this.#reach('height', 0) };
  }

  /** @param {{x: number, y: number, radius: number}} at */
  #on({ x, y, radius }) {
    return { radius, x: this.#reach('width', x), y: this.#reach('height', y) };
  }

  /** @param {'width' | 'height'} side @param {number} from */
  #reach(side, from) {
    const most = (this.size[side] + BEYOND) * PER_CELL;
    return this.#within('place', from + signed(this.#number()), -BEYOND * PER_CELL, most);
  }

  /** @param {'width' | 'height'} side */
  #cell(side) {
    return this.#within('seed', this.#number(), 0, this.size[side] - 1);
  }

  /** @param {string} what @param {number} value @param {number} least @param {number} most */
  #within(what, value, least, most) {
    if (value >= least && value <= most) return value;
    throw damaged(`a ${what} is ${value}, from ${least} to ${most} is allowed`);
  }

  #number() {
    for (let value = 0, factor = 1; factor < 2 ** 35; factor *= 32) {
      if (this.isDone) throw damaged('the end is missing');
      const letter = this.text[this.#place++],
        digit = DIGITS.indexOf(letter);
      if (digit < 0) throw damaged(`"${letter}" is no digit`);
      value += (digit % 32) * factor;
      if (digit < 32) return value;
    }
    throw damaged('a number is too long');
  }
}

/** @param {string} why */
function damaged(why) {
  return new PlaygroundError(
    `The cuts in the link cannot be read: ${why}. The dish grows without them; copy the whole link again.`,
  );
}

/** @param {string} text as `cutsText` returns it @param {{height: number, width: number}} size of the dish
 * @param {number} number of the organism whose seeds are planted
 * @returns {Deed[]} oldest first @throws {PlaygroundError} the text is not what `cutsText` returns */
export function readCuts(text, size, number) {
  const reader = new Reader(text, size);
  const deeds = [];
  while (!reader.isDone) deeds.push(reader.deed(number));
  return deeds;
}
