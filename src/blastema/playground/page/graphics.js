// @ts-check
// Everything of a dish that is in the memory of the graphics card. It is made as a whole and lost as a whole.

import { Cells } from './cells.js';
import { PICTURE } from './layout.js';
import { Passes } from './passes.js';
import { copyPatch } from './patch.js';
import { Readback } from './readback.js';
import { SignalTextures } from './signal_textures.js';
import { Surface } from './surface.js';
import { Territory, census } from './territory.js';
import { WeightsTexture } from './weights.js';

/**
 * @typedef {import('./encoding.js').Content} Content
 * @typedef {import('./engine.js').Simulation} Simulation
 * @typedef {import('./conditions.js').Scene} Scene
 * @typedef {import('./territory.js').Living} Living
 */

/** @implements {Simulation} */
export class Graphics {
  /** @param {WebGL2RenderingContext} gl @param {Scene} scene */
  constructor(gl, scene) {
    this.gl = gl;
    for (const capability of [gl.DEPTH_TEST, gl.BLEND, gl.DITHER]) gl.disable(capability);
    gl.pixelStorei(gl.PACK_ALIGNMENT, 1);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    gl.bindVertexArray(gl.createVertexArray());
    this.passes = new Passes(gl, scene);
    this.readback = new Readback(gl);
    this.weights = new WeightsTexture(gl);
    this.signals = new SignalTextures(gl);
    this.grid = new Grid(gl, scene);
    this.upload(scene);
  }

  /** Replaces the grid by an empty one. @param {Scene} scene */
  rebuild(scene) {
    this.grid.delete();
    this.grid = new Grid(this.gl, scene);
    this.upload(scene);
  }

  /** Writes the weights of all organisms, and their signals. @param {Scene} scene */
  upload(scene) {
    this.weights.write(scene.organisms, scene.filters, scene.conditions.eightBits);
    this.writeSignals(scene);
  }

  /** @param {Scene} scene */
  writeSignals(scene) {
    this.signals.write(scene);
  }

  /** @param {Scene} scene */
  writeMap(scene) {
    this.signals.writeMap(scene);
  }

  // Changes of the cells

  clear() {
    const { cells, territory } = this.grid;
    cells.clear();
    territory.boxes.clear();
  }

  /** @param {Scene} scene @param {number} number of the organism @param {number} x @param {number} y */
  plant(scene, number, x, y) {
    const { cells, territory } = this.grid;
    territory.wraps = wraps(scene);
    cells.plant(x, y, scene.organisms[number]?.rule.channels ?? 0, number);
    territory.add(number, { left: x, top: y, right: x + 1, bottom: y + 1 });
    territory.widen(1);
    this.#life(scene, false);
  }

  /** @param {Scene} scene @param {number[]} stroke from x, y to x, y @param {number} radius */
  erase(scene, stroke, radius) {
    this.passes.erase(this.grid.cells, scene, stroke, radius);
    this.#life(scene, false);
  }

  /** One step. @param {Scene} scene */
  step(scene) {
    const { cells, territory } = this.grid;
    territory.wraps = wraps(scene);
    territory.widen(1);
    if (territory.all) this.passes.update(cells, territory.all, scene);
    this.#life(scene, true);
  }

  /** @param {Content} content */
  write(content) {
    this.grid.cells.write(content);
    this.grid.territory.reset(census(content.life, this.grid.cells.width), 0);
  }

  /** Less has to be drawn when it is known what lives. @param {Living} living @param {number} steps since then */
  narrow(living, steps) {
    this.grid.territory.reset(living, steps);
    this.grid.cells.emptyNextLife();
  }

  // Reading

  /** @returns {Content} */
  read() {
    return this.grid.cells.read();
  }

  readLife() {
    return this.grid.cells.readLife();
  }

  /** @param {Scene} scene @param {number} what of the picture pass, see layout.js @returns {Uint8Array} RGBA */
  readPicture(scene, what) {
    const { cells, surface } = this.grid;
    this.passes.picture(cells, scene, what, surface);
    return surface.read();
  }

  /** The picture, premultiplied, and the life that belongs to it, soon; null when the card is lost before.
   * @param {Scene} scene */
  async survey(scene) {
    const { cells, surface } = this.grid;
    const bytes = 4 * cells.height * cells.width;
    const content = await this.readback.read((buffer) => {
      this.passes.picture(cells, scene, PICTURE.PREMULTIPLIED, surface);
      cells.copyPictureTo(buffer);
    });
    return content && { picture: new Uint8Array(content, 0, bytes), life: new Uint8Array(content, bytes) };
  }

  /** All of the cells, soon; null when the card is lost before, or the grid is another one then. */
  async readLater() {
    const { cells } = this.grid;
    const content = await this.readback.read((buffer) => cells.copyTo(buffer));
    return content && cells === this.grid.cells ? cells.split(content) : null;
  }

  /** The cells around one of them, soon; null when the card is lost before. @param {Scene} scene
   * @param {number} x @param {number} y */
  async patch(scene, x, y) {
    /** @type {ReturnType<typeof copyPatch> | undefined} */
    let take;
    const content = await this.readback.read((buffer) => {
      take = copyPatch(this.gl, this.grid.cells, scene, x, y, buffer);
    });
    return content && take ? take(content) : null;
  }

  /** Resolves when the card has done everything it was asked to. */
  done() {
    return this.readback.done();
  }

  /** @param {Scene} scene @param {import('./engine.js').Drawing} drawing */
  draw(scene, { view, tiles, colours, width, height }) {
    this.passes.view(this.grid.cells, scene, view, tiles, colours, { target: null, width, height });
  }

  /** @param {Scene} scene @param {boolean} updated */
  #life(scene, updated) {
    const { cells, territory } = this.grid;
    if (territory.all) this.passes.life(cells, territory.all, scene, updated);
  }
}

/** @param {Scene} scene */
const wraps = ({ conditions: { edge } }) => edge === 'wrap';

/** What depends on the size of the grid. */
class Grid {
  /** @param {WebGL2RenderingContext} gl @param {Scene} scene */
  constructor(gl, scene) {
    const { height, width, eightBits } = scene.conditions;
    this.cells = new Cells(gl, height, width, eightBits);
    this.cells.clear();
    this.territory = new Territory(height, width, wraps(scene));
    this.surface = new Surface(gl, height, width);
  }

  delete() {
    this.cells.delete();
    this.surface.delete();
  }
}
