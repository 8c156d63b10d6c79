// @ts-check
// Living cells and the difference to the target over time.

import { element } from './elements.js';
import { Keeper } from './keeper.js';
import { Plot } from './plot.js';
import { Target } from './target.js';

export class Statistics {
  /** @type {Target | null} */
  target = null;
  /** What the target was loaded for. @type {{entry: import('./entry.js').Entry | null, aim: string}} */
  #aimed = { entry: null, aim: '' };

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
    this.refresh();
  }

  /** Loads the target of what grows, rotated like its perception, unless it is there already. */
  async aim() {
    const { entry, picture } = this.garden;
    const { angle } = this.dish.conditions;
    const aim = `${picture} ${angle}`;
    if (entry === this.#aimed.entry && aim === this.#aimed.aim) return;
    this.#aimed = { entry, aim };
    this.target = null;
    const target = picture ? await Target.load(picture, angle) : null;
    if (this.#aimed.entry !== entry || this.#aimed.aim !== aim) return;
    this.target = target;
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
    element('#empty').hidden = cells > 0 || age === 0;
    element('#living').textContent = cells.toLocaleString('en');
    element('#loss').textContent = loss === null ? '–' : loss.toPrecision(2);
  }
}
