// @ts-check
// Draws the views of cells in main memory on a canvas without WebGL, as the shaders picture and numbers do.

import { fireChance, stepKey } from './firing.js';
import { NUMBERS, PICTURE } from './layout.js';
import { Inner } from './inner.js';
import { fires } from './one_cell.js';
import { MOST_CHANNELS } from './rule.js';
import { mixedColour, signedColour } from './tints.js';
import { VIEWS, firstOf } from './views.js';

/**
 * @typedef {import('./conditions.js').Scene} Scene
 * @typedef {import('./engine.js').Colours} Colours
 * @typedef {{states: Float32Array, life: Uint8Array}} Grid  16 numbers a cell; four bytes a cell
 */

/** How visible empty cells are that would fire: they take no part. */
const FAINT = 0.1;
/** The line between tiles. */
const LINE = 'rgb(128 128 128 / 30%)';
const LINE_WIDTH = 2;

/** Draws a view. @param {CanvasRenderingContext2D} context @param {Scene} scene @param {Grid} grid
 * @param {import('./engine.js').Drawing} drawing */
export function drawCells(context, scene, grid, { view, tiles, colours, width, height }) {
  const record = VIEWS[view.kind].tiles;
  const rule = scene.organisms[view.organism]?.rule;
  const isPicture = !record || !rule;
  const what = view.kind === 'firing' ? PICTURE.FIRING : PICTURE.COLOURS;
  const { columns, rows } = isPicture ? { columns: 1, rows: 1 } : tiles;
  const pixels = isPicture
    ? pictureOf(scene, grid, what, colours)
    : numbersOf(
        scene,
        grid,
        { what: record.what, first: firstOf(view), organism: view.organism, columns, rows },
        colours,
      );
  const image = document.createElement('canvas');
  Object.assign(image, { width: scene.conditions.width * columns, height: scene.conditions.height * rows });
  const flat = /** @type {CanvasRenderingContext2D} */ (image.getContext('2d'));
  flat.putImageData(new ImageData(pixels, image.width, image.height), 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(image, 0, 0, width, height);
  drawLines(context, columns, rows, width, height);
}

/** @param {CanvasRenderingContext2D} context @param {number} columns @param {number} rows @param {number} width
 * @param {number} height */
function drawLines(context, columns, rows, width, height) {
  if (columns === 1) return;
  context.fillStyle = LINE;
  context.beginPath();
  for (let column = 0; column <= columns; column++) {
    context.rect((column * width) / columns - LINE_WIDTH / 2, 0, LINE_WIDTH, height);
  }
  for (let row = 0; row <= rows; row++) {
    context.rect(0, (row * height) / rows - LINE_WIDTH / 2, width, LINE_WIDTH);
  }
  context.fill();
}

/** What the picture pass draws, a pixel a cell, RGBA. @param {Scene} scene @param {Grid} grid
 * @param {number} what see layout.js @param {Colours} colours */
export function pictureOf({ conditions, age }, { states, life }, what, { ground, accent }) {
  const { height, width, seed, fireRate } = conditions;
  const [key, chance] = [stepKey(seed, age), fireChance(fireRate)];
  const pixels = new Uint8ClampedArray(4 * height * width);
  for (let cell = 0; cell < height * width; cell++) {
    const at = 4 * cell;
    if (what === PICTURE.COLOURS || what === PICTURE.PREMULTIPLIED) {
      const state = MOST_CHANNELS * cell;
      const [r, g, b, a] = life[at + 2] ? states.subarray(state, state + 4).map(unit) : [0, 0, 0, 0];
      const behind = what === PICTURE.COLOURS ? 1 - a : 0;
      pixels[at] = 255 * (r + behind * ground[0]);
      pixels[at + 1] = 255 * (g + behind * ground[1]);
      pixels[at + 2] = 255 * (b + behind * ground[2]);
      pixels[at + 3] = what === PICTURE.COLOURS ? 255 : 255 * a;
      continue;
    }
    const isFiring = fires(cell % width, Math.floor(cell / width), key, chance);
    if (what === PICTURE.FIRING_MASK) pixels.fill(isFiring ? 255 : 0, at, at + 4);
    else pixels.set(mixedColour(ground, accent, isFiring ? (life[at] ? 1 : FAINT) : 0), at);
  }
  return pixels;
}

/** A number from 0 to 1. @param {number} value */
const unit = (value) => Math.min(Math.max(value, 0), 1);

/** What the numbers pass draws, a pixel a cell in each tile, RGBA. @param {Scene} scene @param {Grid} grid
 * @param {{what: number, first: number, organism: number, columns: number, rows: number}} shown
 * @param {Colours} colours */
function numbersOf(scene, grid, { what, first, organism, columns, rows }, { ground }) {
  const { height, width } = scene.conditions;
  const across = width * columns;
  const count = columns * rows;
  const pixels = new Uint8ClampedArray(4 * across * height * rows);
  const paint = (/** @type {number} */ cell, /** @type {number} */ tile, /** @type {number[]} */ colour) => {
    const x = (tile % columns) * width + (cell % width);
    const y = Math.floor(tile / columns) * height + Math.floor(cell / width);
    pixels.set(colour, 4 * (y * across + x));
  };
  pixels.set(signedColour(0, ground));
  new Uint32Array(pixels.buffer).fill(new Uint32Array(pixels.buffer, 0, 1)[0]);
  const inner = what === NUMBERS.CHANNELS ? null : new Inner(scene, grid, organism);
  for (let cell = 0; cell < height * width; cell++) {
    const values = inner
      ? inner.of(cell, what === NUMBERS.HIDDEN, first, count)
      : channelsOf(grid, cell).subarray(first, first + count);
    values?.forEach((value, tile) => {
      if (value !== 0) paint(cell, tile, signedColour(value, ground));
    });
  }
  return pixels;
}

/** @param {Grid} grid @param {number} cell */
const channelsOf = ({ states }, cell) => states.subarray(MOST_CHANNELS * cell, MOST_CHANNELS * (cell + 1));
