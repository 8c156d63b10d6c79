// @ts-check
// The grid on the graphics card: four textures with the cells' states and a fifth with their life, each of them twice,
// so that a pass can read one and write the other.

import { toByte } from './encoding.js';
import { PlaygroundError } from './errors.js';
import { LIFE_UNIT } from './layout.js';

/** @typedef {{textures: WebGLTexture[], target: WebGLFramebuffer}} Layer */
/** @typedef {import('./encoding.js').Content} Content */

export class Cells {
  /** @param {WebGL2RenderingContext} gl @param {number} height @param {number} width @param {boolean} eightBits */
  constructor(gl, height, width, eightBits) {
    this.gl = gl;
    this.height = height;
    this.width = width;
    this.eightBits = eightBits;
    this.states = [this.#layer(4), this.#layer(4)];
    this.lives = [this.#layer(1), this.#layer(1)];
    this.state = 0;
    this.life = 0;
  }

  get bytes() {
    return this.height * this.width * (this.eightBits ? 4 : 16) * 4;
  }

  /** Binds the textures that the passes read. */
  bind() {
    const { gl } = this;
    this.states[this.state].textures.forEach((texture, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
    });
    gl.activeTexture(gl.TEXTURE0 + LIFE_UNIT);
    gl.bindTexture(gl.TEXTURE_2D, this.lives[this.life].textures[0]);
  }

  get nextState() {
    return this.states[1 - this.state].target;
  }

  get nextLife() {
    return this.lives[1 - this.life].target;
  }

  get presentLife() {
    return this.lives[this.life].target;
  }

  stateDone() {
    this.state = 1 - this.state;
  }

  lifeDone() {
    this.life = 1 - this.life;
  }

  /** Clears the back life texture: cells outside the scissor box are not drawn and must read as empty. */
  emptyNextLife() {
    const { gl } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.nextLife);
    gl.disable(gl.SCISSOR_TEST);
    gl.clearBufferfv(gl.COLOR, 0, [0, 0, 0, 0]);
  }

  clear() {
    this.emptyNextLife();
    this.lifeDone();
    this.emptyNextLife();
  }

  /** Makes one cell a seed cell: alpha and hidden channels are 1. @param {number} x @param {number} y
   * @param {number} channels @param {number} organism */
  plant(x, y, channels, organism) {
    const { gl, eightBits } = this;
    const isOne = (/** @type {number} */ channel) => channel >= 3 && channel < channels;
    gl.activeTexture(gl.TEXTURE0);
    this.states[this.state].textures.forEach((texture, group) => {
      const values = [0, 1, 2, 3].map((channel) => Number(isOne(4 * group + channel)));
      const stored = eightBits ? new Uint8Array(values.map(toByte)) : new Float32Array(values);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, 1, 1, gl.RGBA, this.#type, stored);
    });
    gl.bindTexture(gl.TEXTURE_2D, this.lives[this.life].textures[0]);
    const life = new Uint8Array([255, organism, 255, 255]);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, x, y, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, life);
  }

  /** @returns {Content} */
  read() {
    const { gl, height, width } = this;
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.states[this.state].target);
    const states = [0, 1, 2, 3].map((group) => {
      const values = this.#array();
      gl.readBuffer(gl.COLOR_ATTACHMENT0 + group);
      gl.readPixels(0, 0, width, height, gl.RGBA, this.#type, values);
      return values;
    });
    gl.readBuffer(gl.COLOR_ATTACHMENT0);
    return { states, life: this.readLife() };
  }

  readLife() {
    const { gl, height, width } = this;
    const life = new Uint8Array(4 * height * width);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.presentLife);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, life);
    return life;
  }

  /** Copies all on the card into a buffer, to be read later. @param {WebGLBuffer} buffer */
  copyTo(buffer) {
    const { gl, height, width, bytes } = this;
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, bytes + 4 * height * width, gl.STREAM_READ);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.states[this.state].target);
    for (let group = 0; group < 4; group++) {
      gl.readBuffer(gl.COLOR_ATTACHMENT0 + group);
      gl.readPixels(0, 0, width, height, gl.RGBA, this.#type, (bytes / 4) * group);
    }
    gl.readBuffer(gl.COLOR_ATTACHMENT0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.presentLife);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  }

  /** Copies the picture that was drawn last, and the life, on the card into a buffer. @param {WebGLBuffer} buffer */
  copyPictureTo(buffer) {
    const { gl, height, width } = this;
    const bytes = 4 * height * width;
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    gl.bufferData(gl.PIXEL_PACK_BUFFER, 2 * bytes, gl.STREAM_READ);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.presentLife);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
  }

  /** Takes apart what `copyTo` copied. @param {ArrayBuffer} content @returns {Content} */
  split(content) {
    const quarter = this.bytes / 4;
    const parts = [0, 1, 2, 3].map((group) => content.slice(group * quarter, (group + 1) * quarter));
    return {
      states: parts.map((part) => (this.eightBits ? new Uint8Array(part) : new Float32Array(part))),
      life: new Uint8Array(content.slice(this.bytes)),
    };
  }

  /** @param {Content} content */
  write({ states, life }) {
    const { gl, height, width } = this;
    this.clear();
    gl.activeTexture(gl.TEXTURE0);
    states.forEach((values, group) => {
      gl.bindTexture(gl.TEXTURE_2D, this.states[this.state].textures[group]);
      gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RGBA, this.#type, values);
    });
    gl.bindTexture(gl.TEXTURE_2D, this.lives[this.life].textures[0]);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, life);
  }

  delete() {
    for (const { textures, target } of [...this.states, ...this.lives]) {
      textures.forEach((texture) => this.gl.deleteTexture(texture));
      this.gl.deleteFramebuffer(target);
    }
  }

  get #type() {
    return this.eightBits ? this.gl.UNSIGNED_BYTE : this.gl.FLOAT;
  }

  #array() {
    const length = 4 * this.height * this.width;
    return this.eightBits ? new Uint8Array(length) : new Float32Array(length);
  }

  /** @param {number} count of textures: 4 for states, 1 for life @returns {Layer} */
  #layer(count) {
    const { gl, height, width } = this;
    const format = count === 4 && !this.eightBits ? gl.RGBA32F : gl.RGBA8;
    const target = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    const textures = Array.from({ length: count }, (_, place) => {
      const texture = gl.createTexture();
      gl.activeTexture(gl.TEXTURE0);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.texStorage2D(gl.TEXTURE_2D, 1, format, width, height);
      for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
        gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
      gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0 + place, gl.TEXTURE_2D, texture, 0);
      return texture;
    });
    gl.drawBuffers(textures.map((_, place) => gl.COLOR_ATTACHMENT0 + place));
    if (gl.checkFramebufferStatus(gl.FRAMEBUFFER) !== gl.FRAMEBUFFER_COMPLETE && !gl.isContextLost()) {
      const kind = format === gl.RGBA8 ? '8-bit' : 'float';
      throw new PlaygroundError(
        `the graphics driver cannot render to ${count} ${kind} textures of ${width} x ${height} cells`,
      );
    }
    return { textures, target };
  }
}
