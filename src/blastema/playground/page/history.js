// @ts-check
// The history of a dish: moments to go back to, and what it takes to restore the cells when the graphics card is lost.

/**
 * @typedef {import('./conditions.js').Conditions} Conditions
 * @typedef {{content: import('./encoding.js').Content, age: number, signals: import('./signals.js').Snapshot,
 *   strokes?: import('./strokes.js').Snapshot}} Moment
 * @typedef {{conditions: Conditions, organisms: (import('./organism.js').Organism | null)[], note: unknown}} Setting
 *   note: what the page wants back
 * @typedef {{steps: number, conditions: Conditions}} Steps  taken under the same conditions
 */

/** How much undo may keep: moments, and bytes. A dish of 72 x 72 cells has 0.35 million, one of 512 x 512 18. */
const MOST_MOMENTS = 100;
const MOST_BYTES = 100_000_000;

export class History {
  /** The moments that undo returns to, the last one first. @type {(Moment & Setting)[]} */
  moments = [];
  /** A copy of the cells. @type {Moment | null} */
  checkpoint = null;
  /** What happened since the checkpoint. @type {(Steps | (() => void))[]} */
  log = [];
  /** Whether steps may be added to the last entry of the log. */
  #isOpen = false;

  /** Keeps a moment for undo, instead of the oldest ones if there are too many. @param {Moment & Setting} moment */
  remember(moment) {
    this.moments.push(moment);
    let bytes = 0;
    const first = this.moments.findLastIndex(({ content }, place) => {
      bytes += [...content.states, content.life].reduce((sum, { byteLength }) => sum + byteLength, 0);
      return bytes > MOST_BYTES || this.moments.length - place > MOST_MOMENTS;
    });
    // The last one is kept however large it is.
    this.moments.splice(0, Math.min(first + 1, this.moments.length - 1));
  }

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
