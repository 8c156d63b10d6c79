// @ts-check
// The history of a dish: a moment to go back to, and what it takes to restore the cells when the graphics card is lost.

/**
 * @typedef {import('./conditions.js').Conditions} Conditions
 * @typedef {{content: import('./encoding.js').Content, age: number, signals: import('./signals.js').Snapshot}} Moment
 * @typedef {{steps: number, conditions: Conditions}} Steps  taken under the same conditions
 */

export class History {
  /** The moment that undo returns to. @type {Moment | null} */
  remembered = null;
  /** A copy of the cells. @type {Moment | null} */
  checkpoint = null;
  /** What happened since the checkpoint. @type {(Steps | (() => void))[]} */
  log = [];
  /** Whether steps may be added to the last entry of the log. */
  #isOpen = false;

  /** @param {() => void} change */
  record(change) {
    this.log.push(change);
    this.#isOpen = false;
  }

  /** @param {number} steps @param {Conditions} conditions under which they are taken */
  recordSteps(steps, conditions) {
    const last = this.log.at(-1);
    if (this.#isOpen && last && typeof last !== 'function' && last.conditions === conditions) last.steps += steps;
    else this.log.push({ steps, conditions });
    this.#isOpen = true;
  }

  /** Ends the last entry: what follows is logged apart from it. @returns {number} how many entries there are */
  close() {
    this.#isOpen = false;
    return this.log.length;
  }

  /** Takes a checkpoint and drops the log, or the part of it that the checkpoint includes.
   * @param {Moment | null} moment @param {number} [entries] */
  takeCheckpoint(moment, entries = this.log.length) {
    this.checkpoint = moment;
    this.log = this.log.slice(entries);
    if (this.log.length === 0) this.#isOpen = false;
  }
}
