// @ts-check
// The target of a training: its placement in the grid, where the seed cell must lie on an opaque part of the picture.
// As blastema.targets.

import { bridges, withBridges } from './bridges.js';
import { PlaygroundError } from './errors.js';
import { NUMBERS } from './recipe.js';

const { rooted: ROOTED, good_roots: GOOD_ROOTS, margin: MARGIN, opaque: OPAQUE } = NUMBERS.place;
const { pad: PAD, faint: FAINT } = NUMBERS.place;
const COLOURS = 4;

/**
 * @typedef {{height: number, width: number, top: number, left: number}} Place
 *   the size of the grid, and the position in it of the upper left cell of the picture's square
 * @typedef {{target: Float32Array, height: number, width: number, isMoved: boolean, isJoined: boolean}} Made
 *   isMoved: because the picture was empty where growth starts; isJoined: whether white lines join its parts
 */

/**
 * The target that a picture makes.
 *
 * @param {Float32Array} cells (fit, fit, 4), 0 to 1, RGB premultiplied by alpha
 * @param {number} fit cells on a side of the picture's square
 * @param {number} [pad] empty cells on each side
 * @returns {Made}
 * @throws {PlaygroundError} the picture is empty, or has other numbers
 */
export function targetOf(cells, fit, pad = PAD) {
  checkTarget(cells, fit, fit);
  const opacity = Uint8Array.from({ length: fit * fit }, (_, cell) => Math.round(OPAQUE * cells[COLOURS * cell + 3]));
  const { height, width, top, left } = placeOf(opacity, fit, pad);
  const joined = withBridges(cells, opacity, fit);
  const target = new Float32Array(height * width * COLOURS);
  for (let y = Math.max(0, -top); y < Math.min(fit, height - top); y++) {
    const [from, to] = [Math.max(0, -left), Math.min(fit, width - left)];
    const row = joined.subarray(COLOURS * (y * fit + from), COLOURS * (y * fit + to));
    target.set(row, COLOURS * ((y + top) * width + left + from));
  }
  const isMoved = top !== (height - fit) >> 1 || left !== (width - fit) >> 1;
  return { target, height, width, isMoved, isJoined: bridges(opacity, fit).includes(1) };
}

/**
 * Checks a target.
 *
 * @param {Float32Array} target (height, width, 4) @param {number} height @param {number} width
 * @throws {PlaygroundError} it has another size or values out of range, or no cell of it would live
 */
export function checkTarget(target, height, width) {
  if (target.length !== COLOURS * height * width) {
    throw new PlaygroundError(`the target has ${target.length} numbers; ${height} x ${width} cells need 4 each`);
  }
  let most = 0;
  for (let place = 0; place < target.length; place += COLOURS) {
    const alpha = target[place + 3];
    const isValid = alpha <= 1 && [0, 1, 2].every((c) => target[place + c] >= 0 && target[place + c] <= alpha + 1e-5);
    if (!isValid) {
      throw new PlaygroundError('the target has values outside 0 to 1, not finite, or RGB not multiplied by alpha');
    }
    most = Math.max(most, alpha);
  }
  if (most === 0) throw new PlaygroundError('the picture is empty; draw something, or choose a picture');
  if (Math.round(OPAQUE * most) <= FAINT) {
    throw new PlaygroundError(
      `the picture is too faint: its alpha is at most ${most.toFixed(2)}, and cells live only above 0.1; ` +
        'use a more opaque one',
    );
  }
}

/** The placement of a picture: in the middle, or moved as little as necessary so that the seed cell lies on an opaque
 * part. @param {Uint8Array} opacity (fit, fit) @param {number} fit @param {number} pad @returns {Place} */
export function placeOf(opacity, fit, pad) {
  const side = fit + 2 * pad;
  const middle = (side >> 1) - pad;
  const [y, x] = root(opacity, fit, middle);
  if (y === middle && x === middle) return { height: side, width: side, top: pad, left: pad };
  const margin = Math.min(pad, MARGIN);
  const cells = [...opacity.keys()].filter((cell) => opacity[cell]);
  const height = sideFor(
    side,
    cells.map((cell) => Math.floor(cell / fit) - y),
    margin,
  );
  const width = sideFor(
    side,
    cells.map((cell) => (cell % fit) - x),
    margin,
  );
  return { height, width, top: (height >> 1) - y, left: (width >> 1) - x };
}

/** The cell of a picture to place on the seed cell: the middle if possible, else a cell near it.
 * @param {Uint8Array} opacity @param {number} fit @param {number} middle @returns {[number, number]} */
function root(opacity, fit, middle) {
  const sums = around(opacity, fit);
  // A square of one cell in a grid of even size does not contain the seed cell.
  if (middle < fit && sums[middle * fit + middle] >= ROOTED * OPAQUE) return [middle, middle];
  const isGood = (/** @type {number} */ cell, /** @type {number} */ good) =>
    opacity[cell] > OPAQUE >> 1 && sums[cell] >= good * OPAQUE;
  const cells = [...sums.keys()];
  const required = GOOD_ROOTS.find((good) => cells.some((cell) => isGood(cell, good)));
  const most = Math.max(...sums);
  const allowed = cells.filter((cell) => (required === undefined ? sums[cell] === most : isGood(cell, required)));
  const distance = (/** @type {number} */ cell) =>
    (Math.floor(cell / fit) - middle) ** 2 + ((cell % fit) - middle) ** 2;
  // Of equally near cells, the uppermost, then the leftmost.
  const nearest = allowed.reduce((best, cell) => (distance(cell) < distance(best) ? cell : best));
  return [Math.floor(nearest / fit), nearest % fit];
}

/** The sum over the 3x3 neighbourhood of each cell. @param {Uint8Array} opacity @param {number} fit */
function around(opacity, fit) {
  return Uint32Array.from(opacity, (_, cell) => {
    const [row, column] = [Math.floor(cell / fit), cell % fit];
    let sum = 0;
    for (let y = Math.max(0, row - 1); y <= Math.min(fit - 1, row + 1); y++)
      for (let x = Math.max(0, column - 1); x <= Math.min(fit - 1, column + 1); x++) sum += opacity[y * fit + x];
    return sum;
  });
}

/** The side, enlarged evenly at both ends if necessary to hold these offsets from the seed cell.
 * @param {number} side @param {number[]} offsets @param {number} margin */
function sideFor(side, offsets, margin) {
  const before = margin - Math.min(...offsets);
  const after = Math.max(...offsets) + margin;
  return side + 2 * Math.max(before - (side >> 1), after - (side - 1 - (side >> 1)), 0);
}
