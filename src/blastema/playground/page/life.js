// @ts-check
// Life and loss over time: looks at the dish now and then, and shows what it finds.

import { element } from './elements.js';
import { Plot } from './plot.js';
import { Target } from './target.js';

/** Milliseconds between two looks, and between two copies of the cells that outlive the graphics card. */
const EVERY = 300;
const KEPT_EVERY = 2000;

export class Life {
  /** @type {Target | null} */
  target = null;
  #due = true;
  #busy = false;
  #kept = 0;

  /** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden @param {import('./player.js').Player} player */
  constructor(dish, garden, player) {
    this.dish = dish;
    this.garden = garden;
    this.player = player;
    this.plot = new Plot(/** @type {HTMLCanvasElement} */ (element('#plot')));
    setInterval(() => this.#look(), EVERY);
    element('#life').addEventListener('toggle', () => this.plot.draw());
  }

  /** Another organism grows, from the beginning. */
  begin() {
    this.plot.clear();
    this.aim();
    this.look();
  }

  /** Finds the picture that is aimed at, turned as the cells are. */
  async aim() {
    const { entry } = this.garden;
    const picture = entry?.picture ?? null,
      { angle } = this.dish.conditions;
    const target = picture ? await Target.load(picture, angle) : null;
    if (this.garden.entry === entry && this.dish.conditions.angle === angle) this.target = target;
    this.look();
  }

  /** Something changed: looks soon. */
  look() {
    this.#due = true;
  }

  async #look() {
    const { dish, player } = this;
    if (this.#busy || dish.lost || !(player.playing || this.#due)) return;
    this.#busy = true;
    this.#due = false;
    try {
      const survey = await dish.survey();
      if (survey) this.#show(survey);
      else this.#due = true;
      if (performance.now() - this.#kept > KEPT_EVERY) {
        await dish.checkpoint();
        this.#kept = performance.now();
      }
    } finally {
      this.#busy = false;
    }
  }

  /** @param {import('./dish.js').Survey} survey */
  #show({ age, picture, living }) {
    const { height, width } = this.dish.conditions;
    const cells = [...living.values()].reduce((sum, { cells: some }) => sum + some, 0);
    const loss = this.target && this.garden.alone ? this.target.difference(picture, height, width) : null;
    this.plot.add({ age, living: cells, loss });
    this.plot.draw();
    element('#living').textContent = cells.toLocaleString('en');
    element('#loss').textContent = loss === null ? '–' : loss.toPrecision(2);
  }
}
