// @ts-check
// Shader programs, compiled when first used. Every failure names the shader and gives the driver's reason.

import { PlaygroundError } from './errors.js';
import { isArticle } from './filters.js';
import { BIASES_UNIT, CONSTANTS, LIFE_UNIT, SIGNALS_UNIT, STATES, WEIGHTS_UNIT } from './layout.js';
import { PASSES, SHADERS } from './shaders.js';
import { uniformSetter } from './uniforms.js';

/**
 * @typedef {import('./shaders.js').Pass} Pass
 * @typedef {ReturnType<typeof uniformSetter>} Setter
 */

const NO_REASON = 'no reason given';

export class Programs {
  /** @type {Map<string, {program: WebGLProgram, set: Setter}>} */
  #compiled = new Map();

  /** @param {WebGL2RenderingContext} gl */
  constructor(gl) {
    this.gl = gl;
  }

  /**
   * Makes a pass the current program and returns what sets its uniforms.
   *
   * @param {Pass} pass
   * @param {{eightBits: boolean, filters: import('./rule.js').Filter[], hasSignals: boolean}} variant
   *   what is compiled in
   */
  use(pass, { eightBits, filters, hasSignals }) {
    const article = isArticle(filters);
    const network = PASSES[pass].network ? ` ${article} ${filters.length} ${hasSignals}` : '';
    const name = `${pass} ${eightBits}${network}`;
    let compiled = this.#compiled.get(name);
    if (!compiled) {
      const constants = {
        ...CONSTANTS,
        FILTERS: filters.length,
        ARTICLE: Number(article),
        EIGHT_BITS: Number(eightBits),
        SIGNALS: Number(hasSignals),
      };
      compiled = this.#compile(pass, constants);
      this.#compiled.set(name, compiled);
    }
    this.gl.useProgram(compiled.program);
    return compiled.set;
  }

  /** @param {Pass} pass @param {Record<string, number>} constants */
  #compile(pass, constants) {
    const { gl } = this;
    const head = Object.entries(constants).map(([name, value]) => `#define ${name} ${value}`);
    const parts = ['#version 300 es', ...head, SHADERS.cells];
    if (PASSES[pass].network) parts.push(SHADERS.network);
    const program = gl.createProgram();
    const shaders = [
      this.#shader(gl.VERTEX_SHADER, `#version 300 es\n${SHADERS['quad.vertex']}`, 'quad.vertex'),
      this.#shader(gl.FRAGMENT_SHADER, [...parts, SHADERS[`${pass}.fragment`]].join('\n'), `${pass}.fragment`),
    ];
    for (const shader of shaders) gl.attachShader(program, shader);
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      const reason = gl.getProgramInfoLog(program) || NO_REASON;
      throw new PlaygroundError(`the graphics driver cannot link the ${pass} pass: ${reason}`);
    }
    for (const shader of shaders) gl.deleteShader(shader);
    return { program, set: this.#setter(program) };
  }

  /** @param {GLenum} type @param {string} text @param {string} name */
  #shader(type, text, name) {
    const { gl } = this;
    const shader = gl.createShader(type);
    if (!shader) throw new PlaygroundError('the graphics driver cannot create a shader; reload the page');
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
      const reason = gl.getShaderInfoLog(shader) || NO_REASON;
      throw new PlaygroundError(`the graphics driver cannot compile ${name}.glsl: ${reason}`);
    }
    return shader;
  }

  /** Textures are in the same units in all programs. @param {WebGLProgram} program @returns {Setter} */
  #setter(program) {
    this.gl.useProgram(program);
    const set = uniformSetter(this.gl, program);
    const states = Object.fromEntries(STATES.map((state, unit) => [state, unit]));
    set({ ...states, life: LIFE_UNIT, weights: WEIGHTS_UNIT, biases: BIASES_UNIT, signals: SIGNALS_UNIT });
    return set;
  }
}
