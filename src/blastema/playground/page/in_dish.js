// @ts-check
// Shows an organism that is being trained in the dish: at intervals it grows from one cell with the newest weights.

import { targetCanvas } from './target_canvas.js';

/** Between two plantings, so that each has time to grow: seconds, steps, seconds at most on a slow device; and steps
 * after it was last cut. */
const EACH = { seconds: 8, steps: 120, most: 15, healing: 300 };

export class InDish {
  /** @type {import('./entry.js').Entry | null} */
  #entry = null;
  #plantedAt = -Infinity;
  #touched = { count: 0, age: -Infinity };

  /** @param {import('./actions.js').Actions} actions */
  constructor(actions) {
    this.actions = actions;
  }

  /** Whether it is the one that grows in the dish. */
  get isShown() {
    return this.#entry !== null && this.actions.parts.garden.entry === this.#entry;
  }

  /** Grows an organism in the dish. @param {import('./own_organisms.js').Own} own
   * @param {import('./organism.js').Organism} organism */
  async show(own, organism) {
    const { garden } = this.actions.parts;
    const { keeps } = garden;
    const entry = garden.adopt(entryOf(own, organism));
    this.#entry = entry;
    // Not only to plant it.
    garden.keeps = false;
    await this.actions.pick(entry);
    garden.keeps = keeps;
    if (garden.entry === entry) this.actions.set({ height: own.height, width: own.width });
    this.actions.parts.fit();
    this.actions.start();
    this.actions.showPlaying();
    this.#planted();
  }

  /** Restarts it with newer weights, if it is time. @param {() => import('./organism.js').Organism} newest
   * @param {boolean} [isLast] whether it is always time */
  renew(newest, isLast = false) {
    if (!this.isShown || !(isLast || this.#isDue())) return;
    // Cells that grew with older weights may not live with newer ones.
    this.actions.parts.garden.renew(newest());
    this.actions.restart();
    this.actions.settle();
    this.#planted();
  }

  #planted() {
    const { strokes } = this.actions.parts.dish;
    this.#plantedAt = performance.now();
    this.#touched = { count: strokes.count, age: -Infinity };
  }

  #isDue() {
    const { dish, player } = this.actions.parts;
    if (dish.strokes.count !== this.#touched.count) this.#touched = { count: dish.strokes.count, age: dish.age };
    const hasHealed = dish.age - this.#touched.age > EACH.healing;
    const seconds = (performance.now() - this.#plantedAt) / 1000;
    const isGrown = (seconds > EACH.seconds && dish.age >= EACH.steps) || seconds > EACH.most;
    return player.playing && isGrown && hasHealed;
  }
}

/** @param {import('./own_organisms.js').Own} own @param {import('./organism.js').Organism} organism
 * @returns {import('./entry.js').Entry} */
export function entryOf({ name, label, target, height, width }, organism) {
  const { experiment } = organism.training;
  return {
    ...{ name, label, experiment, target: name, height, width, url: '' },
    picture: targetCanvas(target, height, width).toDataURL(),
    ...{ organism, made: { target, height, width } },
  };
}
