// @ts-check
// Organisms side by side: each in a dish of its own, under one hand. The same cut is made in all of them.

import { Dish } from './dish.js';
import { element } from './elements.js';
import { Hand } from './hand.js';
import { GROWN, stillness } from './motion.js';
import { patternOf } from './pattern.js';
import { Player } from './player.js';
import { Scars } from './scars.js';

/**
 * @typedef {import('./entry.js').Entry} Entry
 * @typedef {import('./organism.js').Organism} Organism
 * @typedef {import('./hand.js').Place} Place
 * @typedef {{dish: Dish, scars: Scars, figure: HTMLElement}} Seen
 */

export class Comparison {
  /** @type {Seen[]} */
  #seen = [];
  /** @type {Player | null} */
  #player = null;
  #wasPlaying = false;

  /** @param {import('./actions.js').Actions} actions */
  constructor(actions) {
    this.actions = actions;
    const { garden } = actions.parts;
    element('#compare-cut').addEventListener('click', () => this.#cutAcross());
    element('#compare-again').addEventListener('click', () => this.#restart());
    element('#compare-end').addEventListener('click', () => this.close());
    addEventListener('keydown', ({ key }) => key === 'Escape' && this.close());
    for (const event of ['asked', 'changed', 'wanted']) garden.addEventListener(event, () => this.#offer());
    garden.addEventListener('asked', () => this.close());
    this.#offer();
  }

  /** Those with the target of the one that is picked, one of each kind of training besides it. @returns {Entry[]} */
  get #kin() {
    const { entry, entries } = this.actions.parts.garden;
    const isShown = (/** @type {Entry} */ each) =>
      each.url === '' || each.name === entry?.name || patternOf(each, entries) === each.target;
    const kin = entries.filter(({ target, experiment }) => target !== null && target === entry?.target && experiment);
    return kin.filter(isShown);
  }

  /** Offers it where there is something to compare. */
  #offer() {
    element('#compare').hidden = this.#kin.length < 2;
  }

  async open() {
    const { garden, player } = this.actions.parts;
    const { entry: picked } = garden;
    const kin = [...this.#kin].reverse();
    const organisms = await Promise.all(kin.map((entry) => garden.load(entry)));
    // Asked for twice, or another pattern was picked meanwhile.
    if (this.#seen.length || garden.entry !== picked || garden.wanted) return;
    this.#wasPlaying = player.playing;
    player.pause();
    this.actions.showPlaying();
    document.documentElement.dataset.comparing = 'yes';
    this.#seen = kin.map((entry, place) => this.#show(entry, organisms[place]));
    element('#comparison-dishes').replaceChildren(...this.#seen.map(({ figure }) => figure));
    this.#play();
    element('#compare-cut').focus({ preventScroll: true });
    element('#frame').scrollIntoView({ block: 'nearest' });
  }

  close() {
    if (!this.#seen.length) return;
    this.#player?.stop();
    for (const { dish } of this.#seen) dish.device.close();
    this.#seen = [];
    element('#comparison-dishes').replaceChildren();
    delete document.documentElement.dataset.comparing;
    if (this.#wasPlaying) this.actions.parts.player.play();
    this.actions.showPlaying();
    element('#compare').focus();
  }

  /** @param {Entry} entry @param {Organism} organism @returns {Seen} */
  #show(entry, organism) {
    const figure = document.createElement('figure'),
      canvas = document.createElement('canvas'),
      brush = Object.assign(document.createElement('div'), { className: 'brush', hidden: true }),
      scars = Object.assign(document.createElement('canvas'), { className: 'painted' });
    figure.append(
      Object.assign(document.createElement('figcaption'), { textContent: entry.experiment }),
      canvas,
      scars,
      brush,
    );
    Object.assign(canvas, { className: 'dish', width: 4 * entry.width, height: 4 * entry.height });
    canvas.setAttribute('role', 'img');
    canvas.ariaLabel = `${entry.label}, ${entry.experiment}`;
    const { conditions, engine } = this.actions.parts.dish;
    const { height, width } = entry;
    const { seed } = conditions;
    const dish = new Dish(canvas, { height, width, seed, edge: 'wrap', fireRate: organism.rule.fire_rate }, engine);
    dish.ground = this.actions.parts.dish.ground;
    dish.plant(dish.add(organism));
    new Hand(dish, brush, {
      begin: () => {},
      erase: (from, to, radius) => this.#erase(from, to, radius),
      plant: () => {},
      say: () => {},
    });
    return { dish, scars: new Scars(scars, dish), figure };
  }

  /** Plays all of them in step. */
  #play() {
    const dishes = this.#seen.map(({ dish }) => dish);
    const all = {
      mark: () => dishes[dishes.length - 1].mark(),
      get lost() {
        return dishes.some(({ lost }) => lost);
      },
      step: (steps = 1) => dishes.forEach((dish) => dish.step(steps)),
      draw: () => dishes.forEach((dish) => dish.draw()),
      addEventListener: (/** @type {string} */ type, /** @type {() => void} */ does) =>
        dishes.forEach((dish) => dish.addEventListener(type, does)),
    };
    this.#player = new Player(all, () => {
      element('#comparison-steps').textContent = `${dishes[0].age.toLocaleString('en')} steps`;
    });
    this.#player.speed = this.actions.parts.player.speed;
    if (stillness.matches) all.step(GROWN);
    else this.#player.play();
    this.#player.show();
  }

  /** @param {Place} from @param {Place} to @param {number} radius */
  #erase(from, to, radius) {
    for (const { dish, scars } of this.#seen) {
      dish.erase(from, to, radius);
      scars.add(from, to, radius);
    }
    this.#player?.show();
  }

  #cutAcross() {
    const { width, height } = this.#seen[0].dish.conditions;
    this.#erase({ x: width * 0.15, y: height / 2 }, { x: width * 0.85, y: height / 2 }, 3.5);
  }

  #restart() {
    for (const { dish } of this.#seen) {
      dish.clear();
      dish.plant(1);
    }
    this.#player?.show();
  }
}
