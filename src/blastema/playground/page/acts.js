// @ts-check
// What the page does in the dish by itself: scenes at certain steps, until the user takes over.

/**
 * @typedef {{at: number, says?: string, cuts?: boolean, grows?: string}} Scene
 *   at: the step of the dish at which it begins; says: the caption; cuts: a cut across the middle; grows: the name of
 *   the signal that the cells get
 */

/** How long a cut takes, in milliseconds, and how far it reaches to each side of the middle, in cells. */
const SWEEP = 900;
const REACH = 24;

export class Acts {
  /** @type {Scene[]} */
  #scenes = [];
  /** When the cut that is being made began, and where it has come to. @type {{at: number, x: number} | null} */
  #sweep = null;
  #request = 0;
  /** @type {(isWhole: boolean) => void} */
  #onEnd = () => {};

  /** @param {import('./actions.js').Actions} actions */
  constructor(actions) {
    this.actions = actions;
    // Any use of the page stops what it does by itself.
    addEventListener('pointerdown', (event) => this.#isUse(event) && this.stop(), { capture: true });
    addEventListener('keydown', ({ key }) => key !== 'Tab' && this.stop(), { capture: true });
  }

  get isOn() {
    return this.#request !== 0;
  }

  /** Plays scenes. @param {Scene[]} scenes in their order @param {(isWhole: boolean) => void} [onEnd] is called
   * after the last one, and when the user takes over before */
  play(scenes, onEnd = () => {}) {
    this.stop();
    this.#scenes = [...scenes];
    this.#onEnd = onEnd;
    this.#request = requestAnimationFrame((now) => this.#frame(now));
  }

  /** @param {boolean} [isWhole] whether all scenes have been played */
  stop(isWhole = false) {
    if (!this.isOn) return;
    cancelAnimationFrame(this.#request);
    this.#request = 0;
    this.#sweep = null;
    this.#onEnd(isWhole);
  }

  /** @param {Event} event */
  #isUse({ target }) {
    return target instanceof Element && target.closest('a, #tour') === null;
  }

  /** @param {number} now */
  #frame(now) {
    if (this.#sweep) this.#cut(now, this.#sweep);
    const scene = this.#scenes[0];
    if (scene && !this.#sweep && this.actions.parts.dish.age >= scene.at) {
      this.#scenes.shift();
      this.#begin(scene, now);
    }
    if (this.#scenes.length || this.#sweep) this.#request = requestAnimationFrame((later) => this.#frame(later));
    else this.stop(true);
  }

  /** @param {Scene} scene @param {number} now */
  #begin({ says, cuts, grows }, now) {
    const { caption, garden, bodies } = this.actions.parts;
    if (says !== undefined) caption.tell(says, this.#scenes.length > 0);
    if (grows !== undefined) this.actions.grow({ mixture: bodies.named(grows), begins: true, says: false });
    if (!cuts) return;
    garden.remember();
    this.actions.parts.statistics.touch();
    this.#sweep = { at: now, x: -REACH };
  }

  /** Cuts on, as far as the time says. @param {number} now @param {{at: number, x: number}} sweep */
  #cut(now, sweep) {
    const { width, height } = this.actions.parts.dish.conditions;
    const x = REACH * (2 * Math.min((now - sweep.at) / SWEEP, 1) - 1);
    const place = (/** @type {number} */ along) => ({ x: width / 2 + along, y: height / 2 + along / 6 });
    this.actions.erase(place(sweep.x), place(x), 3.5);
    this.#sweep = x < REACH ? { ...sweep, x } : null;
  }
}
