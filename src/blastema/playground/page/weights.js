// @ts-check
// The organisms' weights as the shaders read them (for the layout see shaders/network.glsl), one below the other.

import { slotsOf } from './filters.js';
import { BIAS_ROW, HIDDEN_BIAS, INPUT, MOST_ORGANISMS, ROWS, UPDATE, WEIGHTS_UNIT } from './layout.js';
import { MOST_CHANNELS } from './rule.js';

/**
 * @typedef {import('./organism.js').Organism} Organism
 * @typedef {import('./rule.js').Filter} Filter
 */

export class WeightsTexture {
  /** @type {WebGLTexture | null} */
  #texture = null;
  #columns = 0;

  /** @param {WebGL2RenderingContext} gl */
  constructor(gl) {
    this.gl = gl;
  }

  /**
   * Writes the weights of all organisms of a dish.
   *
   * @param {(Organism | null)[]} organisms by number
   * @param {Filter[]} filters that they share
   * @param {boolean} eightBits
   */
  write(organisms, filters, eightBits) {
    const { gl } = this;
    this.#bind(columnsFor(filters));
    organisms.forEach((organism, number) => {
      if (!organism) return;
      const texels = packed(organism, filters, eightBits);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, number * ROWS, this.#columns, ROWS, gl.RGBA, gl.FLOAT, texels);
    });
  }

  /** Binds the texture, a new one if it must be wider or narrower. @param {number} columns */
  #bind(columns) {
    const { gl } = this;
    gl.activeTexture(gl.TEXTURE0 + WEIGHTS_UNIT);
    if (columns === this.#columns) {
      gl.bindTexture(gl.TEXTURE_2D, this.#texture);
      return;
    }
    if (this.#texture) gl.deleteTexture(this.#texture);
    this.#texture = gl.createTexture();
    this.#columns = columns;
    gl.bindTexture(gl.TEXTURE_2D, this.#texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, columns, ROWS * (MOST_ORGANISMS + 1));
    for (const which of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER]) {
      gl.texParameteri(gl.TEXTURE_2D, which, gl.NEAREST);
    }
  }
}

/** @param {Filter[]} filters */
const columnsFor = (filters) => INPUT + MOST_CHANNELS * filters.length;

/**
 * One organism's weights, zero for the filters and channels that it does not have.
 *
 * @param {Organism} organism
 * @param {Filter[]} filters of the dish
 * @param {boolean} eightBits round the weights to 256 values, as the article's page does
 */
export function packed({ rule, weights }, filters, eightBits) {
  const round = eightBits ? toEightBits : (/** @type {Float32Array} */ values) => values;
  const columns = columnsFor(filters);
  const texels = new Float32Array(4 * columns * ROWS);
  const [hidden, update] = [round(weights.hidden_weight), round(weights.update_weight)];
  const hiddenBias = round(weights.hidden_bias);
  const slots = slotsOf(rule, filters);
  for (let unit = 0; unit < rule.hidden; unit++) {
    const row = 4 * columns * (unit >> 2);
    const place = unit & 3;
    slots.forEach((slot, which) => {
      for (let channel = 0; channel < rule.channels; channel++) {
        const column = INPUT + MOST_CHANNELS * slot + channel;
        texels[row + 4 * column + place] = hidden[(which * rule.channels + channel) * rule.hidden + unit];
      }
    });
    texels.set(update.subarray(unit * rule.channels, (unit + 1) * rule.channels), row + 4 * (UPDATE + 4 * place));
    texels[row + 4 * HIDDEN_BIAS + place] = hiddenBias[unit];
  }
  texels.set(round(weights.update_bias), 4 * (columns * BIAS_ROW + UPDATE));
  return texels;
}

/** Rounds to 256 values, as the article's page does. @param {Float32Array} values @returns {Float32Array} */
export function toEightBits(values) {
  const scale = 2 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (scale === 0) return values;
  return values.map((value) => (Math.round((value / scale + 0.5) * 255) / 255 - 0.5) * scale);
}
