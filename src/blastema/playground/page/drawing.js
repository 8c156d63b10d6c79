// @ts-check
// A drawing on a square of cells, and its past for undo. It knows nothing of the page.

/** @typedef {[number, number, number, number]} Colour  RGBA, 0 to 255; nothing is [0, 0, 0, 0] */
/** @typedef {{x: number, y: number}} Cell */

const MOST_MOMENTS = 100;
/** @type {Colour} */
export const NOTHING = [0, 0, 0, 0];

export class Drawing {
  /** @type {Uint8ClampedArray<ArrayBuffer>[]} */
  #past = [];

  /** @param {number} side in cells */
  constructor(side) {
    this.side = side;
    this.pixels = new Uint8ClampedArray(4 * side * side);
  }

  get isEmpty() {
    return this.pixels.every((value) => value === 0);
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  /** Keeps this moment for `undo`. */
  remember() {
    this.#past.push(this.pixels.slice());
    if (this.#past.length > MOST_MOMENTS) this.#past.shift();
  }

  undo() {
    this.pixels = this.#past.pop() ?? this.pixels;
  }

  clear() {
    this.pixels = new Uint8ClampedArray(this.pixels.length);
  }

  /** Draws a line of squares. @param {Cell} from @param {Cell} to @param {number} width in cells
   * @param {Colour} colour */
  line(from, to, width, colour) {
    const length = Math.max(Math.abs(to.x - from.x), Math.abs(to.y - from.y), 1);
    for (let step = 0; step <= length; step++) {
      const [x, y] = ['x', 'y'].map((axis) => {
        const [begin, end] = [from, to].map((cell) => cell[/** @type {'x' | 'y'} */ (axis)]);
        return Math.round(begin + ((end - begin) * step) / length) - ((width - 1) >> 1);
      });
      for (let down = 0; down < width; down++)
        for (let across = 0; across < width; across++) this.#set(x + across, y + down, colour);
    }
  }

  /** Gives a cell and all of its colour that are joined with it another one. @param {Cell} cell
   * @param {Colour} colour */
  fill({ x, y }, colour) {
    const before = this.#at(x, y);
    if (before === null || before === String(colour)) return;
    const due = [{ x, y }];
    for (let next = due.pop(); next; next = due.pop()) {
      if (this.#at(next.x, next.y) !== before) continue;
      this.#set(next.x, next.y, colour);
      for (const [across, down] of [
        [1, 0],
        [-1, 0],
        [0, 1],
        [0, -1],
      ])
        due.push({ x: next.x + across, y: next.y + down });
    }
  }

  /** The drawing on more or fewer cells, each the nearest of before. The past is gone. @param {number} side */
  resize(side) {
    const before = this.pixels;
    const nearest = (/** @type {number} */ place) => Math.floor(((place + 0.5) * this.side) / side);
    const pixels = new Uint8ClampedArray(4 * side * side);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++) {
        const from = 4 * (nearest(y) * this.side + nearest(x));
        pixels.set(before.subarray(from, from + 4), 4 * (y * side + x));
      }
    this.#past = [];
    [this.side, this.pixels] = [side, pixels];
  }

  /** @param {number} x @param {number} y */
  #isInside(x, y) {
    return x >= 0 && y >= 0 && x < this.side && y < this.side;
  }

  /** @param {number} x @param {number} y */
  #at(x, y) {
    const place = 4 * (y * this.side + x);
    return this.#isInside(x, y) ? this.pixels.slice(place, place + 4).join() : null;
  }

  /** @param {number} x @param {number} y @param {Colour} colour */
  #set(x, y, colour) {
    if (this.#isInside(x, y)) this.pixels.set(colour, 4 * (y * this.side + x));
  }
}
