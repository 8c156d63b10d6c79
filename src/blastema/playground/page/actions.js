// @ts-check
// What the user can do on the page. Each action changes the dish, shows the result and announces it.

import { element, say } from './elements.js';
import { PlaygroundError } from './errors.js';
import { contentOf, isPicture } from './files.js';
import { randomSeed } from './firing.js';
import { mixtureSaid } from './mixture.js';
import { GROWN, stillness } from './motion.js';
import { share } from './share.js';

/**
 * @typedef {import('./entry.js').Entry} Entry
 * @typedef {{dish: import('./dish.js').Dish, garden: import('./garden.js').Garden,
 *   player: import('./player.js').Player, statistics: import('./statistics.js').Statistics,
 *   inside: import('./inside.js').Inside, display: import('./display.js').Display,
 *   bodies: import('./bodies.js').Bodies, caption: import('./caption.js').Caption,
 *   scars: import('./scars.js').Scars, fit: () => void}} Parts
 *   fit: fits the canvas to the page
 */

export class Actions {
  /** @param {Parts} parts */
  constructor(parts) {
    this.parts = parts;
  }

  // Showing

  /** After a change of the cells. */
  changed() {
    const { display, statistics, player, bodies } = this.parts;
    display.undo();
    bodies.refresh();
    statistics.aim();
    statistics.refresh();
    player.show();
  }

  /** After a change of the organism or the size: everything that shows it is brought up to date. */
  arrived() {
    const { display, statistics, inside, fit } = this.parts;
    statistics.begin();
    inside.refresh();
    display.conditions();
    fit();
    this.changed();
  }

  /** Lets a new organism grow at once if users prefer reduced motion, and nothing moves. */
  settle() {
    const { dish, garden, player } = this.parts;
    if (stillness.matches && !player.playing && garden.alone) dish.step(GROWN);
  }

  /** Plays, or shows what it has grown to if users prefer reduced motion. */
  start() {
    if (stillness.matches) this.settle();
    else this.parts.player.play();
  }

  showPlaying() {
    const { display, player } = this.parts;
    display.playing(player.playing);
    player.show();
  }

  // Organisms

  /** @param {Entry} entry */
  async pick(entry) {
    const { garden, caption } = this.parts;
    if (!(await garden.pick(entry))) return;
    this.settle();
    this.arrived();
    const kind = entry.experiment ? `, ${entry.experiment},` : '';
    if (garden.keeps) caption.tell(`${entry.label} will be planted next`);
    else say(`${entry.label}${kind} grows from one cell`);
  }

  /** Takes a picture as what to make, where the page can. @type {((file: File) => unknown) | null} */
  take = null;

  /** @param {File[]} files */
  async open(files) {
    for (const file of files) {
      if (this.take && (await isPicture(file))) {
        await this.take(file);
        continue;
      }
      await this.parts.garden.open(await contentOf(file), file.name);
      this.settle();
      this.arrived();
      say(`${file.name} grows from one cell`);
    }
  }

  async mix() {
    const { garden } = this.parts;
    const count = await garden.mix();
    if (!count) return;
    for (const side of ['height', 'width']) garden.chosen.add(side);
    this.arrived();
    say(`${count} different organisms planted`);
  }

  /** Puts the newest organism of a training into the dish. @param {ArrayBuffer} content @param {string} name */
  async replace(content, name) {
    await this.parts.garden.replace(content, name);
    this.parts.display.conditions();
    this.changed();
  }

  // Time

  toggle() {
    const { dish, player, statistics } = this.parts;
    if (player.playing) player.pause();
    else player.play();
    this.showPlaying();
    statistics.refresh();
    say(player.playing ? 'Playing' : `Paused at step ${dish.age}`);
  }

  step() {
    const { dish, player } = this.parts;
    player.step();
    this.showPlaying();
    this.changed();
    say(`Step ${dish.age}`);
  }

  reset() {
    this.parts.garden.remember();
    this.restart();
    say('Restarted from one cell');
  }

  /** As reset, without a way back. */
  restart() {
    this.parts.garden.reset();
    this.parts.statistics.begin();
    this.changed();
  }

  undo() {
    const { dish, garden, inside, display, statistics, caption, fit } = this.parts;
    if (!garden.undo()) return;
    statistics.turn();
    inside.refresh();
    display.conditions();
    fit();
    this.changed();
    caption.tell(`Back to step ${dish.age}`);
  }

  // Cells

  /** @param {import('./hand.js').Place} from @param {import('./hand.js').Place} to @param {number} radius */
  erase(from, to, radius) {
    const { dish, statistics, scars } = this.parts;
    statistics.cut();
    dish.erase(from, to, radius);
    scars.add(from, to, radius);
    this.changed();
  }

  /** @param {number} x @param {number} y cell */
  plant(x, y) {
    this.parts.garden.plant(x, y);
    this.changed();
    say('Seed planted');
  }

  // Bodies

  /** The whole dish grows a body, or a blend of two. @param {import('./bodies.js').Grow} grow */
  grow({ mixture, begins, says }) {
    const { dish, garden, display } = this.parts;
    if (begins) garden.remember();
    dish.setSignal(garden.number, mixture);
    display.conditions();
    this.changed();
    if (says) say(`The dish grows ${mixtureSaid(mixture, garden.signals)}`);
  }

  nextBody() {
    const { bodies } = this.parts;
    if (bodies.names.length > 1) this.grow({ mixture: bodies.next(), begins: true, says: true });
  }

  /** @param {import('./hand.js').Place} from @param {import('./hand.js').Place} to @param {number} radius */
  paint(from, to, radius) {
    const { dish, garden, bodies } = this.parts;
    dish.paint(garden.number, bodies.painted, { from, to, radius });
    this.changed();
  }

  // Conditions

  /** @param {Partial<import('./conditions.js').Conditions>} conditions */
  set(conditions) {
    const { dish, display, statistics } = this.parts;
    dish.set(conditions);
    if ('angle' in conditions) statistics.aim();
    display.conditions();
    this.changed();
  }

  /** Sets conditions that stay when another organism is picked.
   * @param {Partial<import('./conditions.js').Conditions>} conditions */
  choose(conditions) {
    for (const name of Object.keys(conditions)) this.parts.garden.chosen.add(name);
    this.set(conditions);
  }

  /** @param {number} width @param {number} height */
  resize(width, height) {
    this.parts.garden.remember();
    this.choose({ width, height });
    this.parts.fit();
  }

  /** Grows again with another random seed. @param {number} [seed] */
  reseed(seed = randomSeed()) {
    if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
      this.parts.display.conditions();
      throw new PlaygroundError(`the random seed must be a whole number from 0 to ${2 ** 32 - 1}`);
    }
    this.set({ seed });
    this.reset();
  }

  // Elsewhere

  share() {
    return share(this.parts.dish, this.parts.garden);
  }

  help() {
    const sheet = /** @type {HTMLDialogElement} */ (element('#sheet'));
    sheet.showModal();
    sheet.scrollTop = 0;
  }
}
