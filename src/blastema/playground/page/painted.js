// @ts-check
// Shows where signals are painted: a tint and an outline over the dish. They are no part of the dish's picture.

const TINT = 0.3;
const OUTLINE = 0.85;

/** The colour of a signal where it is painted: red, green, blue, 0 to 255. @param {number} signal */
export function tintOf(signal) {
  // Hues by the golden ratio: however many there are, they differ.
  const hue = 0.58 + 0.618034 * signal;
  return [0, 1 / 3, 2 / 3].map((part) => Math.round(135 + 95 * Math.cos(2 * Math.PI * (hue - part))));
}

export class PaintedPlaces {
  /** @param {HTMLCanvasElement} canvas over that of the dish @param {import('./dish.js').Dish} dish */
  constructor(canvas, dish) {
    this.canvas = canvas;
    this.dish = dish;
  }

  /** @param {boolean} visible */
  draw(visible) {
    const { canvas, dish } = this;
    const { map } = dish.signals;
    const { columns, rows } = dish.tiles;
    canvas.hidden = !visible || !map || columns * rows > 1;
    if (canvas.hidden || !map) return;
    const { height, width } = dish.conditions;
    Object.assign(canvas, { height, width });
    const { offsetLeft, offsetTop, clientWidth, clientHeight } = dish.canvas;
    const [left, top, across, down] = [offsetLeft, offsetTop, clientWidth, clientHeight].map((value) => `${value}px`);
    Object.assign(canvas.style, { left, top, width: across, height: down });
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.putImageData(new ImageData(tinted(map, height, width), width, height), 0, 0);
  }
}

/** @param {Uint8Array} map see signals.js @param {number} height @param {number} width @returns RGBA */
function tinted(map, height, width) {
  const pixels = new Uint8ClampedArray(4 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = y * width + x;
      const [signal, organism] = map.subarray(2 * cell, 2 * cell + 2);
      if (!organism) continue;
      const isLike = (/** @type {number} */ other) => map[2 * other] === signal && map[2 * other + 1] === organism;
      const isInside =
        (x === 0 || isLike(cell - 1)) &&
        (x === width - 1 || isLike(cell + 1)) &&
        (y === 0 || isLike(cell - width)) &&
        (y === height - 1 || isLike(cell + width));
      pixels.set([...tintOf(signal), 255 * (isInside ? TINT : OUTLINE)], 4 * cell);
    }
  }
  return pixels;
}
