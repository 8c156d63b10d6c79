// @ts-check
// Connects the controls of the page with what they do.

import { attempt } from './attempt.js';
import { element, input } from './elements.js';
import { acceptDrops } from './files.js';
import { SPEEDS } from './player.js';

/**
 * @typedef {import('./actions.js').Actions} Actions
 * @typedef {import('./hand.js').Hand} Hand
 */

const LARGEST_BRUSH = 40;

/** @param {string} selector @param {string} event @param {(target: HTMLInputElement) => unknown} action */
function on(selector, event, action) {
  element(selector).addEventListener(event, ({ currentTarget }) =>
    attempt(() => action(/** @type {HTMLInputElement} */ (currentTarget))),
  );
}

export class Controls {
  /** @param {Actions} actions @param {Hand} hand */
  constructor(actions, hand) {
    this.actions = actions;
    this.hand = hand;
    this.#time();
    this.#tools();
    this.#settings();
    this.#files();
    actions.parts.display.hand(hand);
    this.changeSpeed(0);
  }

  /** @param {number} by */
  changeBrush(by) {
    this.hand.radius = Math.min(Math.max(this.hand.radius + by, 1), LARGEST_BRUSH);
    this.actions.parts.display.hand(this.hand);
  }

  /** @param {number} by places of the slider */
  changeSpeed(by) {
    const place = Math.min(Math.max(Number(input('#speed').value) + by, 0), SPEEDS.length - 1);
    this.setSpeed(SPEEDS[place]);
  }

  /** @param {number} speed steps per second, one of `SPEEDS` */
  setSpeed(speed) {
    const { player, display } = this.actions.parts;
    player.speed = speed;
    display.speed(speed);
  }

  /** @param {import('./hand.js').Tool} tool */
  use(tool) {
    if (tool === 'paint' && !this.actions.parts.bodies.names.length) return;
    const { display, bodies, garden } = this.actions.parts;
    this.hand.tool = tool;
    // In a dish where one plants, another pattern is another one to plant.
    garden.keeps = tool === 'plant';
    bodies.paints = tool === 'paint';
    display.hand(this.hand);
    this.invite();
  }

  /** Says what the tool does. */
  invite() {
    const { caption, garden } = this.actions.parts;
    caption.invite(this.hand.tool, garden.entry?.label ?? 'organism');
  }

  #time() {
    const { actions } = this;
    on('#play', 'click', () => actions.toggle());
    on('#step', 'click', () => actions.step());
    for (const button of ['#reset', '#regrow']) on(button, 'click', () => actions.reset());
    on('#undo', 'click', () => actions.undo());
    on('#speed', 'input', () => this.changeSpeed(0));
  }

  #tools() {
    on('#tools', 'change', () => this.use(/** @type {import('./hand.js').Tool} */ (input('#tools :checked').value)));
    this.actions.parts.bodies.addEventListener('grow', (event) =>
      attempt(() => this.actions.grow(/** @type {CustomEvent} */ (event).detail)),
    );
    this.actions.parts.garden.addEventListener('changed', () => {
      // Not every organism has bodies to paint.
      if (this.hand.tool === 'paint' && !this.actions.parts.bodies.names.length) this.use('erase');
      const { entry } = this.actions.parts.garden;
      this.hand.planted = entry && { picture: entry.picture, cells: entry.width };
      if (this.hand.tool === 'plant') this.invite();
    });
    on('#mix', 'click', () => this.actions.mix());
    on('#brush-size', 'input', ({ value }) => this.changeBrush(Number(value) - this.hand.radius));
    on('#angle', 'input', ({ value }) => this.actions.set({ angle: (Number(value) * Math.PI) / 180 }));
  }

  #settings() {
    const { actions } = this;
    on('#size', 'change', ({ value }) => {
      const [width, height] = value.split('x').map(Number);
      actions.resize(width, height ?? width);
    });
    on('#edge', 'change', ({ value }) => actions.choose({ edge: value === 'wrap' ? 'wrap' : 'dead' }));
    on('#fire-rate', 'input', ({ value }) => actions.choose({ fireRate: Number(value) }));
    on('#seed', 'change', ({ value }) => actions.reseed(value === '' ? NaN : Number(value)));
    on('#dice', 'click', () => actions.reseed());
    on('#eight-bits', 'change', ({ checked }) => actions.set({ eightBits: checked }));
  }

  #files() {
    const { actions } = this;
    on('#share', 'click', () => actions.share());
    on('#help', 'click', () => actions.help());
    on('#open', 'change', async (target) => {
      await attempt(() => actions.open([...(target.files ?? [])]));
      target.value = '';
    });
    acceptDrops(element('#drop'), (files) => attempt(() => actions.open(files)));
    const sheet = /** @type {HTMLDialogElement} */ (element('#sheet'));
    sheet.addEventListener('click', ({ target }) => {
      if (target === sheet) sheet.close();
    });
  }
}
