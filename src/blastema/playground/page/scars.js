// @ts-check
// Shows where the brush has cut, for a moment: a scar over the dish. It is no part of the dish's picture.

/** How long a scar is seen, in milliseconds. */
const SEEN = 1200;
const COLOUR = '255, 176, 0';
/** @type {[GlobalCompositeOperation, number][]} */
const OVER = [
  ['destination-out', 1e6],
  ['source-over', 0.4],
];

/** @typedef {import('./hand.js').Place} Place */

export class Scars {
  /** @type {{from: Place, to: Place, radius: number, at: number}[]} */
  #cuts = [];
  #isDrawing = false;

  /** @param {HTMLCanvasElement} canvas over that of the dish @param {import('./dish.js').Dish} dish */
  constructor(canvas, dish) {
    this.canvas = canvas;
    this.dish = dish;
  }

  /** @param {Place} from @param {Place} to @param {number} radius in cells */
  add(from, to, radius) {
    if (this.dish.tiles.columns * this.dish.tiles.rows > 1) return;
    this.#cuts.push({ from, to, radius, at: performance.now() });
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    this.#fit();
    requestAnimationFrame(() => this.#draw());
  }

  #fit() {
    const { offsetLeft, offsetTop, clientWidth, clientHeight } = this.dish.canvas;
    const [left, top, width, height] = [offsetLeft, offsetTop, clientWidth, clientHeight].map((value) => `${value}px`);
    Object.assign(this.canvas, { width: clientWidth, height: clientHeight });
    Object.assign(this.canvas.style, { left, top, width, height });
  }

  #draw() {
    const now = performance.now();
    const { canvas } = this;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    const cell = canvas.width / this.dish.conditions.width;
    this.#cuts = this.#cuts.filter(({ at }) => now - at < SEEN);
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.lineCap = 'round';
    for (const { from, to, radius, at } of this.#cuts) {
      context.lineWidth = 2 * radius * cell;
      context.beginPath();
      context.moveTo(from.x * cell, from.y * cell);
      context.lineTo(to.x * cell + 0.01, to.y * cell);
      // Where strokes overlap, the later one is seen.
      for (const [how, strength] of OVER) {
        context.globalCompositeOperation = how;
        context.strokeStyle = `rgba(${COLOUR}, ${strength * (1 - (now - at) / SEEN)})`;
        context.stroke();
      }
    }
    this.#isDrawing = this.#cuts.length > 0;
    if (this.#isDrawing) requestAnimationFrame(() => this.#draw());
  }
}
