// @ts-check
// The dish: a grid of cells in which organisms grow, drawn on a canvas. All of the rule, nothing of the page.
//
//     const dish = new Dish(canvas, { height: 72, width: 72, seed: 7 });
//     const lizard = dish.add(readOrganism(await file.arrayBuffer(), file.name));
//     dish.plant(lizard);
//     dish.step(200);
//     dish.draw();

import { Cells } from './cells.js';
import { contentOf, statesOf } from './encoding.js';
import { PlaygroundError } from './errors.js';
import { fireChance, stepKey } from './firing.js';
import { MOST_ORGANISMS, Programs } from './programs.js';
import { Readback } from './readback.js';
import { Territory, census } from './territory.js';
import { WeightsTexture } from './weights.js';

/**
 * @typedef {import('./organism.js').Organism} Organism
 * @typedef {import('./territory.js').Box} Box
 * @typedef {'picture' | 'channels' | 'perception' | 'hidden' | 'firing'} ViewKind
 * @typedef {{kind: ViewKind, index: number | null, organism: number}} View  index null: all, in tiles
 * @typedef {{height: number, width: number, seed: number, edge: 'dead' | 'wrap', fireRate: number, angle: number,
 *   eightBits: boolean}} Conditions  angle in radians
 * @typedef {{age: number, picture: Uint8Array, living: Map<number, {cells: number, box: Box}>}} Survey
 *   picture: RGBA premultiplied, 8 bits
 * @typedef {{content: import('./cells.js').Content, age: number}} Moment
 */

export const LARGEST = 512;
/** @type {import('./programs.js').Pass[]} */
const FIRST_PASSES = ['update', 'life', 'erase', 'picture'];
/** An alpha that nobody has. */
const NOBODY = 1e30;
/** @type {Record<string, {columns: number, rows: number, what: number}>} */
const TILES = {
  channels: { columns: 4, rows: 4, what: 0 },
  perception: { columns: 8, rows: 6, what: 1 },
  hidden: { columns: 16, rows: 8, what: 2 },
};

/** Fires `lost` and `restored` when the graphics card takes its memory away and gives it back. */
export class Dish extends EventTarget {
  /** Steps taken since the dish was last empty. */
  age = 0;
  lost = false;
  /** @type {(Organism | null)[]} by number; nobody has number 0 */
  organisms = [null];
  /** @type {View} */
  view = { kind: 'picture', index: null, organism: 1 };
  /** The colours behind the cells and of those that fire, red, green, blue, 0 to 1. */
  ground = [1, 1, 1];
  accent = [0.85, 0.37, 0.1];
  /** @type {Moment | null} */
  #checkpoint = null;
  /** @type {(() => void)[]} what happened since the checkpoint */
  #since = [];
  /** @type {{steps: number, conditions: string} | null} the last entry of it, when it is steps */
  #lastSteps = null;
  /** @type {Moment | null} */
  #remembered = null;
  // What is made anew when the graphics card gives its memory back.
  /** @type {WeightsTexture} */
  weights = /** @type {any} */ (null);
  /** @type {Programs} */
  programs = /** @type {any} */ (null);
  /** @type {Readback} */
  readback = /** @type {any} */ (null);
  /** @type {Cells} */
  cells = /** @type {any} */ (null);
  /** @type {Territory} */
  territory = /** @type {any} */ (null);
  /** Counts edits, so that a census from before one is not taken for the present. */
  #edits = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Partial<Conditions>} [conditions]
   * @throws {PlaygroundError} the browser lacks what is needed
   */
  constructor(canvas, conditions = {}) {
    super();
    this.canvas = canvas;
    /** @type {Conditions} */
    this.conditions = { height: 72, width: 72, seed: 0, edge: 'dead', fireRate: 0.5, angle: 0, eightBits: false, ...conditions };
    refuseSize(this.conditions.height, this.conditions.width);
    const gl = canvas.getContext('webgl2', { alpha: false, antialias: false, depth: false, preserveDrawingBuffer: true });
    if (!gl) {
      throw new PlaygroundError('this browser gives the page no WebGL 2; try a current Firefox, Chrome or Safari with hardware acceleration on');
    }
    this.gl = gl;
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      this.lost = true;
      this.dispatchEvent(new Event('lost'));
    });
    canvas.addEventListener('webglcontextrestored', () => this.#restore());
    this.#setUp();
  }

  // Organisms

  /** Makes an organism known; returns its number in this dish. @param {Organism} organism @returns {number} */
  add(organism) {
    if (this.organisms.length > MOST_ORGANISMS) {
      throw new PlaygroundError(`this dish knows ${MOST_ORGANISMS} organisms already; clear it before adding another`);
    }
    this.organisms.push(organism);
    this.#upload();
    return this.organisms.length - 1;
  }

  /** Gives living cells other weights, as a training that goes on does. @param {number} number @param {Organism} organism */
  replace(number, organism) {
    this.#known(number);
    this.organisms[number] = organism;
    this.#upload();
    if (!this.lost) this.#settle();
  }

  /** Empties the dish and forgets its organisms. */
  forget() {
    this.clear();
    this.organisms = [null];
    this.#remembered = null;
    this.#settle();
  }

  // What can be done to the cells

  /** Takes all life away; the next step is the first. */
  clear() {
    this.age = 0;
    this.#done(() => {
      this.age = 0;
      this.cells.clear();
      this.territory.boxes.clear();
    });
  }

  /** Plants a seed cell, in the middle where nothing else is said. @param {number} number of the organism
   * @param {number} [x] @param {number} [y] cell */
  plant(number, x = this.conditions.width >> 1, y = this.conditions.height >> 1) {
    const organism = this.#known(number);
    this.#done(() => {
      this.cells.plant(x, y, organism.rule.channels, number);
      this.territory.add(number, { left: x, top: y, right: x + 1, bottom: y + 1 });
      this.territory.widen(1);
      this.#passLife();
    });
  }

  /**
   * Kills all cells whose centre is within a radius of the line between two places.
   *
   * @param {{x: number, y: number}} from place in cells, the first from 0 to 1
   * @param {{x: number, y: number}} to
   * @param {number} radius in cells
   */
  erase(from, to, radius) {
    this.#done(() => this.#passErase(from, to, radius));
  }

  /** Takes steps. @param {number} [steps] */
  step(steps = 1) {
    if (this.lost) return;
    const conditions = JSON.stringify(this.conditions);
    if (this.#lastSteps?.conditions === conditions) {
      this.#lastSteps.steps += steps;
    } else {
      const entry = { steps, conditions };
      this.#lastSteps = entry;
      this.#since.push(() => {
        const present = this.conditions;
        this.conditions = JSON.parse(entry.conditions);
        this.#takeSteps(entry.steps);
        this.conditions = present;
      });
    }
    this.#takeSteps(steps);
  }

  /** Keeps this moment for `undo`. */
  remember() {
    if (!this.lost) this.#remembered = { content: this.cells.read(), age: this.age };
  }

  get canUndo() {
    return this.#remembered !== null;
  }

  /** Goes back to the moment that was remembered last; whether there was one. */
  undo() {
    if (!this.#remembered || this.lost) return false;
    this.#goTo(this.#remembered);
    this.#remembered = null;
    this.#edits++;
    this.#settle();
    return true;
  }

  // Conditions

  /** Changes conditions; the cells stay, in the middle of the grid when it changes its size. @param {Partial<Conditions>} changes */
  set(changes) {
    const before = this.conditions;
    const after = { ...before, ...changes };
    refuseSize(after.height, after.width);
    if (after.eightBits !== before.eightBits && !this.hasFloats) after.eightBits = true;
    const rebuilt = after.height !== before.height || after.width !== before.width || after.eightBits !== before.eightBits;
    const kept = rebuilt && !this.lost ? { values: this.readStates(), owners: this.readOwners() } : null;
    this.conditions = after;
    if (after.edge !== before.edge) this.territory.wraps = after.edge === 'wrap';
    if (!kept) return;
    this.#remembered = null;
    this.#build();
    const moved = recentred(kept, before, after);
    this.writeStates(moved.values, moved.owners, this.age);
  }

  // Reading and writing

  /** The states, float32 `(height, width, 16)`, row by row. */
  readStates() {
    return statesOf(this.cells.read());
  }

  /** Whose each cell is, 0 for nobody's, row by row. */
  readOwners() {
    const life = this.cells.readLife();
    return Uint8Array.from({ length: life.length / 4 }, (_, cell) => (life[4 * cell] ? life[4 * cell + 1] : 0));
  }

  /** @param {Float32Array} values as `readStates` gives them @param {Uint8Array | number} owners whose each cell is
   * @param {number} age */
  writeStates(values, owners, age) {
    const { height, width, edge, eightBits } = this.conditions;
    const organisms = typeof owners === 'number' ? new Uint8Array(height * width).fill(owners) : owners;
    const aliveAbove = this.organisms.map((organism) => organism?.rule.alive_above ?? Infinity);
    const grid = { height, width, wraps: edge === 'wrap', eightBits, aliveAbove };
    this.#goTo({ content: contentOf(values, organisms, grid), age });
    this.#edits++;
    this.#settle();
  }

  /** What lives in the dish and how it looks, soon; null when the dish was changed meanwhile. @returns {Promise<Survey | null>} */
  async survey() {
    if (this.lost) return null;
    const { height, width } = this.conditions;
    const { age } = this, edits = this.#edits, bytes = 4 * height * width;
    const content = await this.readback.read((buffer) => this.#copyPicture(buffer, bytes));
    if (!content || edits !== this.#edits) return null;
    const life = new Uint8Array(content, bytes);
    const living = census(life, width);
    this.#narrow(living, this.age - age);
    return { age, picture: new Uint8Array(content, 0, bytes), living };
  }

  /** The picture at this moment, RGBA premultiplied, 8 bits, row by row. */
  readPicture() {
    const { gl } = this;
    const { height, width } = this.conditions;
    const picture = new Uint8Array(4 * height * width);
    this.#drawPicture();
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    return picture;
  }

  /** Keeps a copy of the cells outside the graphics card, soon, so that a loss of its memory costs nothing. */
  async checkpoint() {
    if (this.lost || this.#since.length === 0) return;
    const { age } = this, count = this.#since.length, cells = this.cells;
    this.#lastSteps = null;
    const content = await this.readback.read((buffer) => cells.copyTo(buffer));
    if (!content || cells !== this.cells || this.#since.length < count) return;
    this.#checkpoint = { content: cells.split(content), age };
    this.#since.splice(0, count);
  }

  // Drawing

  /** Columns and rows of pictures that the view shows. */
  get tiles() {
    const { kind, index } = this.view;
    if (index !== null || !(kind in TILES)) return { columns: 1, rows: 1 };
    const withLaplacian = kind === 'perception' && this.organisms[this.view.organism]?.rule.filters.includes('laplacian');
    return { columns: TILES[kind].columns, rows: withLaplacian ? 8 : TILES[kind].rows };
  }

  /** Draws the view on the canvas, as large as the canvas is. */
  draw() {
    if (this.lost) return;
    const { gl, canvas, view } = this;
    this.cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, canvas.width, canvas.height);
    if (view.kind in TILES) {
      const uniforms = this.#use('numbers');
      const { columns, rows } = this.tiles;
      gl.uniform1i(uniforms.what, TILES[view.kind].what);
      gl.uniform2i(uniforms.tiles, columns, rows);
      gl.uniform1i(uniforms.first, view.index ?? 0);
      gl.uniform1i(uniforms.organism, view.organism);
      gl.uniform2f(uniforms.pixels, canvas.width, canvas.height);
      gl.uniform3fv(uniforms.ground, this.ground);
    } else {
      this.#usePicture(view.kind === 'firing' ? 1 : 0, canvas.width, canvas.height, true);
    }
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Which cells would fire in the next step, row by row. */
  readFiring() {
    const { gl } = this;
    const { height, width } = this.conditions;
    const bytes = new Uint8Array(4 * height * width);
    const colours = [this.ground, this.accent];
    [this.ground, this.accent] = [[0, 0, 0], [1, 1, 1]];
    this.#drawPicture(1);
    [this.ground, this.accent] = colours;
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    return Array.from({ length: height * width }, (_, cell) => bytes[4 * cell] > 0);
  }

  // Inside

  #setUp() {
    const { gl } = this;
    this.hasFloats = gl.getExtension('EXT_color_buffer_float') !== null;
    if (!this.hasFloats) this.conditions.eightBits = true;
    for (const capability of [gl.DEPTH_TEST, gl.BLEND, gl.DITHER]) gl.disable(capability);
    gl.pixelStorei(gl.PACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.bindVertexArray(gl.createVertexArray());
    this.programs = new Programs(gl);
    this.readback = new Readback(gl);
    this.weights = new WeightsTexture(gl, MOST_ORGANISMS);
    // A driver that cannot compile them should say so now, not in the middle of a step.
    for (const pass of FIRST_PASSES) this.programs.use(pass, this.conditions.eightBits);
    this.#build();
  }

  /** An empty grid under the present conditions. */
  #build() {
    const { gl } = this;
    const { height, width, edge, eightBits } = this.conditions;
    this.cells?.delete();
    this.cells = new Cells(gl, height, width, eightBits);
    this.territory = new Territory(height, width, edge === 'wrap');
    this.pictureTarget = this.#target(height, width);
    this.#checkpoint = null;
    this.#since = [];
    this.#lastSteps = null;
    this.#edits++;
    this.cells.clear();
    this.#upload();
  }

  #restore() {
    const checkpoint = this.#checkpoint, since = this.#since, age = this.age;
    this.lost = false;
    this.cells = /** @type {any} */ (null);
    this.#setUp();
    this.age = 0;
    if (checkpoint) this.#goTo(checkpoint);
    for (const again of since) again();
    this.age = age;
    this.#checkpoint = checkpoint;
    this.#since = since;
    this.dispatchEvent(new Event('restored'));
  }

  /** Does something to the cells, and keeps it so that it can be done again. @param {() => void} change */
  #done(change) {
    this.#since.push(change);
    this.#lastSteps = null;
    this.#edits++;
    if (!this.lost) change();
  }

  /** Nothing of what happened before needs doing again. */
  #settle() {
    if (this.lost) return;
    this.#checkpoint = { content: this.cells.read(), age: this.age };
    this.#since = [];
    this.#lastSteps = null;
  }

  /** @param {Moment} moment */
  #goTo({ content, age }) {
    this.cells.write(content);
    this.age = age;
    this.territory.boxes.clear();
    for (const [organism, { box }] of census(content.life, this.conditions.width)) this.territory.add(organism, box);
  }

  /** @param {Map<number, {box: Box}>} living @param {number} steps since it was so */
  #narrow(living, steps) {
    this.territory.boxes.clear();
    for (const [organism, { box }] of living) this.territory.add(organism, box);
    this.territory.widen(steps);
    this.cells.emptyNextLife();
  }

  /** @param {number} steps */
  #takeSteps(steps) {
    for (let taken = 0; taken < steps; taken++) {
      this.territory.widen(1);
      this.#passUpdate();
      this.#passLife(true);
      this.age = (this.age + 1) >>> 0;
    }
  }

  #passUpdate() {
    const { gl, cells, territory } = this;
    const all = territory.all;
    if (!all) return;
    cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, cells.nextState);
    this.#scissor(all);
    this.#setFiring(this.#use('update'));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    cells.stateDone();
  }

  /** @param {boolean} [updated] whether the states are new */
  #passLife(updated = false) {
    const { gl, cells, territory } = this;
    const all = territory.all;
    if (!all) return;
    cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, cells.nextLife);
    this.#scissor(all);
    gl.uniform1i(this.#use('life').updated, updated ? 1 : 0);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    cells.lifeDone();
  }

  /** @param {{x: number, y: number}} from @param {{x: number, y: number}} to @param {number} radius */
  #passErase(from, to, radius) {
    const { gl, cells } = this;
    const { height, width } = this.conditions;
    cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, cells.presentLife);
    this.#scissor({ left: 0, top: 0, right: width, bottom: height });
    const uniforms = this.#use('erase');
    gl.uniform4f(uniforms.stroke, from.x, from.y, to.x, to.y);
    gl.uniform1f(uniforms.radius, radius);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    this.#passLife();
  }

  /** Makes a pass the one that draws, under the present conditions. @param {import('./programs.js').Pass} pass */
  #use(pass) {
    const { gl, organisms } = this;
    const { height, width, edge, eightBits, angle } = this.conditions;
    const laplacian = organisms.some((organism) => organism?.rule.filters.includes('laplacian'));
    const uniforms = this.programs.use(pass, eightBits, laplacian);
    gl.uniform2i(uniforms.size, width, height);
    gl.uniform1i(uniforms.wraps, edge === 'wrap' ? 1 : 0);
    if (uniforms.alive_above) {
      gl.uniform1fv(uniforms.alive_above, organisms.map((organism) => organism?.rule.alive_above ?? NOBODY));
    }
    if (uniforms.groups) gl.uniform1iv(uniforms.groups, organisms.map((organism) => Math.ceil((organism?.rule.hidden ?? 0) / 4)));
    if (uniforms.turn) gl.uniform2f(uniforms.turn, Math.cos(angle), Math.sin(angle));
    return uniforms;
  }

  /** @param {Record<string, WebGLUniformLocation>} uniforms */
  #setFiring(uniforms) {
    const { seed, fireRate } = this.conditions;
    this.gl.uniform1ui(uniforms.key, stepKey(seed, this.age));
    this.gl.uniform1ui(uniforms.chance, fireChance(fireRate));
  }

  /** @param {number} what @param {number} width @param {number} height in pixels @param {boolean} upward */
  #usePicture(what, width, height, upward) {
    const { gl } = this;
    const uniforms = this.#use('picture');
    gl.uniform1i(uniforms.what, what);
    gl.uniform2f(uniforms.pixels, width, height);
    gl.uniform1i(uniforms.upward, upward ? 1 : 0);
    gl.uniform3fv(uniforms.ground, this.ground);
    gl.uniform3fv(uniforms.accent, this.accent);
    this.#setFiring(uniforms);
  }

  /** Draws a pixel a cell, out of sight. @param {number} [what] */
  #drawPicture(what = 2) {
    const { gl } = this;
    const { height, width } = this.conditions;
    this.cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.pictureTarget ?? null);
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, width, height);
    this.#usePicture(what, width, height, false);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** @param {WebGLBuffer} buffer @param {number} bytes of the picture, and of the life that follows it */
  #copyPicture(buffer, bytes) {
    const { gl } = this;
    const { height, width } = this.conditions;
    this.#drawPicture();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, 2 * bytes, gl.STREAM_READ);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.cells.presentLife);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  }

  /** @param {Box} box */
  #scissor({ left, top, right, bottom }) {
    const { gl } = this;
    gl.viewport(0, 0, this.conditions.width, this.conditions.height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(left, top, right - left, bottom - top);
  }

  #upload() {
    this.organisms.forEach((organism, number) => organism && this.weights.write(number, organism, this.conditions.eightBits));
  }

  /** @param {number} height @param {number} width */
  #target(height, width) {
    const { gl } = this;
    if (this.pictureTarget) gl.deleteFramebuffer(this.pictureTarget);
    if (this.pictureBuffer) gl.deleteRenderbuffer(this.pictureBuffer);
    const target = gl.createFramebuffer(), renderbuffer = gl.createRenderbuffer();
    this.pictureBuffer = renderbuffer;
    gl.bindRenderbuffer(gl.RENDERBUFFER, renderbuffer);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, renderbuffer);
    return target;
  }

  /** @param {number} number */
  #known(number) {
    const organism = this.organisms[number];
    if (!organism) throw new PlaygroundError(`this dish knows no organism number ${number}; it knows ${this.organisms.length - 1}`);
    return organism;
  }
}

/** @param {number} height @param {number} width */
function refuseSize(height, width) {
  const fits = [height, width].every((length) => Number.isInteger(length) && length >= 1 && length <= LARGEST);
  if (!fits) throw new PlaygroundError(`a dish of ${width} x ${height} cells is not possible; 1 to ${LARGEST} along each side are`);
}

/**
 * @param {{values: Float32Array, owners: Uint8Array}} kept
 * @param {{height: number, width: number}} before
 * @param {{height: number, width: number}} after
 */
function recentred({ values, owners }, before, after) {
  const moved = { values: new Float32Array(16 * after.height * after.width), owners: new Uint8Array(after.height * after.width) };
  const down = (after.height >> 1) - (before.height >> 1), across = (after.width >> 1) - (before.width >> 1);
  for (let y = 0; y < before.height; y++) {
    for (let x = 0; x < before.width; x++) {
      const column = x + across, row = y + down;
      if (column < 0 || row < 0 || column >= after.width || row >= after.height) continue;
      const from = y * before.width + x, to = row * after.width + column;
      moved.values.set(values.subarray(16 * from, 16 * from + 16), 16 * to);
      moved.owners[to] = owners[from];
    }
  }
  return moved;
}
