// @ts-check
// The dish in a notebook (anywidget): an organism grows in the output of a cell.

import { Dish } from './dish.js';
import { Hand } from './hand.js';
import { Keeper } from './keeper.js';
import { readOrganism } from './organism.js';
import { Player } from './player.js';
import { signalsOf } from './signal_names.js';

/**
 * @typedef {{get: (name: string) => any, on: (event: string, listener: () => void) => void,
 *   off: (event: string, listener: () => void) => void}} Model  the widget's traits in Python
 */

/** Pixels of the longer side of a dish, about. */
const SIDE = 432;
/** The radius of the brush, as a part of the longer side. */
const BRUSH = 1 / 12;

/** @param {{model: Model, el: HTMLElement}} widget @returns {() => void} what removes it */
function render({ model, el }) {
  try {
    return grow(model, el);
  } catch (error) {
    el.textContent = error instanceof Error ? error.message : String(error);
    return () => {};
  }
}

/** @param {Model} model @param {HTMLElement} el @returns {() => void} what removes it */
function grow(model, el) {
  const [height, width] = [model.get('height'), model.get('width')];
  const { canvas, brush, buttons, counter } = laidOut(el, height, width);
  const organism = organismOf(model);
  const { edge, fire_rate: fireRate } = organism.rule;
  const dish = new Dish(canvas, { height, width, edge, fireRate, seed: model.get('seed'), angle: model.get('angle') });
  const number = dish.add(organism);
  dish.plant(number);
  const player = new Player(dish, () => {
    counter.textContent = `${dish.age.toLocaleString('en')} ${dish.age === 1 ? 'step' : 'steps'}`;
    buttons.play.textContent = player.playing ? 'Pause' : 'Play';
  });
  const keeper = new Keeper(dish, player);
  const changed = () => {
    player.show();
    keeper.refresh();
  };
  connect(dish, number, brush, changed);
  el.append(...bodiesOf(dish, number, organism, changed));
  press(buttons, dish, number, player, changed);
  const rotate = () => dish.set({ angle: model.get('angle') });
  model.on('change:angle', rotate);
  if (!matchMedia('(prefers-reduced-motion: reduce)').matches) player.play();
  return () => {
    player.stop();
    keeper.stop();
    model.off('change:angle', rotate);
    dish.device.close();
  };
}

/** Lets the buttons do what they say. @param {Record<'play' | 'step' | 'reset', HTMLButtonElement>} buttons
 * @param {Dish} dish @param {number} number of the organism @param {Player} player @param {() => void} changed */
function press(buttons, dish, number, player, changed) {
  const actions = {
    play: () => (player.playing ? player.pause() : player.play()),
    step: () => player.step(),
    reset: () => {
      dish.clear();
      dish.plant(number);
    },
  };
  for (const name of /** @type {const} */ (['play', 'step', 'reset'])) {
    buttons[name].onclick = () => {
      actions[name]();
      changed();
    };
  }
}

/** A row of buttons for what an organism with signals can grow; nothing for one without. @param {Dish} dish
 * @param {number} number of the organism @param {import('./organism.js').Organism} organism
 * @param {() => void} changed */
function bodiesOf(dish, number, { rule }, changed) {
  const buttons = signalsOf(rule).map((name, signal) => {
    const button = made('button', { type: 'button', textContent: name, ariaPressed: String(signal === 0) });
    button.onclick = () => {
      dish.setSignal(number, signal);
      buttons.forEach((other) => other.setAttribute('aria-pressed', String(other === button)));
      changed();
    };
    return button;
  });
  if (!buttons.length) return [];
  const row = made('div', { className: 'buttons bodies', role: 'group', ariaLabel: 'Body' });
  row.append(...buttons);
  return [row];
}

/** @param {Model} model */
function organismOf(model) {
  /** @type {DataView} */
  const view = model.get('content');
  const content = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice().buffer;
  return readOrganism(content, 'the organism');
}

/** Lets the user cut and plant. @param {Dish} dish @param {number} number of the organism @param {HTMLElement} brush
 * @param {() => void} changed */
function connect(dish, number, brush, changed) {
  const hand = new Hand(dish, brush, {
    begin: () => {},
    erase: (from, to, radius) => {
      dish.erase(from, to, radius);
      changed();
    },
    plant: (x, y) => {
      dish.plant(number, x, y);
      changed();
    },
    say: () => {},
  });
  hand.radius = Math.max(dish.conditions.height, dish.conditions.width) * BRUSH;
}

/** @param {HTMLElement} el @param {number} height @param {number} width of the grid */
function laidOut(el, height, width) {
  const zoom = Math.max(1, Math.round(SIDE / Math.max(height, width)));
  const pixels = zoom * Math.max(1, Math.round(devicePixelRatio));
  const canvas = made('canvas', { className: 'dish', width: width * pixels, height: height * pixels, tabIndex: 0 });
  canvas.setAttribute('role', 'application');
  canvas.setAttribute('aria-label', 'a living organism; drag to cut, double-click to plant another one');
  const brush = made('div', { className: 'brush', hidden: true });
  const frame = made('div', { className: 'frame' });
  frame.style.width = `${width * zoom}px`;
  frame.append(canvas, brush);
  const [play, step, reset] = ['Pause', 'Step', 'Reset'].map((textContent) =>
    made('button', { type: 'button', textContent }),
  );
  const counter = made('output', {});
  const row = made('div', { className: 'buttons' });
  row.append(play, step, reset, counter);
  el.classList.add('blastema-notebook');
  // The keys of the dish are not those of the notebook, where X cuts a whole cell.
  el.dataset.lmSuppressShortcuts = 'true';
  el.replaceChildren(frame, row);
  return { canvas, brush, buttons: { play, step, reset }, counter };
}

/** @template {keyof HTMLElementTagNameMap} Name @param {Name} name
 * @param {Partial<HTMLElementTagNameMap[Name]>} properties */
function made(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

export default { render };
