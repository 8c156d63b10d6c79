// @ts-check
// For exhibitions (`?kiosk`): one pattern after another grows, is cut and heals, until somebody touches the dish, and
// again once nobody has for a while.

import { attempt } from './attempt.js';

/** How long nobody must have touched the dish, in milliseconds. */
const ALONE = 30_000;

/** @type {import('./acts.js').Scene[]} */
const SCENES = [
  { at: 0, says: 'It grows from a single cell. No cell knows the picture.' },
  { at: 200, says: 'A cut …', cuts: true },
  { at: 240, says: '… and it grows back.' },
  { at: 420, says: 'Drag across it: cut it yourself.' },
  { at: 700 },
];

export class Kiosk {
  #touched = -Infinity;
  /** The place in the list of the pattern that grows. */
  #place = -1;
  #isLoading = false;

  /** @param {import('./actions.js').Actions} actions @param {import('./acts.js').Acts} acts */
  constructor(actions, acts) {
    this.actions = actions;
    this.acts = acts;
    const { garden } = actions.parts;
    this.entries = garden.entries.filter(({ experiment }) => experiment === 'regenerating');
    for (const type of ['pointerdown', 'pointermove', 'keydown'])
      addEventListener(type, () => {
        this.#touched = Date.now();
      });
    setInterval(() => !acts.isOn && !this.#isLoading && Date.now() - this.#touched > ALONE && this.#next(), 1000);
    this.#next();
  }

  /** Shows the next pattern. */
  #next() {
    return attempt(async () => {
      this.#place = (this.#place + 1) % Math.max(this.entries.length, 1);
      const entry = this.entries[this.#place];
      if (!entry) return;
      this.#isLoading = true;
      await this.actions.pick(entry).finally(() => {
        this.#isLoading = false;
      });
      this.actions.parts.player.play();
      this.actions.showPlaying();
      this.acts.play(SCENES, (isWhole) => isWhole && this.#next());
    });
  }
}
