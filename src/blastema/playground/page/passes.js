// @ts-check
// The passes that the graphics card runs over the cells: two make a step, update and life; others erase and show.

import { fireChance, stepKey } from './firing.js';
import { isArticle, kernels, slotsOf } from './filters.js';
import { PICTURE } from './layout.js';
import { Programs } from './programs.js';
import { PASSES, PASS_NAMES } from './shaders.js';
import { VIEWS, firstOf } from './views.js';

/**
 * @typedef {import('./cells.js').Cells} Cells
 * @typedef {import('./conditions.js').Scene} Scene
 * @typedef {import('./territory.js').Box} Box
 * @typedef {import('./uniforms.js').UniformValue} UniformValue
 * @typedef {import('./engine.js').Colours} Colours
 * @typedef {{target: WebGLFramebuffer | null, width: number, height: number}} Surface  null: the canvas; in pixels
 */

/** A threshold that no alpha exceeds. */
const NEVER_ALIVE = 1e30;

export class Passes {
  /** @param {WebGL2RenderingContext} gl @param {Scene} scene whose variant of the first passes is compiled at once */
  constructor(gl, scene) {
    this.gl = gl;
    this.programs = new Programs(gl);
    for (const pass of PASS_NAMES) if (PASSES[pass].first) this.#use(pass, scene, {});
  }

  /** Perception, network and firing in a box. @param {Cells} cells @param {Box} box @param {Scene} scene */
  update(cells, box, scene) {
    this.#into(cells, cells.nextState, box);
    this.#draw('update', scene, {});
    cells.stateDone();
  }

  /** Who is alive in a box. @param {Cells} cells @param {Box} box @param {Scene} scene
   * @param {boolean} updated whether the states are new */
  life(cells, box, scene, updated) {
    this.#into(cells, cells.nextLife, box);
    this.#draw('life', scene, { updated });
    cells.lifeDone();
  }

  /** Kills the cells near a stroke; `life` must follow. @param {Cells} cells @param {Scene} scene
   * @param {number[]} stroke from x, y to x, y @param {number} radius */
  erase(cells, scene, stroke, radius) {
    this.#into(cells, cells.presentLife, { left: 0, top: 0, right: cells.width, bottom: cells.height });
    this.#draw('erase', scene, { stroke, radius });
  }

  /**
   * Draws a view of the cells on the canvas.
   *
   * @param {Cells} cells @param {Scene} scene @param {import('./views.js').View} view
   * @param {{columns: number, rows: number}} tiles of the view @param {Colours} colours @param {Surface} surface
   */
  view(cells, scene, view, { columns, rows }, colours, surface) {
    const record = VIEWS[view.kind].tiles;
    const rule = scene.organisms[view.organism]?.rule;
    if (!record || !rule) {
      this.picture(cells, scene, view.kind === 'firing' ? PICTURE.FIRING : PICTURE.COLOURS, surface, colours);
      return;
    }
    this.#onto(cells, surface);
    this.#draw('numbers', scene, {
      what: record.what,
      tiles: [columns, rows],
      first: firstOf(view),
      organism: view.organism,
      slots: slotsOf(rule, scene.filters),
      pixels: [surface.width, surface.height],
      ground: colours.ground,
    });
  }

  /** Draws the picture pass. @param {Cells} cells @param {Scene} scene @param {number} what see layout.js
   * @param {Surface} surface @param {Colours} [colours] */
  picture(cells, scene, what, surface, colours = { ground: [0, 0, 0], accent: [0, 0, 0] }) {
    this.#onto(cells, surface);
    const pixels = [surface.width, surface.height];
    this.#draw('picture', scene, { what, pixels, upward: surface.target === null, ...colours });
  }

  // Inside

  /** @param {import('./shaders.js').Pass} pass @param {Scene} scene @param {Record<string, UniformValue>} values */
  #draw(pass, scene, values) {
    this.#use(pass, scene, values);
    this.gl.drawArrays(this.gl.TRIANGLES, 0, 3);
  }

  /** @param {import('./shaders.js').Pass} pass @param {Scene} scene @param {Record<string, UniformValue>} values */
  #use(pass, scene, values) {
    const { filters, conditions, signals } = scene;
    const { eightBits } = conditions;
    const set = this.programs.use(pass, { eightBits, filters, hasSignals: signals.areUsed });
    set({ ...uniformsOf(scene), ...values });
  }

  /** The next pass draws into a box of a target of the cells. @param {Cells} cells @param {WebGLFramebuffer} target
   * @param {Box} box */
  #into(cells, target, { left, top, right, bottom }) {
    const { gl } = this;
    cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.viewport(0, 0, cells.width, cells.height);
    gl.enable(gl.SCISSOR_TEST);
    gl.scissor(left, top, right - left, bottom - top);
  }

  /** The next pass draws all over a surface. @param {Cells} cells @param {Surface} surface */
  #onto(cells, { target, width, height }) {
    const { gl } = this;
    cells.bind();
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.disable(gl.SCISSOR_TEST);
    gl.viewport(0, 0, width, height);
  }
}

/** What several passes know of a scene. @param {Scene} scene @returns {Record<string, UniformValue>} */
function uniformsOf({ conditions, organisms, filters, age }) {
  const { height, width, edge, angle, seed, fireRate } = conditions;
  return {
    size: [width, height],
    wraps: edge === 'wrap',
    alive_threshold: organisms.map((organism) => organism?.rule.alive_above ?? NEVER_ALIVE),
    groups: organisms.map((organism) => Math.ceil((organism?.rule.hidden ?? 0) / 4)),
    rotation: [Math.cos(angle), Math.sin(angle)],
    kernels: isArticle(filters) ? [] : kernels(filters, angle),
    key: stepKey(seed, age),
    chance: fireChance(fireRate),
  };
}
