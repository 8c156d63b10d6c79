// @ts-check
// Time in the dish: plays at the chosen speed, as far as the graphics card keeps up.

/** Steps per second at 1×: one per frame on most screens. */
const NORMAL = 60;
/** Steps per second at each place of the speed slider: a fraction or a multiple of 1×; the last is as fast as the card
 * allows. */
export const SPEEDS = [1, 2, 4, 6, 10, 20, 30, NORMAL, 120, 240, 480, 960, Infinity];
const MOST_IN_A_FRAME = 400;
/** Milliseconds that a frame may take; more at the highest speed. */
const SMOOTH = 24;
const SMOOTH_AT_MOST_SPEED = 80;

/** @param {number} speed steps per second */
export function speedName(speed) {
  if (speed === Infinity) return 'max';
  return speed < NORMAL ? `1/${NORMAL / speed}×` : `${speed / NORMAL}×`;
}

/**
 * @typedef {Pick<import('./dish.js').Dish, 'lost' | 'draw' | 'mark'> & {step: (steps?: number) => void,
 *   addEventListener: (type: string, does: () => void) => void}} Played  a dish, or several that are played as one
 */

export class Player {
  playing = false;
  speed = NORMAL;
  /** Steps per second in the last second. */
  rate = 0;
  /** Steps that are due but not yet taken. */
  #due = 0;
  #before = 0;
  /** Steps per frame that the card has been seen to manage. */
  #bearable = 2;
  /** Says whether the last steps are done; null if it is known. @type {(() => boolean) | null} */
  #isDone = null;
  #since = 0;
  /** Steps in the last frame. */
  #given = 0;
  /** @type {{at: number, steps: number}[]} of the last second */
  #taken = [];
  #stale = true;

  /** @param {Played} dish @param {() => void} onFrame after each frame that showed something new
   * @param {(error: unknown) => void} [onError] the player pauses then */
  constructor(
    dish,
    onFrame,
    onError = (error) => {
      throw error;
    },
  ) {
    this.dish = dish;
    this.onFrame = onFrame;
    const frame = (/** @type {number} */ now) => {
      this.request = requestAnimationFrame(frame);
      try {
        this.#frame(now);
      } catch (error) {
        this.pause();
        onError(error);
      }
    };
    this.request = requestAnimationFrame(frame);
    dish.addEventListener('lost', () => {
      this.#isDone = null;
    });
    dish.addEventListener('restored', () => this.show());
  }

  play() {
    this.playing = true;
    this.#due = 1;
  }

  pause() {
    this.playing = false;
    this.#taken = [];
  }

  /** Takes one step and pauses. */
  step() {
    this.pause();
    this.dish.step();
    this.show();
  }

  /** Something has changed: the next frame shows it. */
  show() {
    this.#stale = true;
  }

  stop() {
    cancelAnimationFrame(this.request);
  }

  /** @param {number} now */
  #frame(now) {
    const elapsed = Math.min(now - this.#before, 250);
    this.#before = now;
    if (this.dish.lost) return;
    const ready = this.#isReady(now);
    if (this.playing && ready) this.#takeSteps(now, elapsed);
    else if (this.playing) this.#due += this.speed === Infinity ? 0 : (this.speed * elapsed) / 1000;
    if (this.#stale && ready) {
      this.#stale = false;
      this.dish.draw();
      this.#mark(now);
      this.#count(now);
      this.onFrame();
    }
  }

  /** @param {number} now @param {number} elapsed milliseconds */
  #takeSteps(now, elapsed) {
    this.#due = this.speed === Infinity ? this.#bearable : this.#due + (this.speed * elapsed) / 1000;
    const steps = Math.min(Math.floor(this.#due), Math.floor(this.#bearable));
    this.#given = steps;
    // Steps that the card could not take are dropped.
    this.#due = Math.min(this.#due - steps, 2);
    if (steps < 1) return;
    this.dish.step(steps);
    this.#taken.push({ at: now, steps });
    this.#stale = true;
  }

  /** Whether the card has finished the last frame; adapts how many steps a frame gets. @param {number} now */
  #isReady(now) {
    if (!this.#isDone) return true;
    if (!this.#isDone()) return false;
    this.#isDone = null;
    const late = now - this.#since > (this.speed === Infinity ? SMOOTH_AT_MOST_SPEED : SMOOTH);
    if (late) this.#bearable = Math.max(1, this.#bearable * 0.75);
    else if (this.#given >= Math.floor(this.#bearable))
      this.#bearable = Math.min(MOST_IN_A_FRAME, this.#bearable * 1.2 + 0.1);
    return true;
  }

  /** @param {number} now */
  #mark(now) {
    this.#since = now;
    this.#isDone = this.dish.mark();
  }

  /** @param {number} now */
  #count(now) {
    this.#taken = this.#taken.filter(({ at }) => now - at <= 1000);
    const span = this.#taken.length > 1 ? now - this.#taken[0].at : 0;
    const steps = this.#taken.slice(1).reduce((sum, { steps: some }) => sum + some, 0);
    this.rate = this.playing && span > 0 ? (1000 * steps) / span : 0;
  }
}
