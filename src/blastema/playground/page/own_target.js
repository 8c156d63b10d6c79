// @ts-check
// The target that a picture makes: the cells that show, centred, in a grid with room around them.

import { PlaygroundError } from './errors.js';
import { cropped, fitted, pixelsOf, premultiplied } from './picture.js';
import { targetOf } from './placement.js';

/**
 * @typedef {import('./picture.js').Picture} Picture
 * @typedef {import('./placement.js').Made & {fit: number}} OwnTarget  fit: longer side of the picture in cells
 */

/**
 * The target that a picture makes.
 *
 * @param {Picture} picture
 * @param {number} [fit] cells of its longer side; by default one for each pixel
 * @returns {OwnTarget}
 * @throws {PlaygroundError} nothing of it shows
 */
export function ownTarget(picture, fit) {
  const scaled = fit ? scaledTo(picture, fit) : picture;
  // What shows now may be less; so a picture that is made of the target gives the same target again.
  const shown = cropped(scaled);
  if (!shown) throw new PlaygroundError('the picture is empty; draw something, or choose a picture');
  const side = Math.max(shown.width, shown.height);
  return { ...targetOf(centred(shown, side), side), fit: side };
}

/** @param {Picture} picture @param {number} fit @returns {Picture} */
function scaledTo(picture, fit) {
  return { width: fit, height: fit, pixels: pixelsOf(fitted(picture, fit)) };
}

/** The cells of a picture in the middle of a square. @param {Picture} picture @param {number} side */
function centred({ width, height, pixels }, side) {
  const values = premultiplied(pixels);
  const cells = new Float32Array(4 * side * side);
  const [left, top] = [(side - width) >> 1, (side - height) >> 1];
  for (let y = 0; y < height; y++) {
    cells.set(values.subarray(4 * y * width, 4 * (y + 1) * width), 4 * ((y + top) * side + left));
  }
  return cells;
}
