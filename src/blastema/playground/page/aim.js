// @ts-check
// Chooses a cell of the dish by mouse, touch, pen or keys, instead of the hand that cuts and plants.

import { ARROWS } from './hand.js';

/** @typedef {{x: number, y: number}} Cell  its column and row */

/** Keys of the hand that wait until it is back. */
const OF_THE_HAND = ['Delete', 'Backspace', 'x'];
const FAR = 5; // cells, with Shift
const POINTER_EVENTS = /** @type {const} */ (['pointerdown', 'pointermove', 'pointerup', 'pointercancel']);

/** Fires `moved` when another cell is chosen, by keys or not, and `fixed` when it stays or no longer does. */
export class Aim extends EventTarget {
  isOn = false;
  /** Whether the cell stays while the mouse moves. */
  isFixed = false;
  /** Whether keys have chosen the cell. */
  byKeys = false;
  /** @type {Cell} */
  cell = { x: 0, y: 0 };

  /** @param {import('./dish.js').Dish} dish @param {HTMLElement} frame around its canvas: hears of events first */
  constructor(dish, frame) {
    super();
    this.dish = dish;
    for (const type of POINTER_EVENTS) frame.addEventListener(type, (event) => this.#pointer(event), true);
    frame.addEventListener('keydown', (event) => this.#key(event), true);
  }

  /** @param {Cell} cell which may have been outside of a smaller dish */
  moveTo({ x, y }) {
    const { width, height } = this.dish.conditions;
    const cell = { x: Math.min(Math.max(x, 0), width - 1), y: Math.min(Math.max(y, 0), height - 1) };
    if (cell.x === this.cell.x && cell.y === this.cell.y) return;
    this.cell = cell;
    this.dispatchEvent(new Event('moved'));
  }

  /** @param {boolean} isFixed */
  fix(isFixed) {
    this.isFixed = isFixed;
    this.dispatchEvent(new Event('fixed'));
  }

  /** @param {PointerEvent} event */
  #pointer(event) {
    if (!this.isOn || event.target !== this.dish.canvas) return;
    event.stopPropagation();
    const cell = this.#cellAt(event);
    this.byKeys = false;
    const isTouch = event.pointerType === 'touch';
    if (event.type === 'pointerdown' && event.button === 0) {
      const isSame = cell.x === this.cell.x && cell.y === this.cell.y;
      this.moveTo(cell);
      this.fix(isTouch || !(isSame && this.isFixed));
    } else if (event.type === 'pointermove' && (isTouch || !this.isFixed || event.buttons === 1)) {
      this.moveTo(cell);
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.isOn || event.target !== this.dish.canvas || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      this.byKeys = true;
      const by = event.shiftKey ? FAR : 1;
      this.moveTo({ x: this.cell.x + by * arrow[0], y: this.cell.y + by * arrow[1] });
      this.fix(true);
    } else if (event.key === 'Enter') {
      this.fix(!this.isFixed);
    } else if (!OF_THE_HAND.includes(event.key)) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  /** In a view with tiles, each of them is the dish. @param {MouseEvent} event @returns {Cell} */
  #cellAt({ clientX, clientY }) {
    const box = this.dish.canvas.getBoundingClientRect();
    const { width, height } = this.dish.conditions;
    const { columns, rows } = this.dish.tiles;
    const part = (/** @type {number} */ along, /** @type {number} */ tiles) => (along * tiles) % 1;
    return {
      x: Math.floor(part(Math.min(Math.max((clientX - box.left) / box.width, 0), 0.99999), columns) * width),
      y: Math.floor(part(Math.min(Math.max((clientY - box.top) / box.height, 0), 0.99999), rows) * height),
    };
  }
}
