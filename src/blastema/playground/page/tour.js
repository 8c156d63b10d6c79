// @ts-check
// The opening, and the tour of the experiments: each station sets up the dish, acts, and says what to try.

import { attempt } from './attempt.js';
import { element } from './elements.js';
import { stillness } from './motion.js';
import { ARTICLE, OPENING, STATIONS } from './stations.js';
import { isStored, store } from './stored.js';

/** @typedef {import('./stations.js').Station} Station */

const SEEN = 'blastema-opening-seen';
/** Steps a second: slow enough to read along. */
const OPENING_SPEED = 20,
  TOUR_SPEED = 60;

export class Tour {
  /** @type {Station | null} */
  #station = null;

  /** @param {import('./actions.js').Actions} actions @param {import('./acts.js').Acts} acts
   * @param {import('./controls.js').Controls} controls */
  constructor(actions, acts, controls) {
    this.actions = actions;
    this.acts = acts;
    this.controls = controls;
    const { entries } = actions.parts.garden;
    /** Those whose organism the page has, by their number. @type {Map<number, Station>} */
    this.stations = new Map(
      STATIONS.flatMap((station, place) =>
        entries.some(({ name }) => name === station.organism) ? [[place + 1, station]] : [],
      ),
    );
    element('#tour').hidden = this.stations.size === 0;
    const buttons = [...this.stations].map(([number, { name }]) => this.#button(number, name));
    element('#stations').replaceChildren(...buttons);
    element('#station-next').addEventListener('click', () => attempt(() => this.next()));
    element('#station-end').addEventListener('click', () => this.end());
    element('#skip').addEventListener('click', () => acts.stop());
  }

  /** Shows the opening, if the user has not seen it and nothing was asked for. */
  open() {
    const { player, caption, garden } = this.actions.parts;
    if (stillness.matches || isStored(SEEN) || garden.entry?.experiment !== 'regenerating') return;
    store(SEEN, 'yes');
    const before = player.speed;
    this.controls.setSpeed(OPENING_SPEED);
    element('#skip').hidden = false;
    caption.used();
    this.acts.play(OPENING, () => {
      element('#skip').hidden = true;
      this.controls.setSpeed(before);
      caption.tell('');
      this.controls.invite();
    });
  }

  /** Goes to a station; false if there is none with this number. @param {number} number from 1 */
  async visit(number) {
    const station = this.stations.get(number);
    if (!station) return false;
    this.acts.stop();
    this.#show(number, station);
    const { caption, garden } = this.actions.parts;
    caption.tell('');
    const entry = garden.entries.find(({ name }) => name === station.organism);
    this.controls.use('erase');
    garden.chosen.clear();
    await this.actions.pick(/** @type {import('./entry.js').Entry} */ (entry));
    if (this.#station !== station) return true;
    this.actions.set({ angle: ((station.angle ?? 0) * Math.PI) / 180 });
    this.controls.setSpeed(TOUR_SPEED);
    this.actions.start();
    this.actions.showPlaying();
    if (!stillness.matches) this.acts.play(station.scenes);
    return true;
  }

  next() {
    const numbers = [...this.stations.keys()];
    const place = numbers.findIndex((number) => this.stations.get(number) === this.#station);
    return this.visit(numbers[(place + 1) % numbers.length]);
  }

  /** Leaves the tour; what grows goes on. */
  end() {
    this.acts.stop();
    this.#station = null;
    this.#bringUp();
    element('#station').hidden = true;
    this.#mark(0);
    history.replaceState(null, '', location.pathname + location.search);
  }

  /** @param {number} number @param {Station} station */
  #show(number, station) {
    this.#station = station;
    this.#bringUp(station.controls);
    this.#mark(number);
    history.replaceState(null, '', `#tour=${number}`);
    element('#station').hidden = false;
    element('#station-says').textContent = station.says;
    element('#station-asks').textContent = station.asks;
    const link = /** @type {HTMLAnchorElement} */ (element('#station-section'));
    link.hidden = station.section === null;
    if (station.section) link.href = `${ARTICLE}#${station.section}`;
    const isLast = number === [...this.stations.keys()].at(-1);
    element('#station-next').hidden = isLast;
  }

  /** Shows a group of controls above the others. @param {string} [controls] its id */
  #bringUp(controls) {
    for (const group of element('#panel').children) group.classList.toggle('asked', group.id === controls);
  }

  /** @param {number} number of the station to mark, 0 for none */
  #mark(number) {
    for (const button of element('#stations').querySelectorAll('button'))
      button.toggleAttribute('aria-current', Number(button.value) === number);
  }

  /** @param {number} number @param {string} name */
  #button(number, name) {
    const button = Object.assign(document.createElement('button'), { type: 'button', value: String(number) });
    button.append(Object.assign(document.createElement('b'), { textContent: number }), ` ${name}`);
    button.addEventListener('click', () => attempt(() => this.visit(number)));
    return button;
  }
}
