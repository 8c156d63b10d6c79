// @ts-check
// Organisms' weights as the shaders read them (the layout is told in shaders/network.glsl), one below the other.

import { FILTERS } from './organism.js';

const COLUMNS = 81;
const ROWS = 33;
const UPDATE = 64;
const HIDDEN_BIAS = 80;
export const WEIGHTS_UNIT = 5;

export class WeightsTexture {
  /** @param {WebGL2RenderingContext} gl @param {number} organisms how many at most, from number 1 */
  constructor(gl, organisms) {
    this.gl = gl;
    this.texture = gl.createTexture();
    this.bind();
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, COLUMNS, ROWS * (organisms + 1));
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
  }

  bind() {
    this.gl.activeTexture(this.gl.TEXTURE0 + WEIGHTS_UNIT);
    this.gl.bindTexture(this.gl.TEXTURE_2D, this.texture);
  }

  /** @param {number} number of the organism @param {import('./organism.js').Organism} organism @param {boolean} eightBits */
  write(number, organism, eightBits) {
    const { gl } = this;
    this.bind();
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, number * ROWS, COLUMNS, ROWS, gl.RGBA, gl.FLOAT, packed(organism, eightBits));
  }
}

/**
 * @param {import('./organism.js').Organism} organism
 * @param {boolean} eightBits round the weights to 256 values, as the article's page does
 */
export function packed({ rule, weights }, eightBits) {
  const round = eightBits ? toEightBits : (/** @type {Float32Array} */ values) => values;
  const texels = new Float32Array(4 * COLUMNS * ROWS);
  const hidden = round(weights.hidden_weight),
    hiddenBias = round(weights.hidden_bias),
    update = round(weights.update_weight);
  for (let unit = 0; unit < rule.hidden; unit++) {
    const begin = 4 * COLUMNS * (unit >> 2),
      place = unit & 3;
    rule.filters.forEach((filter, which) => {
      for (let channel = 0; channel < rule.channels; channel++) {
        const input = FILTERS.indexOf(filter) * 16 + channel;
        texels[begin + 4 * input + place] = hidden[(which * rule.channels + channel) * rule.hidden + unit];
      }
    });
    texels.set(update.subarray(unit * rule.channels, (unit + 1) * rule.channels), begin + 4 * (UPDATE + 4 * place));
    texels[begin + 4 * HIDDEN_BIAS + place] = hiddenBias[unit];
  }
  texels.set(round(weights.update_bias), 4 * (COLUMNS * (ROWS - 1) + UPDATE));
  return texels;
}

/** @param {Float32Array} values @returns {Float32Array} */
function toEightBits(values) {
  const scale = 2 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return scale === 0 ? values : values.map((value) => (Math.round((value / scale + 0.5) * 255) / 255 - 0.5) * scale);
}
