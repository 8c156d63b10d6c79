// @ts-check
// Shader programs, compiled when first used. Every failure says which shader failed and how.

import { PlaygroundError } from './errors.js';
import { SHADERS } from './shaders.js';
import { WEIGHTS_UNIT } from './weights.js';

/**
 * @typedef {'update' | 'life' | 'erase' | 'picture' | 'numbers'} Pass
 * @typedef {{program: WebGLProgram, uniforms: Record<string, WebGLUniformLocation>}} Program
 */

/** How many organisms may live in one dish. */
export const MOST_ORGANISMS = 32;
export const STATES = ['state_0', 'state_1', 'state_2', 'state_3'];
export const LIFE_UNIT = 4;
/** @type {Pass[]} */
const WITH_NETWORK = ['update', 'numbers'];

export class Programs {
  /** @type {Map<string, Program>} */
  #compiled = new Map();

  /** @param {WebGL2RenderingContext} gl */
  constructor(gl) {
    this.gl = gl;
  }

  /**
   * Makes a pass the current program and returns it.
   *
   * @param {Pass} pass
   * @param {boolean} eightBits
   * @param {boolean} laplacian whether some organism perceives through the fourth filter
   */
  use(pass, eightBits, laplacian = false) {
    const name = WITH_NETWORK.includes(pass) ? `${pass} ${eightBits} ${laplacian}` : `${pass} ${eightBits}`;
    let program = this.#compiled.get(name);
    if (!program) {
      program = this.#compile(pass, eightBits, laplacian);
      this.#compiled.set(name, program);
    }
    this.gl.useProgram(program.program);
    return program.uniforms;
  }

  /** @param {Pass} pass @param {boolean} eightBits @param {boolean} laplacian @returns {Program} */
  #compile(pass, eightBits, laplacian) {
    const { gl } = this;
    const head = ['#version 300 es', `#define ORGANISMS ${MOST_ORGANISMS}`, `#define LAPLACIAN ${Number(laplacian)}`];
    if (eightBits) head.push('#define EIGHT_BITS');
    const parts = [head.join('\n'), SHADERS.cells];
    if (WITH_NETWORK.includes(pass)) parts.push(SHADERS.network);
    const program = gl.createProgram();
    const shaders = [
      this.#shader(gl.VERTEX_SHADER, `#version 300 es\n${SHADERS['quad.vertex']}`, 'quad.vertex'),
      this.#shader(gl.FRAGMENT_SHADER, [...parts, SHADERS[`${pass}.fragment`]].join('\n'), `${pass}.fragment`),
    ];
    for (const shader of shaders) gl.attachShader(program, shader);
    gl.linkProgram(program);
    if (!gl.getProgramParameter(program, gl.LINK_STATUS) && !gl.isContextLost()) {
      throw new PlaygroundError(
        `the graphics driver cannot link the ${pass} pass: ${gl.getProgramInfoLog(program) || 'it does not say why'}`,
      );
    }
    for (const shader of shaders) gl.deleteShader(shader);
    return { program, uniforms: this.#bind(program) };
  }

  /** @param {GLenum} type @param {string} text @param {string} name */
  #shader(type, text, name) {
    const { gl } = this;
    const shader = gl.createShader(type);
    if (!shader) throw new PlaygroundError('the graphics driver gives no shader; reload the page');
    gl.shaderSource(shader, text);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS) && !gl.isContextLost()) {
      throw new PlaygroundError(
        `the graphics driver cannot compile ${name}.glsl: ${gl.getShaderInfoLog(shader) || 'it does not say why'}`,
      );
    }
    return shader;
  }

  /** Textures have the same places in all programs. @param {WebGLProgram} program */
  #bind(program) {
    const { gl } = this;
    gl.useProgram(program);
    /** @type {Record<string, WebGLUniformLocation>} */
    const uniforms = {};
    const count = gl.isContextLost() ? 0 : gl.getProgramParameter(program, gl.ACTIVE_UNIFORMS);
    for (let place = 0; place < count; place++) {
      const name = gl.getActiveUniform(program, place)?.name.replace('[0]', '') ?? '';
      const location = gl.getUniformLocation(program, name);
      if (location) uniforms[name] = location;
    }
    STATES.forEach((state, unit) => gl.uniform1i(uniforms[state] ?? null, unit));
    gl.uniform1i(uniforms.life ?? null, LIFE_UNIT);
    gl.uniform1i(uniforms.weights ?? null, WEIGHTS_UNIT);
    return uniforms;
  }
}
