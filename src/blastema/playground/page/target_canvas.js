// @ts-check
// Canvases that show a target, with a pixel for each cell.

import { cropped, pixelsOf } from './picture.js';

/** Empty cells around what shows. */
const MARGIN = 1;

/** All cells of a target. @param {Float32Array} cells (height, width, 4), premultiplied
 * @param {number} height @param {number} width @returns {HTMLCanvasElement} */
export function targetCanvas(cells, height, width) {
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  put(canvas, { width, height, pixels: pixelsOf(cells) }, 0, 0);
  return canvas;
}

/** Shows what is not empty of a target, as a square.
 * @param {{target: Float32Array, height: number, width: number}} made @param {HTMLCanvasElement} [canvas] */
export function thumbnail({ target, height, width }, canvas = document.createElement('canvas')) {
  const part = cropped({ width, height, pixels: pixelsOf(target) });
  const side = (part ? Math.max(part.width, part.height) : 0) + 2 * MARGIN;
  Object.assign(canvas, { width: side, height: side });
  if (part) put(canvas, part, (side - part.width) >> 1, (side - part.height) >> 1);
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @param {import('./picture.js').Picture} picture @param {number} left
 * @param {number} top */
function put(canvas, { width, height, pixels }, left, top) {
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.putImageData(new ImageData(/** @type {any} */ (pixels), width, height), left, top);
}
