// @ts-check
// Bridges that join separate parts of a picture across gaps too wide for life to cross. As blastema.targets.bridge.

import { NUMBERS } from './recipe.js';

const { leap: LEAP, bridge: BRIDGE, shows: SHOWS, fewest, smallest, largest_bridged: LARGEST } = NUMBERS.bridge;

/**
 * @typedef {Uint8Array} Cells  1 for each of some cells of a square
 * @typedef {[number, number]} Cell  row and column
 */

/** A picture with its separate parts joined by white lines. @param {Float32Array} cells (fit, fit, 4), premultiplied
 * @param {Uint8Array} opacity its alpha, 0 to 255 @param {number} fit */
export function withBridges(cells, opacity, fit) {
  const joined = cells.slice();
  bridges(opacity, fit).forEach((isBridge, cell) => {
    if (isBridge && cells[4 * cell + 3] < BRIDGE) joined.fill(BRIDGE, 4 * cell, 4 * cell + 4);
  });
  return joined;
}

/** The cells of the shortest bridges that join all parts of a picture. @param {Uint8Array} opacity
 * @param {number} fit @returns {Cells} */
export function bridges(opacity, fit) {
  /** @type {Cells} */
  let lines = new Uint8Array(fit * fit);
  if (fit > LARGEST) return lines;
  let [joined, ...rest] = partsOf(
    opacity.map((alpha) => Number(alpha >= SHOWS)),
    fit,
  );
  while (joined && rest.length) {
    const [start, end] = nearest(joined, rest.reduce(either), fit);
    lines = either(lines, spread(line(start, end, fit), 1, fit));
    const isReached = (/** @type {Cells} */ part) => part[end[0] * fit + end[1]];
    joined = either(joined, /** @type {Cells} */ (rest.find(isReached)));
    rest = rest.filter((part) => !isReached(part));
  }
  return lines;
}

/** The parts of a picture without dust, ordered by their uppermost cells. @param {Cells} shows @param {number} fit */
function partsOf(shows, fit) {
  const parts = [];
  let left = shows;
  while (left.includes(1)) {
    const begin = left.indexOf(1);
    let part = left.map((_, cell) => Number(cell === begin));
    for (let size = 0; count(part) > size;) {
      size = count(part);
      part = both(spread(part, LEAP + 1, fit), left);
    }
    const found = part;
    left = left.map((value, cell) => value & ~found[cell]);
    parts.push(part);
  }
  const least = Math.max(fewest, smallest * count(shows));
  return parts.filter((part) => count(part) >= least);
}

/** All cells within `by` rows and columns of some. @param {Cells} cells @param {number} by @param {number} fit */
function spread(cells, by, fit) {
  const result = new Uint8Array(cells.length);
  cells.forEach((isOne, cell) => {
    if (!isOne) return;
    const [row, column] = [Math.floor(cell / fit), cell % fit];
    const [from, to] = [Math.max(0, column - by), Math.min(fit, column + by + 1)];
    for (let y = Math.max(0, row - by); y < Math.min(fit, row + by + 1); y++) {
      result.fill(1, y * fit + from, y * fit + to);
    }
  });
  return result;
}

/** The nearest pair of cells, one of each; of several, the pair nearest to the middle.
 * @param {Cells} joined @param {Cells} rest @param {number} fit @returns {[Cell, Cell]} */
function nearest(joined, rest, fit) {
  let away = LEAP + 1;
  let reached = both(spread(joined, away, fit), rest);
  while (!reached.includes(1)) reached = both(spread(joined, ++away, fit), rest);
  const end = closest(reached, [fit >> 1, fit >> 1], fit);
  return [closest(joined, end, fit), end];
}

/** The cell closest to a place; of several, the uppermost, then the leftmost.
 * @param {Cells} cells @param {Cell} to @param {number} fit @returns {Cell} */
function closest(cells, to, fit) {
  let [best, least] = [-1, Infinity];
  cells.forEach((isOne, cell) => {
    const distance = (Math.floor(cell / fit) - to[0]) ** 2 + ((cell % fit) - to[1]) ** 2;
    if (isOne && distance < least) [best, least] = [cell, distance];
  });
  return [Math.floor(best / fit), best % fit];
}

/** The cells of a straight line. @param {Cell} start @param {Cell} end @param {number} fit */
function line(start, end, fit) {
  const cells = new Uint8Array(fit * fit);
  const length = Math.max(Math.abs(end[0] - start[0]), Math.abs(end[1] - start[1]));
  const at = (/** @type {number} */ axis, /** @type {number} */ step) =>
    start[axis] + Math.floor((2 * step * (end[axis] - start[axis]) + length) / (2 * length));
  for (let step = 0; step <= length; step++) cells[at(0, step) * fit + at(1, step)] = 1;
  return cells;
}

/** @param {Cells} a @param {Cells} b */
const either = (a, b) => a.map((value, cell) => value | b[cell]);
/** @param {Cells} a @param {Cells} b */
const both = (a, b) => a.map((value, cell) => value & b[cell]);
/** @param {Cells} cells */
const count = (cells) => cells.reduce((sum, value) => sum + value, 0);
