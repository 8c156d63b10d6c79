// @ts-check
// What was done to the cells of a dish since it was last empty, and at which step; so a link can repeat it.

/**
 * @typedef {import('./dish.js').Point} Point
 * @typedef {import('./conditions.js').Conditions} Conditions
 * @typedef {{kind: 'cut', age: number, from: Point, to: Point, radius: number}
 *   | {kind: 'plant', age: number, x: number, y: number, number: number}} Deed
 *   number: of the organism in the dish
 * @typedef {{deeds: Deed[], due: Deed[], isWhole: boolean, conditions: Conditions | null}} Snapshot
 */

/** Places and radii are rounded to this part of a cell, so that they are the same in a link. */
export const PER_CELL = 4;
/** More are not kept: no link has room for them. */
const MOST_DEEDS = 1000;

/** @param {number} cells */
export const rounded = (cells) => Math.round(cells * PER_CELL) / PER_CELL;

export class Strokes {
  /** @type {Snapshot} the arrays are never changed in place */
  #now = { deeds: [], due: [], isWhole: true, conditions: null };
  /** Does what is due. @type {(deed: Deed) => void} */
  #perform = () => {};

  /** The dish is empty. */
  clear() {
    this.#now = { deeds: [], due: [], isWhole: true, conditions: null };
  }

  /** @param {Deed} deed */
  add(deed) {
    if (this.#now.deeds.length < MOST_DEEDS) this.#now.deeds = [...this.#now.deeds, deed];
    else this.#now.isWhole = false;
  }

  /** The cells were changed in a way that is not kept here. */
  disturb() {
    if (this.#now.deeds.length > 0) this.#now.isWhole = false;
  }

  /** Steps were taken. @param {Conditions} conditions */
  stepped(conditions) {
    if (!this.#isUnder(conditions)) this.#now.isWhole = false;
    this.#now.conditions ??= conditions;
  }

  /** What was done and is still due, oldest first; null if under these conditions it would lead to other cells.
   * @param {Conditions} conditions */
  repeatable(conditions) {
    const { deeds, due, isWhole } = this.#now;
    return isWhole && this.#isUnder(conditions) ? [...deeds, ...due] : null;
  }

  /** How many there are, whether or not they can be repeated. */
  get count() {
    return this.#now.deeds.length + this.#now.due.length;
  }

  /** Plans what is to be done, each at its step. @param {Deed[]} due oldest first
   * @param {(deed: Deed) => void} perform */
  plan(due, perform) {
    this.#now.due = due;
    this.#perform = perform;
    this.act(0);
  }

  /** How many of these steps can be taken before something is due. @param {number} age @param {number} steps */
  until(age, steps) {
    const [next] = this.#now.due;
    return next ? Math.min(steps, Math.max(1, next.age - age)) : steps;
  }

  /** Does what is due. @param {number} age */
  act(age) {
    for (let next = this.#now.due[0]; next && next.age <= age; next = this.#now.due[0]) {
      this.#now.due = this.#now.due.slice(1);
      this.#perform(next);
    }
  }

  /** @returns {Snapshot} */
  snapshot() {
    return { ...this.#now };
  }

  /** @param {Snapshot} before */
  restore(before) {
    this.#now = { ...before };
  }

  /** Whether all steps were taken under these conditions. @param {Conditions} conditions */
  #isUnder(conditions) {
    const before = this.#now.conditions;
    if (!before || before === conditions) return true;
    return /** @type {(keyof Conditions)[]} */ (Object.keys(before)).every((name) => before[name] === conditions[name]);
  }
}
