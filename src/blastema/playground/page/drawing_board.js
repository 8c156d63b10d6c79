// @ts-check
// The board to draw on: a canvas with a square for each cell, its tools and its palette.

import { Drawing, NOTHING } from './drawing.js';
import { say } from './elements.js';

/**
 * @typedef {import('./drawing.js').Colour} Colour
 * @typedef {import('./drawing.js').Cell} Cell
 * @typedef {'pencil' | 'eraser' | 'fill'} Tool
 */

/** Pixels of a cell on the canvas. */
const CELL = 12;
/** @type {Record<string, string>} names of colours, for those who do not see them */
const PALETTE = {
  black: '#1b1b1f',
  grey: '#8b8f94',
  white: '#ffffff',
  brown: '#7a4a2b',
  red: '#d9362b',
  orange: '#f0872a',
  yellow: '#f5c832',
  green: '#3f9b46',
  turquoise: '#27a7a0',
  blue: '#2b6cd9',
  violet: '#7c4ac0',
  pink: '#ee7fae',
};
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

/** Fires `drawn` after each change of the drawing. */
export class DrawingBoard extends EventTarget {
  /** Where the keys draw. @type {Cell} */
  #cursor = { x: 0, y: 0 };
  /** @type {Cell | null} */
  #last = null;

  /** @param {HTMLElement} place with the elements of the board @param {number} side in cells */
  constructor(place, side) {
    super();
    this.place = place;
    this.drawing = new Drawing(side);
    this.canvas = /** @type {HTMLCanvasElement} */ (place.querySelector('canvas'));
    this.#addPalette();
    this.#listen();
    this.resize(side);
  }

  /** @param {number} side in cells */
  resize(side) {
    if (side !== this.drawing.side) this.drawing.resize(side);
    this.#cursor = { x: side >> 1, y: side >> 1 };
    this.canvas.width = this.canvas.height = CELL * side;
    this.#changed();
  }

  /** @returns {Tool} */
  get #tool() {
    return /** @type {Tool} */ (this.#checked('tool'));
  }

  get #width() {
    return Number(this.#checked('width'));
  }

  /** @returns {Colour} */
  get #colour() {
    if (this.#tool === 'eraser') return NOTHING;
    const value = parseInt(this.#checked('colour').slice(1), 16);
    return [value >> 16, (value >> 8) & 255, value & 255, 255];
  }

  /** @param {string} what */
  #checked(what) {
    return /** @type {HTMLInputElement} */ (this.place.querySelector(`input[name=drawing-${what}]:checked`)).value;
  }

  #addPalette() {
    const labels = Object.entries(PALETTE).map(([name, value], place) => {
      const label = document.createElement('label'),
        input = document.createElement('input'),
        shown = document.createElement('span');
      Object.assign(input, { type: 'radio', name: 'drawing-colour', value, checked: place === 0, ariaLabel: name });
      label.title = name;
      shown.style.background = value;
      label.append(input, shown);
      return label;
    });
    this.place.querySelector('.palette')?.append(...labels);
  }

  #listen() {
    const { canvas, place } = this;
    canvas.addEventListener('pointerdown', (event) => {
      if (event.button !== 0) return;
      canvas.setPointerCapture(event.pointerId);
      this.drawing.remember();
      this.#last = this.#cellAt(event);
      this.#draw(this.#last, this.#last);
    });
    canvas.addEventListener('pointermove', (event) => {
      if (!this.#last || this.#tool === 'fill') return;
      // All places that the hand went through since the last event.
      const places = event.getCoalescedEvents?.() ?? [];
      for (const each of places.length ? places : [event]) this.#draw(this.#last, (this.#last = this.#cellAt(each)));
    });
    for (const end of ['pointerup', 'pointercancel']) canvas.addEventListener(end, () => (this.#last = null));
    canvas.addEventListener('keydown', (event) => this.#press(event));
    for (const moment of ['focus', 'blur']) canvas.addEventListener(moment, () => this.#show());
    place.querySelector('[data-do=undo]')?.addEventListener('click', () => this.#undo());
    place.querySelector('[data-do=clear]')?.addEventListener('click', () => {
      this.drawing.remember();
      this.drawing.clear();
      this.#changed();
    });
  }

  /** @param {PointerEvent} event @returns {Cell} */
  #cellAt({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    const { side } = this.drawing;
    this.#cursor = {
      x: Math.floor(((clientX - box.left) / box.width) * side),
      y: Math.floor(((clientY - box.top) / box.height) * side),
    };
    return this.#cursor;
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key === 'z';
    const arrow = ARROWS[event.key];
    const draws = event.key === 'Enter' || event.key === ' ';
    if (!isUndo && !arrow && !draws) return;
    event.preventDefault();
    // The keys of the page are others.
    event.stopPropagation();
    if (isUndo) this.#undo();
    if (draws) {
      this.drawing.remember();
      this.#draw(this.#cursor, this.#cursor);
      say(`Drawn at column ${this.#cursor.x + 1}, row ${this.#cursor.y + 1}`);
    }
    if (arrow) this.#move(arrow, event.shiftKey);
  }

  /** @param {[number, number]} by @param {boolean} draws on the way */
  #move([across, down], draws) {
    const most = this.drawing.side - 1;
    const from = this.#cursor;
    const within = (/** @type {number} */ place) => Math.min(Math.max(place, 0), most);
    this.#cursor = { x: within(from.x + across), y: within(from.y + down) };
    if (draws) {
      this.drawing.remember();
      this.#draw(from, this.#cursor);
    }
    say(`Column ${this.#cursor.x + 1}, row ${this.#cursor.y + 1}`);
    this.#show();
  }

  #undo() {
    this.drawing.undo();
    this.#changed();
  }

  /** @param {Cell} from @param {Cell} to */
  #draw(from, to) {
    if (this.#tool === 'fill') this.drawing.fill(to, this.#colour);
    else this.drawing.line(from, to, this.#width, this.#colour);
    this.#changed();
  }

  #changed() {
    this.place.querySelector('[data-do=undo]')?.toggleAttribute('disabled', !this.drawing.canUndo);
    this.#show();
    this.dispatchEvent(new Event('drawn'));
  }

  #show() {
    const { canvas, drawing } = this;
    const { side, pixels } = drawing;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.clearRect(0, 0, canvas.width, canvas.height);
    for (let cell = 0; cell < side * side; cell++) {
      const [x, y] = [CELL * (cell % side), CELL * Math.floor(cell / side)];
      const [red, green, blue, alpha] = pixels.subarray(4 * cell, 4 * cell + 4);
      // Where nothing is drawn, a checkerboard.
      const isOdd = ((cell % side) + Math.floor(cell / side)) % 2;
      context.fillStyle = alpha ? `rgb(${red} ${green} ${blue})` : isOdd ? '#f1f2ef' : '#ffffff';
      context.fillRect(x, y, CELL, CELL);
    }
    if (document.activeElement !== canvas || !canvas.matches(':focus-visible')) return;
    context.lineWidth = 3;
    for (const [colour, inset] of /** @type {const} */ ([
      ['#ffffff', -1.5],
      ['#1b1b1f', 1.5],
    ])) {
      context.strokeStyle = colour;
      const length = CELL - 2 * inset;
      context.strokeRect(CELL * this.#cursor.x + inset, CELL * this.#cursor.y + inset, length, length);
    }
  }
}
