// @ts-check
// Living cells and the likeness to the target over time, and how long it takes to heal.

import { element } from './elements.js';
import { Healing } from './healing.js';
import { Keeper } from './keeper.js';
import { Plot } from './plot.js';
import { Target } from './target.js';

export class Statistics {
  /** @type {Target | null} */
  target = null;
  /** As last seen, 0 to 1; null if there is nothing to compare with. @type {number | null} */
  likeness = null;
  #healing = new Healing();
  #isNewCut = false;
  /** What the target was loaded for. @type {{entry: import('./entry.js').Entry | null, aim: string}} */
  #aimed = { entry: null, aim: '' };

  /** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden
   * @param {import('./player.js').Player} player
   * @param {(steps: number) => void} onHealed is called when all that was cut is back, so many steps after the cut */
  constructor(dish, garden, player, onHealed) {
    this.dish = dish;
    this.onHealed = onHealed;
    this.garden = garden;
    this.plot = new Plot(/** @type {HTMLCanvasElement} */ (element('#plot')));
    this.keeper = new Keeper(dish, player, (survey) => this.#show(survey));
    element('#statistics').addEventListener('toggle', () => this.plot.draw());
  }

  /** A hand comes to the dish. */
  touch() {
    this.#isNewCut = true;
  }

  /** The dish is being cut. */
  cut() {
    this.#healing.cut(this.dish.age, this.likeness);
    if (this.#isNewCut) this.plot.mark(this.dish.age);
    this.#isNewCut = false;
  }

  /** The cells are others than a moment ago, and not by a cut. */
  turn() {
    this.#healing.forget();
  }

  /** Starts again, for another organism or from the beginning. */
  begin() {
    this.turn();
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
    this.turn();
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
    const likeness = this.target && this.garden.alone ? this.target.likeness(picture, height, width) : null;
    this.likeness = likeness;
    this.plot.add({ age, living: cells, likeness });
    this.plot.draw();
    element('#legend').classList.toggle('cut', this.plot.cuts.length > 0);
    const healed = this.#healing.look(age, likeness);
    if (healed !== null) this.onHealed(healed);
    element('#empty').hidden = cells > 0 || age === 0;
    element('#living').textContent = cells.toLocaleString('en');
    // Rounded down: 100 only if all of it is back.
    element('#likeness').textContent = likeness === null ? '–' : `${(Math.floor(1000 * likeness) / 10).toFixed(1)} %`;
  }
}
