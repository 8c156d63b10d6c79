// @ts-check
// The target of an organism as text for links: a bit for each cell of the grid, 1 if it shows, then red, green, blue
// and alpha of those that show.

import { addressText, fromAddressText } from './base64.js';
import { pixelsOf, premultiplied } from './picture.js';

/** @typedef {{target: Float32Array, height: number, width: number}} Made */

/** @param {Made} made */
export function targetText({ target }) {
  const pixels = pixelsOf(target);
  const cells = pixels.length / 4;
  const shown = Array.from({ length: cells }, (_, cell) => cell).filter((cell) => pixels[4 * cell + 3] > 0);
  const bytes = new Uint8Array(maskLength(cells) + 4 * shown.length);
  shown.forEach((cell, place) => {
    bytes[cell >> 3] |= 1 << (cell & 7);
    bytes.set(pixels.subarray(4 * cell, 4 * cell + 4), maskLength(cells) + 4 * place);
  });
  return addressText(bytes);
}

/** The target that a text says; null if it is damaged. @param {string} text @param {number} height
 * @param {number} width @returns {Made | null} */
export function targetFrom(text, height, width) {
  const bytes = fromAddressText(text);
  const cells = height * width;
  if (!bytes || bytes.length < maskLength(cells)) return null;
  const pixels = new Uint8ClampedArray(4 * cells);
  let place = maskLength(cells);
  for (let cell = 0; cell < cells; cell++) {
    if (!((bytes[cell >> 3] >> (cell & 7)) & 1)) continue;
    pixels.set(bytes.subarray(place, place + 4), 4 * cell);
    place += 4;
  }
  return place === bytes.length ? { target: premultiplied(pixels), height, width } : null;
}

/** @param {number} cells */
const maskLength = (cells) => Math.ceil(cells / 8);
