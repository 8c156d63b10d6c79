// @ts-check
// The cells of a dish in the memory of the kernel, which steps them.

import { drawCells, pictureOf } from './flat_view.js';
import { fireChance } from './firing.js';
import { Instance } from './kernel_instance.js';
import { KernelOrganism, WORDS } from './kernel_organism.js';
import { PICTURE } from './layout.js';
import { patchOf } from './patch.js';
import { MOST_CHANNELS } from './rule.js';
import { distance } from './signals.js';

/**
 * @typedef {import('./conditions.js').Scene} Scene
 * @typedef {import('./encoding.js').Content} Content
 * @typedef {import('./engine.js').Simulation} Simulation
 */

const ALIVE = 255;
const GROUPS = [0, 1, 2, 3];

/** @implements {Simulation} */
export class KernelCells {
  #instance;
  #dish = 0;
  #count = 0;
  /** @type {KernelOrganism[]} */
  #organisms = [];
  /** The address of what the kernel reads of all organisms. */
  #table = 0;

  /** @param {WebAssembly.Module} module @param {CanvasRenderingContext2D} context @param {Scene} scene */
  constructor(module, context, scene) {
    this.context = context;
    this.#instance = new Instance(module);
    this.rebuild(scene);
  }

  /** @param {Scene} scene */
  rebuild(scene) {
    const { height, width } = scene.conditions;
    const { exports } = this.#instance;
    if (this.#dish) exports.delete_dish(this.#dish);
    this.#dish = exports.new_dish(height, width);
    this.#count = height * width;
    this.upload(scene);
  }

  /** @param {Scene} scene */
  upload(scene) {
    for (const organism of this.#organisms) organism.delete();
    this.#organisms = scene.organisms.flatMap((organism, number) =>
      organism ? [new KernelOrganism(this.#instance, organism, number)] : [],
    );
    if (this.#table) this.#instance.exports.release(this.#table);
    this.#table = this.#instance.keep(new Uint32Array(scene.organisms.length * WORDS));
    this.writeSignals(scene);
  }

  /** @param {Scene} scene */
  writeSignals(scene) {
    for (const organism of this.#organisms) organism.signal(scene);
  }

  /** @param {Scene} scene */
  writeMap(scene) {
    this.writeSignals(scene);
  }

  // Changes of the cells

  clear() {
    this.#life.fill(0);
    this.#written();
  }

  /** @param {Scene} scene @param {number} number @param {number} x @param {number} y */
  plant(scene, number, x, y) {
    const cell = y * scene.conditions.width + x;
    const channels = scene.organisms[number]?.rule.channels ?? 0;
    const seed = Array.from({ length: MOST_CHANNELS }, (_, channel) => Number(channel >= 3 && channel < channels));
    this.#states.set(seed, MOST_CHANNELS * cell);
    this.#life.set([ALIVE, number, ALIVE, ALIVE], 4 * cell);
    this.#settle(scene);
  }

  /** @param {Scene} scene @param {number[]} stroke @param {number} radius */
  erase(scene, [x0, y0, x1, y1], radius) {
    const { height, width, edge } = scene.conditions;
    const life = this.#life;
    // On a grid that wraps, a stroke over the edge continues on the other side.
    const around = edge === 'wrap' ? [0, -1, 1] : [0];
    for (let cell = 0; cell < this.#count; cell++) {
      if (life[4 * cell] === 0 && life[4 * cell + 2] === 0) continue;
      const [x, y] = [(cell % width) + 0.5, Math.floor(cell / width) + 0.5];
      const isNear = around.some((down) =>
        around.some((across) => {
          const place = { x: x + across * width, y: y + down * height };
          return distance(place, { x: x0, y: y0 }, { x: x1, y: y1 }) <= radius;
        }),
      );
      if (isNear) life.fill(0, 4 * cell, 4 * cell + 4);
    }
    this.#settle(scene);
  }

  /** @param {Scene} scene */
  step(scene) {
    const { seed, fireRate, edge } = scene.conditions;
    const { exports } = this.#instance;
    const count = this.#list(scene);
    exports.dish_step(this.#dish, this.#table, count, seed, scene.age, fireChance(fireRate), edge === 'wrap');
  }

  /** @param {Content} content */
  write({ states, life }) {
    this.#life.set(life);
    const all = this.#states;
    states.forEach((values, group) => {
      for (let cell = 0; cell < this.#count; cell++) {
        for (let k = 0; k < 4; k++) all[MOST_CHANNELS * cell + 4 * group + k] = values[4 * cell + k];
      }
    });
    this.#written();
  }

  /** The kernel knows what lives. */
  narrow() {}

  // Reading

  /** @returns {Content} */
  read() {
    const all = this.#states;
    const states = GROUPS.map((group) => {
      const values = new Float32Array(4 * this.#count);
      for (let cell = 0; cell < this.#count; cell++) {
        for (let k = 0; k < 4; k++) values[4 * cell + k] = all[MOST_CHANNELS * cell + 4 * group + k];
      }
      return values;
    });
    return { states, life: this.readLife() };
  }

  async readLater() {
    return this.read();
  }

  readLife() {
    return this.#life.slice();
  }

  /** @param {Scene} scene @param {number} what */
  readPicture(scene, what) {
    const pixels = pictureOf(scene, this.#grid, what, { ground: [0, 0, 0], accent: [0, 0, 0] });
    return new Uint8Array(pixels.buffer);
  }

  /** @param {Scene} scene */
  async survey(scene) {
    return { picture: this.readPicture(scene, PICTURE.PREMULTIPLIED), life: this.readLife() };
  }

  /** @param {Scene} scene @param {number} x @param {number} y */
  async patch(scene, x, y) {
    return patchOf(scene, this.#grid, x, y);
  }

  async done() {}

  /** @param {Scene} scene @param {import('./engine.js').Drawing} drawing */
  draw(scene, drawing) {
    drawCells(this.context, scene, this.#grid, drawing);
  }

  // Inside

  /** Writes what the kernel reads of the organisms; returns how many, with number 0. @param {Scene} scene */
  #list({ organisms, conditions }) {
    const bytes = () => this.#instance.bytesAt(this.#table);
    for (const organism of this.#organisms) organism.turn(conditions.angle);
    const view = new DataView(bytes().buffer, bytes().byteOffset);
    for (const organism of this.#organisms) organism.write(view, 4 * WORDS * organism.number);
    return organisms.length;
  }

  /** What the kernel does not know of the cells was written. */
  #written() {
    this.#instance.exports.dish_written(this.#dish);
  }

  /** Cells were planted or erased. @param {Scene} scene */
  #settle(scene) {
    this.#written();
    const count = this.#list(scene);
    this.#instance.exports.dish_settle(this.#dish, this.#table, count, scene.conditions.edge === 'wrap');
  }

  get #states() {
    const bytes = this.#instance.bytesAt(this.#instance.exports.dish_states(this.#dish));
    return new Float32Array(bytes.buffer, bytes.byteOffset, MOST_CHANNELS * this.#count);
  }

  get #life() {
    return this.#instance.bytesAt(this.#instance.exports.dish_life(this.#dish)).subarray(0, 4 * this.#count);
  }

  get #grid() {
    return { states: this.#states, life: this.#life };
  }
}
