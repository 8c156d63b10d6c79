// @ts-check
// The passes: what the graphics card draws for a dish. Two make a step, update and life; others erase and show.

import { fireChance, stepKey } from './firing.js';
import { Programs } from './programs.js';

/**
 * @typedef {import('./dish.js').Dish} Dish
 * @typedef {import('./territory.js').Box} Box
 */

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

export class Passes {
  /** @param {Dish} dish whose cells they draw, under its conditions */
  constructor(dish) {
    this.dish = dish;
    this.gl = dish.gl;
    this.programs = new Programs(this.gl);
    // A driver that cannot compile them should say so now, not in the middle of a step.
    for (const pass of FIRST_PASSES) this.programs.use(pass, dish.conditions.eightBits);
  }

  /** Makes room for a picture of a pixel a cell, out of sight. @param {number} height @param {number} width */
  resize(height, width) {
    const { gl } = this;
    if (this.pictureTarget) gl.deleteFramebuffer(this.pictureTarget);
    if (this.pictureBuffer) gl.deleteRenderbuffer(this.pictureBuffer);
    this.pictureTarget = gl.createFramebuffer();
    this.pictureBuffer = gl.createRenderbuffer();
    gl.bindRenderbuffer(gl.RENDERBUFFER, this.pictureBuffer);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.pictureTarget);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, this.pictureBuffer);
  }

  // Of the cells

  update() {
    const {
      gl,
      dish: { cells, territory },
    } = this;
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
  life(updated = false) {
    const {
      gl,
      dish: { cells, territory },
    } = this;
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
  erase(from, to, radius) {
    const {
      gl,
      dish: { cells },
    } = this;
    const { height, width } = this.dish.conditions;
    cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, cells.presentLife);
    this.#scissor({ left: 0, top: 0, right: width, bottom: height });
    const uniforms = this.#use('erase');
    gl.uniform4f(uniforms.stroke, from.x, from.y, to.x, to.y);
    gl.uniform1f(uniforms.radius, radius);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
    this.life();
  }

  // To be looked at

  /** Columns and rows of pictures that the dish's view shows. */
  get tiles() {
    const { kind, index, organism } = this.dish.view;
    if (index !== null || !(kind in TILES)) return { columns: 1, rows: 1 };
    const withLaplacian = kind === 'perception' && this.dish.organisms[organism]?.rule.filters.includes('laplacian');
    return { columns: TILES[kind].columns, rows: withLaplacian ? 8 : TILES[kind].rows };
  }

  /** Draws the dish's view on its canvas, as large as the canvas is. */
  view() {
    const {
      gl,
      dish: { canvas, view, cells },
    } = this;
    cells.bind();
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
      gl.uniform3fv(uniforms.ground, this.dish.ground);
    } else {
      this.#usePicture(view.kind === 'firing' ? 1 : 0, canvas.width, canvas.height, true);
    }
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** Draws a pixel a cell, out of sight. @param {number} [what] */
  picture(what = 2) {
    const { gl } = this;
    const { height, width } = this.dish.conditions;
    this.dish.cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.pictureTarget ?? null);
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, width, height);
    this.#usePicture(what, width, height, false);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** @param {WebGLBuffer} buffer @param {number} bytes of the picture, and of the life that follows it */
  copyPicture(buffer, bytes) {
    const { gl } = this;
    const { height, width } = this.dish.conditions;
    this.picture();
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, 2 * bytes, gl.STREAM_READ);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.dish.cells.presentLife);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  }

  // Inside

  /** Makes a pass the one that draws, under the present conditions. @param {import('./programs.js').Pass} pass */
  #use(pass) {
    const {
      gl,
      dish: { organisms },
    } = this;
    const { height, width, edge, eightBits, angle } = this.dish.conditions;
    const laplacian = organisms.some((organism) => organism?.rule.filters.includes('laplacian'));
    const uniforms = this.programs.use(pass, eightBits, laplacian);
    gl.uniform2i(uniforms.size, width, height);
    gl.uniform1i(uniforms.wraps, edge === 'wrap' ? 1 : 0);
    if (uniforms.alive_above) {
      gl.uniform1fv(
        uniforms.alive_above,
        organisms.map((organism) => organism?.rule.alive_above ?? NOBODY),
      );
    }
    if (uniforms.groups)
      gl.uniform1iv(
        uniforms.groups,
        organisms.map((organism) => Math.ceil((organism?.rule.hidden ?? 0) / 4)),
      );
    if (uniforms.turn) gl.uniform2f(uniforms.turn, Math.cos(angle), Math.sin(angle));
    return uniforms;
  }

  /** @param {Record<string, WebGLUniformLocation>} uniforms */
  #setFiring(uniforms) {
    const { seed, fireRate } = this.dish.conditions;
    this.gl.uniform1ui(uniforms.key, stepKey(seed, this.dish.age));
    this.gl.uniform1ui(uniforms.chance, fireChance(fireRate));
  }

  /** @param {number} what @param {number} width @param {number} height in pixels @param {boolean} upward */
  #usePicture(what, width, height, upward) {
    const { gl } = this;
    const uniforms = this.#use('picture');
    gl.uniform1i(uniforms.what, what);
    gl.uniform2f(uniforms.pixels, width, height);
    gl.uniform1i(uniforms.upward, upward ? 1 : 0);
    gl.uniform3fv(uniforms.ground, this.dish.ground);
    gl.uniform3fv(uniforms.accent, this.dish.accent);
    this.#setFiring(uniforms);
  }

  /** @param {Box} box */
  #scissor({ left, top, right, bottom }) {
    const { gl } = this;
    gl.viewport(0, 0, this.dish.conditions.width, this.dish.conditions.height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(left, top, right - left, bottom - top);
  }
}
