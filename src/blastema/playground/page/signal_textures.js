// @ts-check
// The signals of a dish as the shaders read them (see shaders/network.glsl): biases by signal, and the painted map.

import { BIASES_UNIT, BIAS_ROW, MOST_ORGANISMS, SIGNALS_UNIT } from './layout.js';
import { signalsOf } from './signal_names.js';
import { toEightBits } from './weights.js';

/** @typedef {import('./conditions.js').Scene} Scene */

export class SignalTextures {
  #biases = new Texture(BIASES_UNIT);
  #map = new Texture(SIGNALS_UNIT);

  /** @param {WebGL2RenderingContext} gl */
  constructor(gl) {
    this.gl = gl;
  }

  /** Writes all of it; nothing if no organism has signals. @param {Scene} scene */
  write(scene) {
    if (!scene.signals.areUsed) return;
    this.#writeBiases(scene);
    this.writeMap(scene);
  }

  /** @param {Scene} scene */
  writeMap({ signals, conditions: { height, width } }) {
    const { gl } = this;
    this.#map.bind(gl, gl.RG8, width, height);
    const map = signals.map ?? new Uint8Array(2 * height * width);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RG, gl.UNSIGNED_BYTE, map);
  }

  /** @param {Scene} scene */
  #writeBiases({ organisms, signals, conditions }) {
    const { gl } = this;
    const rows = 1 + Math.max(...organisms.map((organism) => (organism ? signalsOf(organism.rule).length : 0)));
    this.#biases.bind(gl, gl.RGBA32F, BIAS_ROW * (MOST_ORGANISMS + 1), rows);
    organisms.forEach((organism, number) => {
      if (!organism) return;
      const texels = biases(organism, signals.mixtures.get(number), conditions.eightBits);
      const height = texels.length / (4 * BIAS_ROW);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, number * BIAS_ROW, 0, BIAS_ROW, height, gl.RGBA, gl.FLOAT, texels);
    });
  }
}

/** A texture that is always bound to its unit; a new one when its size changes. */
class Texture {
  /** @type {WebGLTexture | null} */
  #texture = null;
  #size = '';

  /** @param {number} unit */
  constructor(unit) {
    this.unit = unit;
  }

  /** @param {WebGL2RenderingContext} gl @param {GLenum} format @param {number} width @param {number} height */
  bind(gl, format, width, height) {
    gl.activeTexture(gl.TEXTURE0 + this.unit);
    if (this.#size === `${width} ${height}`) return;
    if (this.#texture) gl.deleteTexture(this.#texture);
    this.#texture = gl.createTexture();
    this.#size = `${width} ${height}`;
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  }
}

/**
 * An organism's hidden biases: of a mixture of its signals, then of each signal.
 *
 * @param {import('./organism.js').Organism} organism @param {Float32Array | undefined} mixture of its signals, if any
 * @param {boolean} eightBits @returns {Float32Array} row by row
 */
export function biases({ rule, weights }, mixture = new Float32Array(), eightBits) {
  const { hidden } = rule;
  const signalBias = weights.signal_bias ?? new Float32Array();
  const shares = [...mixture.entries()].filter(([, share]) => share !== 0);
  const pure = Array.from(mixture, (_, signal) => [[signal, 1]]);
  const texels = new Float32Array(4 * BIAS_ROW * (1 + mixture.length));
  [shares, ...pure].forEach((some, row) => {
    const values = weights.hidden_bias.map((bias, unit) =>
      some.reduce((sum, [signal, share]) => sum + share * signalBias[signal * hidden + unit], bias),
    );
    texels.set(eightBits ? toEightBits(values) : values, 4 * BIAS_ROW * row);
  });
  return texels;
}
