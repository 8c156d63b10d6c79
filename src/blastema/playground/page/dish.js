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
import { Passes } from './passes.js';
import { MOST_ORGANISMS } from './programs.js';
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
  /** @type {Passes} */
  passes = /** @type {any} */ (null);
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
    this.conditions = {
      height: 72,
      width: 72,
      seed: 0,
      edge: 'dead',
      fireRate: 0.5,
      angle: 0,
      eightBits: false,
      ...conditions,
    };
    refuseSize(this.conditions.height, this.conditions.width);
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      preserveDrawingBuffer: true,
    });
    if (!gl) {
      throw new PlaygroundError(
        'this browser gives the page no WebGL 2; try a current Firefox, Chrome or Safari with hardware acceleration on',
      );
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
      this.passes.life();
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
    this.#done(() => this.passes.erase(from, to, radius));
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
    const rebuilt =
      after.height !== before.height || after.width !== before.width || after.eightBits !== before.eightBits;
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
    const { age } = this,
      edits = this.#edits,
      bytes = 4 * height * width;
    const content = await this.readback.read((buffer) => this.passes.copyPicture(buffer, bytes));
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
    this.passes.picture();
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, picture);
    return picture;
  }

  /** Keeps a copy of the cells outside the graphics card, soon, so that a loss of its memory costs nothing. */
  async checkpoint() {
    if (this.lost || this.#since.length === 0) return;
    const { age } = this,
      count = this.#since.length,
      cells = this.cells;
    this.#lastSteps = null;
    const content = await this.readback.read((buffer) => cells.copyTo(buffer));
    if (!content || cells !== this.cells || this.#since.length < count) return;
    this.#checkpoint = { content: cells.split(content), age };
    this.#since.splice(0, count);
  }

  // Drawing

  /** Columns and rows of pictures that the view shows. */
  get tiles() {
    return this.passes.tiles;
  }

  /** Draws the view on the canvas, as large as the canvas is. */
  draw() {
    if (!this.lost) this.passes.view();
  }

  /** Which cells would fire in the next step, row by row. */
  readFiring() {
    const { gl } = this;
    const { height, width } = this.conditions;
    const bytes = new Uint8Array(4 * height * width);
    const colours = [this.ground, this.accent];
    [this.ground, this.accent] = [
      [0, 0, 0],
      [1, 1, 1],
    ];
    this.passes.picture(1);
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
    this.passes = new Passes(this);
    this.readback = new Readback(gl);
    this.weights = new WeightsTexture(gl, MOST_ORGANISMS);
    this.#build();
  }

  /** An empty grid under the present conditions. */
  #build() {
    const { gl } = this;
    const { height, width, edge, eightBits } = this.conditions;
    this.cells?.delete();
    this.cells = new Cells(gl, height, width, eightBits);
    this.territory = new Territory(height, width, edge === 'wrap');
    this.passes.resize(height, width);
    this.#checkpoint = null;
    this.#since = [];
    this.#lastSteps = null;
    this.#edits++;
    this.cells.clear();
    this.#upload();
  }

  #restore() {
    const checkpoint = this.#checkpoint,
      since = this.#since,
      age = this.age;
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
      this.passes.update();
      this.passes.life(true);
      this.age = (this.age + 1) >>> 0;
    }
  }

  #upload() {
    this.organisms.forEach(
      (organism, number) => organism && this.weights.write(number, organism, this.conditions.eightBits),
    );
  }

  /** @param {number} number */
  #known(number) {
    const organism = this.organisms[number];
    if (!organism)
      throw new PlaygroundError(`this dish knows no organism number ${number}; it knows ${this.organisms.length - 1}`);
    return organism;
  }
}

/** @param {number} height @param {number} width */
function refuseSize(height, width) {
  const fits = [height, width].every((length) => Number.isInteger(length) && length >= 1 && length <= LARGEST);
  if (!fits)
    throw new PlaygroundError(
      `a dish of ${width} x ${height} cells is not possible; 1 to ${LARGEST} along each side are`,
    );
}

/**
 * @param {{values: Float32Array, owners: Uint8Array}} kept
 * @param {{height: number, width: number}} before
 * @param {{height: number, width: number}} after
 */
function recentred({ values, owners }, before, after) {
  const moved = {
    values: new Float32Array(16 * after.height * after.width),
    owners: new Uint8Array(after.height * after.width),
  };
  const down = (after.height >> 1) - (before.height >> 1),
    across = (after.width >> 1) - (before.width >> 1);
  for (let y = 0; y < before.height; y++) {
    for (let x = 0; x < before.width; x++) {
      const column = x + across,
        row = y + down;
      if (column < 0 || row < 0 || column >= after.width || row >= after.height) continue;
      const from = y * before.width + x,
        to = row * after.width + column;
      moved.values.set(values.subarray(16 * from, 16 * from + 16), 16 * to);
      moved.owners[to] = owners[from];
    }
  }
  return moved;
}
