// @ts-check
// The few cells around one of them: all that its next step depends on. They are read from the graphics card, or from an
// array.

import { decode } from './encoding.js';

/**
 * @typedef {import('./conditions.js').Scene} Scene
 * @typedef {Scene & {x: number, y: number, painted: Uint8Array | null, values: Float32Array, life: Uint8Array,
 *   there: Uint8Array}} Patch
 *   x, y: the cell in its middle; painted: the map of signals then; values: the states of its cells, 16 numbers
 *   each; life: four bytes a cell, see shaders/cells.glsl; there: 0 where a cell would be past a dead edge
 * @typedef {{from: number, count: number, to: number}} Span  of the grid, and where it comes to in the patch
 */

/** A cell sees its neighbours; whether it stays alive depends on what these become, who see theirs. */
export const REACH = 2;
export const SIDE = 2 * REACH + 1;

/** The parts of a row of the grid that make a row of the patch. @param {number} middle @param {number} length
 * @param {boolean} wraps @returns {Span[]} */
function spans(middle, length, wraps) {
  /** @type {Span[]} */
  const found = [];
  for (let to = 0; to < SIDE; to++) {
    const place = middle + to - REACH;
    if (!wraps && (place < 0 || place >= length)) continue;
    const from = (place + SIDE * length) % length;
    const last = found.at(-1);
    if (last && last.from + last.count === from) last.count++;
    else found.push({ from, count: 1, to });
  }
  return found;
}

/** The rectangles of the grid that make a patch. @param {Scene} scene @param {number} x @param {number} y */
function rectangles({ conditions: { height, width, edge } }, x, y) {
  const wraps = edge === 'wrap';
  const across = spans(x, width, wraps);
  return spans(y, height, wraps).flatMap((down) => across.map((along) => ({ across: along, down })));
}

/**
 * Starts to copy a patch into a buffer; returns what takes it apart once it is filled.
 *
 * @param {WebGL2RenderingContext} gl @param {import('./cells.js').Cells} cells @param {Scene} scene
 * @param {number} x @param {number} y @param {WebGLBuffer} buffer
 * @returns {(content: ArrayBuffer) => Patch}
 */
export function copyPatch(gl, cells, scene, x, y, buffer) {
  const parts = rectangles(scene, x, y);
  const bytes = cells.eightBits ? 4 : 16; // of four numbers
  const painted = scene.signals.map && scene.signals.map.slice();
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
  gl.bufferData(gl.PIXEL_PACK_BUFFER, SIDE * SIDE * (4 * bytes + 4), gl.STREAM_READ);
  gl.bindFramebuffer(gl.FRAMEBUFFER, cells.states[cells.state].target);
  let at = 0;
  const read = (/** @type {GLenum} */ type, /** @type {number} */ size) => {
    for (const { across, down } of parts) {
      gl.readPixels(across.from, down.from, across.count, down.count, gl.RGBA, type, at);
      at += across.count * down.count * size;
    }
  };
  for (let group = 0; group < 4; group++) {
    gl.readBuffer(gl.COLOR_ATTACHMENT0 + group);
    read(cells.eightBits ? gl.UNSIGNED_BYTE : gl.FLOAT, bytes);
  }
  gl.readBuffer(gl.COLOR_ATTACHMENT0);
  gl.bindFramebuffer(gl.FRAMEBUFFER, cells.presentLife);
  read(gl.UNSIGNED_BYTE, 4);
  gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  return (content) => ({ ...scene, x, y, painted, ...taken(content, parts, cells.eightBits) });
}

/** Takes apart what was copied. @param {ArrayBuffer} content @param {{across: Span, down: Span}[]} parts
 * @param {boolean} eightBits */
function taken(content, parts, eightBits) {
  const there = new Uint8Array(SIDE * SIDE);
  let at = 0;
  /** @template {Float32Array | Uint8Array} Values @param {Values} values @returns {Values} */
  const next = (values) => {
    const given = values instanceof Uint8Array ? new Uint8Array(content, at) : new Float32Array(content, at);
    let place = 0;
    for (const { across, down } of parts) {
      for (let row = 0; row < down.count; row++) {
        const first = (down.to + row) * SIDE + across.to;
        values.set(given.subarray(place, place + 4 * across.count), 4 * first);
        there.fill(1, first, first + across.count);
        place += 4 * across.count;
      }
    }
    at += place * values.BYTES_PER_ELEMENT;
    return values;
  };
  const states = [0, 1, 2, 3].map(() =>
    next(eightBits ? new Uint8Array(4 * SIDE * SIDE) : new Float32Array(4 * SIDE * SIDE)),
  );
  const life = next(new Uint8Array(4 * SIDE * SIDE));
  return { values: decode({ states, life }), life, there };
}

/** A patch of cells in main memory. @param {Scene} scene
 * @param {{states: Float32Array, life: Uint8Array}} cells all of the grid @param {number} x @param {number} y
 * @returns {Patch} */
export function patchOf(scene, { states, life }, x, y) {
  const { width } = scene.conditions;
  const patch = {
    values: new Float32Array(16 * SIDE * SIDE),
    life: new Uint8Array(4 * SIDE * SIDE),
    there: new Uint8Array(SIDE * SIDE),
  };
  for (const { across, down } of rectangles(scene, x, y)) {
    for (let row = 0; row < down.count; row++) {
      const from = (down.from + row) * width + across.from;
      const to = (down.to + row) * SIDE + across.to;
      patch.values.set(states.subarray(16 * from, 16 * (from + across.count)), 16 * to);
      patch.life.set(life.subarray(4 * from, 4 * (from + across.count)), 4 * to);
      patch.there.fill(1, to, to + across.count);
    }
  }
  return { ...scene, x, y, painted: scene.signals.map && scene.signals.map.slice(), ...patch };
}
