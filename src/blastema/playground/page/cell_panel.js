// @ts-check
// Shows one cell in the panel: its neighbourhood, its state, and its next step in four stages.

import { element } from './elements.js';
import { Numbers } from './numbers.js';
import { Strip, shown } from './strips.js';
import { labelsOf, shortName } from './views.js';

/**
 * @typedef {import('./one_cell.js').Step} Step
 * @typedef {import('./one_cell.js').Alphas} Alphas
 * @typedef {import('./rule.js').Rule} Rule
 */

/** Updates are small: half of a bar's length. */
const SMALL = 0.03;

/** Why a cell is alive or dead. @param {boolean} isAlive @param {Alphas} alphas @param {Rule} rule */
export function reason(isAlive, { own, highest, threshold }, { alive_above: usual }) {
  const above = Number.isFinite(threshold) ? threshold : usual;
  if (!isAlive) return `no alpha in its 3 × 3 neighbourhood is above ${above}`;
  if (own > above) return `its alpha, ${shown(own)}, is above ${above}`;
  return `a neighbour's alpha, ${shown(highest)}, is above ${above}`;
}

export class CellPanel {
  /** @type {Strip[]} */
  #perception = [];
  #filters = '';

  /** @param {import('./dish.js').Dish} dish */
  constructor(dish) {
    this.dish = dish;
    this.state = new Numbers(element('#cell-state'));
    this.update = new Numbers(element('#cell-update'), SMALL);
    this.next = new Numbers(element('#cell-next'));
    this.hidden = new Strip(/** @type {HTMLCanvasElement} */ (element('#cell-hidden')), {
      name: 'Hidden units',
      nameOf: (place) => `unit ${place}:`,
      isField: true,
      ground: () => dish.ground,
      says: element('#cell-think'),
    });
    const around = Array.from({ length: 9 }, () => document.createElement('span'));
    element('#cell-around').replaceChildren(...around);
  }

  /** The cell as it is now. @param {Step} step @param {{x: number, y: number}} cell @param {Rule} rule */
  showCell(step, { x, y }, rule) {
    element('#cell-where').textContent = `Column ${x + 1}, row ${y + 1}`;
    const why = reason(step.isAlive, step.alphas.now, rule);
    element('#cell-alive').textContent = `${step.isAlive ? 'Alive' : 'Dead'}: ${why}.`;
    this.state.show(step.state, rule.channels);
    this.#showAround(step);
  }

  /** Its next step, or the one that was just taken. @param {Step} step @param {Rule} rule */
  showStep(step, rule) {
    this.#showPerception(step, rule);
    const active = step.hidden.filter((value) => value > 0).length;
    const units = step.isAlive ? `${active} of ${rule.hidden} hidden units above zero` : 'nothing: the cell is dead';
    this.hidden.show(step.isAlive ? step.hidden : Array(rule.hidden).fill(0), units);
    this.update.show(step.change, rule.channels);
    const acts = step.fires ? 'fires: update added' : 'does not fire: update not added';
    element('#cell-act').textContent = step.isAlive ? acts : 'nothing: the cell is dead';
    this.next.show(step.next, rule.channels);
    element('#cell-live').textContent = step.lives ? 'alive' : 'dead';
  }

  /** @param {Step} step */
  #showAround({ neighbours }) {
    const { ground } = this.dish;
    [...element('#cell-around').children].forEach((place, at) => {
      const state = neighbours[at];
      const tile = /** @type {HTMLElement} */ (place);
      tile.classList.toggle('outside', state === null);
      const seen = (state ?? []).slice(0, 4).map((value) => Math.min(Math.max(value, 0), 1));
      const colour = ground.map((part, channel) => Math.min((seen[channel] ?? 0) + (1 - (seen[3] ?? 0)) * part, 1));
      const luminance = [0.2126, 0.7152, 0.0722].reduce((sum, weight, part) => sum + weight * colour[part] ** 2.2, 0);
      tile.style.background = state ? `rgb(${colour.map((part) => Math.round(255 * part)).join(' ')})` : '';
      tile.style.color = luminance > 0.18 ? '#000' : '#fff';
      tile.textContent = state ? state[3].toFixed(2).replace('-', '−') : '';
    });
    const alphas = neighbours.map((state) => (state ? shown(state[3]) : 'outside')).join(', ');
    element('#cell-around').setAttribute('aria-label', `Its 3 × 3 neighbourhood, alphas row by row: ${alphas}`);
  }

  /** @param {Step} step @param {Rule} rule */
  #showPerception({ perception }, rule) {
    const labels = labelsOf(rule);
    if (this.#filters !== labels.join()) {
      this.#filters = labels.join();
      element('#cell-perception').replaceChildren();
      this.#perception = labels.map((label) => this.#row(label));
    }
    const summary = `${labels.length * rule.channels} numbers`;
    this.#perception.forEach((strip, filter) =>
      strip.show(
        perception[filter] ?? Array(rule.channels).fill(0),
        perception.length ? summary : 'nothing: the cell is dead',
      ),
    );
  }

  /** A row of what one filter perceives. @param {string} label */
  #row(label) {
    const canvas = document.createElement('canvas'),
      name = document.createElement('span');
    name.textContent = label;
    element('#cell-perception').append(name, canvas);
    return new Strip(canvas, {
      name: `Perception, ${label}`,
      nameOf: (channel) => `${label}, ${shortName(channel)}:`,
      ground: () => this.dish.ground,
      says: element('#cell-perceive'),
    });
  }
}
