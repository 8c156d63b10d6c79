// @ts-check
// Living cells and the difference to the target over time.

import { element } from './elements.js';
import { Keeper } from './keeper.js';
import { Plot } from './plot.js';
import { Target } from './target.js';

export class Statistics {
  /** @type {Target | null} */
  target = null;

  /** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden
   * @param {import('./player.js').Player} player */
  constructor(dish, garden, player) {
    this.dish = dish;
    this.garden = garden;
    this.plot = new Plot(/** @type {HTMLCanvasElement} */ (element('#plot')));
    this.keeper = new Keeper(dish, player, (survey) => this.#show(survey));
    element('#statistics').addEventListener('toggle', () => this.plot.draw());
  }

  /** Starts again, for another organism or from the beginning. */
  begin() {
    this.plot.clear();
    this.aim();
  }

  /** Loads the target of the organism that was picked, rotated like its perception. */
  async aim() {
    const { entry } = this.garden;
    const { angle } = this.dish.conditions;
    const target = entry?.picture ? await Target.load(entry.picture, angle) : null;
    if (this.garden.entry === entry && this.dish.conditions.angle === angle) this.target = target;
    this.refresh();
  }

  /** The cells have changed: shows them soon. */
  refresh() {
    this.keeper.refresh();
  }

  /** @param {import('./dish.js').Survey} survey */
  #show({ age, picture, living }) {
    const { height, width } = this.dish.conditions;
    const cells = [...living.values()].reduce((sum, { cells: count }) => sum + count, 0);
    const loss = this.target && this.garden.alone ? this.target.difference(picture, height, width) : null;
    this.plot.add({ age, living: cells, loss });
    this.plot.draw();
    element('#living').textContent = cells.toLocaleString('en');
    element('#loss').textContent = loss === null ? '–' : loss.toPrecision(2);
  }
}
