// @ts-check
// Damage: which cells are erased. As in blastema.damage, by the same names.

import { NUMBERS } from './recipe.js';

/**
 * @typedef {import('./draws.js').Draws} Draws
 * @typedef {(draws: Draws, height: number, width: number) => Uint8Array} Mask  1 where a cell is erased
 */

const { middle_half: middleHalf, middle_quarter: middleQuarter, radius: radii, half_side: halfSides } = NUMBERS.damage;

/** The cells for which something is true. @param {number} height @param {number} width
 * @param {(row: number, column: number) => boolean} isErased */
function where(height, width, isErased) {
  return Uint8Array.from({ length: height * width }, (_, cell) =>
    Number(isErased(Math.floor(cell / width), cell % width)),
  );
}

/** @type {Mask} */
function disc(draws, height, width) {
  const [y, x] = [draws.uniform(...middleHalf) * height, draws.uniform(...middleHalf) * width];
  const radius = (draws.uniform(...radii) * Math.min(height, width)) / 2;
  return where(height, width, (row, column) => (row + 0.5 - y) ** 2 + (column + 0.5 - x) ** 2 < radius ** 2);
}

/** One side of a random line. @type {Mask} */
function half(draws, height, width) {
  const [y, x] = [draws.uniform(...middleQuarter) * height, draws.uniform(...middleQuarter) * width];
  const angle = draws.uniform(0, 2 * Math.PI);
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)];
  return where(height, width, (row, column) => (row + 0.5 - y) * sin + (column + 0.5 - x) * cos > 0);
}

/** @type {Mask} */
function square(draws, height, width) {
  const [y, x] = [draws.uniform(...middleHalf) * height, draws.uniform(...middleHalf) * width];
  const side = draws.uniform(...halfSides) * Math.min(height, width);
  return where(height, width, (row, column) => Math.abs(row + 0.5 - y) < side && Math.abs(column + 0.5 - x) < side);
}

/** A square in the middle. @type {Mask} */
function centre(_, height, width) {
  const side = Math.ceil(Math.min(height, width) / 9);
  const [y, x] = [(height >> 1) - 0.5, (width >> 1) - 0.5];
  return where(height, width, (row, column) => Math.abs(row - y) < side && Math.abs(column - x) < side);
}

/** @type {Record<string, Mask>} */
export const DAMAGES = {
  upper: (_, height, width) => where(height, width, (row) => row < height >> 1),
  lower: (_, height, width) => where(height, width, (row) => row >= height >> 1),
  left: (_, height, width) => where(height, width, (row, column) => column < width >> 1),
  right: (_, height, width) => where(height, width, (row, column) => column >= width >> 1),
  centre,
  disc,
  half,
  square,
  stripes: (_, height, width) => where(height, width, (row, column) => (column >> 2) % 2 === 0),
  blocks: (_, height, width) => where(height, width, (row, column) => ((row >> 3) + (column >> 3)) % 2 === 0),
  scattered: (draws, height, width) => where(height, width, () => draws.uniform(0, 1) < 0.5),
};
