// @ts-check
// A training in this page: takes training steps, keeps them in the browser's database, and says how it goes.

/**
 * @typedef {import('./own_organisms.js').Own} Own
 * @typedef {import('./own_organisms.js').OwnOrganisms} OwnOrganisms
 * @typedef {import('./trainer.js').Trainer} Trainer
 */

/** Milliseconds of training that a page loses at most if it is killed, and how long it may take to write them. */
const MOST_LOST = 10_000,
  WRITING = 1_000;
/** Training steps over which the speed is measured. */
const TIMED = 20;
/** Points of the curve, at most. */
const MOST_POINTS = 400;

/** Fires `progress` after each training step, `changed` when it begins or stops, `failed` with a message if it cannot
 * go on, and `unsaved` with a message if it could not be saved. */
export class OwnTraining extends EventTarget {
  /** Until what was learned is saved, too. */
  isRunning = false;
  #stops = false;
  #ends = /** @type {number[]} */ ([]);
  #savedAt = performance.now();
  #every = 1;
  #saving = Promise.resolve();
  /** The saving after the present one. @type {Promise<void> | null} */
  #nextSaving = null;
  #loop = Promise.resolve();

  /** @param {Own} own @param {Trainer} trainer @param {OwnOrganisms | null} kept null if nothing can be kept */
  constructor(own, trainer, kept) {
    super();
    this.own = own;
    this.trainer = trainer;
    this.kept = kept;
    this.#every = Math.max(1, Math.ceil(trainer.done / MOST_POINTS));
  }

  /** Training steps per second. */
  get rate() {
    const ends = this.#ends;
    return ends.length > 1 ? (1000 * (ends.length - 1)) / (ends[ends.length - 1] - ends[0]) : 0;
  }

  /** Seconds until all steps are taken; null if not known. */
  get left() {
    const { rate, trainer } = this;
    return rate ? (trainer.steps - trainer.done) / rate : null;
  }

  get hasEnded() {
    return this.trainer.done >= this.trainer.steps;
  }

  /** Takes training steps until all are taken or `pause`. */
  run() {
    if (this.isRunning || this.hasEnded) return;
    this.isRunning = true;
    this.#stops = false;
    this.#ends = [performance.now()];
    this.#tell('changed');
    this.#loop = this.#takeSteps();
  }

  /** Stops after the present step, and saves. */
  async pause() {
    this.#stops = true;
    await this.#loop;
  }

  /** @param {number} steps more */
  extend(steps) {
    this.trainer.extend(this.trainer.steps + steps);
    this.#update(null);
    this.run();
  }

  /** @param {string} name */
  async rename(name) {
    this.own = { ...this.own, name };
    await this.save();
  }

  async #takeSteps() {
    // More steps may be asked for while the last ones are saved.
    do {
      try {
        while (!this.#stops && !this.hasEnded) await this.#takeStep();
      } catch (error) {
        this.#stops = true;
        this.#tell('failed', error instanceof Error ? error.message : String(error));
      }
      this.#update(null);
      await this.save();
    } while (!this.#stops && !this.hasEnded);
    this.isRunning = false;
    this.#tell('changed');
  }

  async #takeStep() {
    const { step, loss } = await this.trainer.step();
    this.#ends = [...this.#ends, performance.now()].slice(-TIMED);
    this.#update(loss, step);
    this.#tell('progress');
    if (this.#mustSave()) this.save();
  }

  /** Brings what is said of the organism up to date. @param {number | null} loss @param {number} [step] */
  #update(loss, step = 0) {
    const { trainer, own } = this;
    const { best, recent, done } = trainer.state;
    const known = loss ?? recent.at(-1) ?? null;
    this.own = {
      ...own,
      step: done,
      steps: trainer.steps,
      loss: known !== null && Number.isFinite(known) ? known : null,
      score: best?.score ?? null,
      curve: loss !== null && Number.isFinite(loss) ? this.#longer(step, loss) : own.curve,
    };
  }

  /** The curve with one more point, if it is time for one. @param {number} step @param {number} loss */
  #longer(step, loss) {
    const { curve } = this.own;
    if (step % this.#every) return curve;
    const steps = [...curve.steps, step],
      losses = [...curve.losses, loss];
    if (steps.length < MOST_POINTS) return { steps, losses };
    this.#every *= 2;
    const isKept = (/** @type {unknown} */ _, /** @type {number} */ place) => steps[place] % this.#every === 0;
    return { steps: steps.filter(isKept), losses: losses.filter(isKept) };
  }

  /** Whether it would be too late after another training step. */
  #mustSave() {
    const [before, now] = this.#ends.slice(-2);
    return now - this.#savedAt + (now - before) + WRITING > MOST_LOST;
  }

  /** Keeps the organism and its training as they are now, or as soon as what is being written is written. */
  save() {
    this.#nextSaving ??= this.#saving.then(() => {
      this.#nextSaving = null;
      this.#savedAt = performance.now();
      return (this.#saving = this.#keep());
    });
    return this.#nextSaving;
  }

  async #keep() {
    if (!this.kept) return;
    const { organism } = this;
    this.own = { ...this.own, organism, changed: Date.now() };
    try {
      await this.kept.keep(this.own, this.trainer.checkpoint());
    } catch (error) {
      this.#tell('unsaved', error instanceof Error ? error.message : String(error));
    }
  }

  /** The organism as it is now; at the end the best. */
  get organism() {
    return { ...this.trainer.organism(), name: this.own.name };
  }

  /** @param {string} kind @param {string} [detail] */
  #tell(kind, detail) {
    this.dispatchEvent(new CustomEvent(kind, { detail }));
  }
}
