// @ts-check
// The design of the article's web page, reimplemented from its description for comparison: five passes per step over
// all cells, everything in 8 bits, activations compressed by arctan. A tensor of many channels is one texture, four
// channels per tile, tiles in rows of eight.

const TILES_IN_A_ROW = 8;
/** Channels between the passes. */
const DEPTH = { state: 16, perception: 48, hidden: 128 };

const HEAD = `#version 300 es
precision highp float;
precision highp int;
uniform ivec2 size;
out vec4 result;
const float QUARTER_TURN = 1.5707963267948966;
vec4 packed(vec4 value) { return (127.0 + round(atan(value) / QUARTER_TURN * 127.0)) / 255.0; }
vec4 unpacked(vec4 value) { return tan((value * 255.0 - 127.0) / 127.0 * QUARTER_TURN * 0.9999); }
ivec2 cell() { return ivec2(gl_FragCoord.xy) % size; }
int tile() { ivec2 t = ivec2(gl_FragCoord.xy) / size; return t.y * ${TILES_IN_A_ROW} + t.x; }
ivec2 place(ivec2 c, int t) { return ivec2(t % ${TILES_IN_A_ROW}, t / ${TILES_IN_A_ROW}) * size + c; }
vec4 read(sampler2D tensor, ivec2 c, int t) { return unpacked(texelFetch(tensor, place((c + size) % size, t), 0)); }
`;

const PERCEPTION = `${HEAD}
uniform sampler2D state;
void main() {
  ivec2 c = cell();
  int filter_ = tile() / 4, t = tile() % 4;
  if (filter_ == 0) { result = packed(read(state, c, t)); return; }
  vec4 nw = read(state, c + ivec2(-1, -1), t), ne = read(state, c + ivec2(1, -1), t);
  vec4 sw = read(state, c + ivec2(-1, 1), t), se = read(state, c + ivec2(1, 1), t);
  if (filter_ == 1) {
    vec4 w = read(state, c + ivec2(-1, 0), t), e = read(state, c + ivec2(1, 0), t);
    result = packed((ne - nw + 2.0 * (e - w) + se - sw) / 8.0);
  } else {
    vec4 n = read(state, c + ivec2(0, -1), t), s = read(state, c + ivec2(0, 1), t);
    result = packed((sw - nw + 2.0 * (s - n) + se - ne) / 8.0);
  }
}`;

/** @param {number} inputs @param {boolean} rectified */
const dense = (inputs, rectified) => `${HEAD}
uniform sampler2D tensor;
uniform sampler2D weights;
uniform vec2 scale;   // of weights and biases
vec4 weight(int column, int input_) { return texelFetch(weights, ivec2(column, input_), 0); }
void main() {
  ivec2 c = cell();
  int t = tile();
  vec4 sum = (texelFetch(weights, ivec2(t, ${inputs}), 0) - 0.5) * scale.y;
  for (int i = 0; i < ${inputs / 4}; i++) {
    vec4 p = read(tensor, c, i);
    sum += ((weight(t, 4 * i) - 0.5) * p.x + (weight(t, 4 * i + 1) - 0.5) * p.y
      + (weight(t, 4 * i + 2) - 0.5) * p.z + (weight(t, 4 * i + 3) - 0.5) * p.w) * scale.x;
  }
  result = packed(${rectified ? 'max(sum, 0.0)' : 'sum'});
}`;

const UPDATE = `${HEAD}
uniform sampler2D state;
uniform sampler2D change;
uniform uint key;
void main() {
  ivec2 c = cell();
  int t = tile();
  uint h = key ^ (uint(c.y) << 16u | uint(c.x));
  h ^= h >> 16u; h *= 0x7feb352du; h ^= h >> 15u; h *= 0x846ca68bu; h ^= h >> 16u;
  vec4 acts = (h >> 31u) == 0u ? read(change, c, t) : vec4(0.0);
  result = packed(read(state, c, t) + acts);
}`;

const LIFE = `${HEAD}
uniform sampler2D state;
uniform sampler2D grown;
void main() {
  ivec2 c = cell();
  float before = 0.0, after = 0.0;
  for (int dy = -1; dy <= 1; dy++) {
    for (int dx = -1; dx <= 1; dx++) {
      before = max(before, read(state, c + ivec2(dx, dy), 0).a);
      after = max(after, read(grown, c + ivec2(dx, dy), 0).a);
    }
  }
  result = min(before, after) > 0.1 ? texelFetch(grown, place(c, tile()), 0) : packed(vec4(0.0));
}`;

const VERTEX = `#version 300 es
void main() { gl_Position = vec4(float(gl_VertexID & 1) * 4.0 - 1.0, float(gl_VertexID >> 1) * 4.0 - 1.0, 0.0, 1.0); }`;

export class FivePasses {
  /** @param {import('../../src/blastema/playground/page/organism.js').Weights} weights
   * @param {number} height @param {number} width
   * @param {(seed: number, age: number) => number} stepKey */
  constructor(weights, height, width, stepKey) {
    const gl = document.createElement('canvas').getContext('webgl2');
    if (!gl) throw new Error('no WebGL 2');
    this.gl = gl;
    this.height = height;
    this.width = width;
    this.stepKey = stepKey;
    this.age = 0;
    gl.bindVertexArray(gl.createVertexArray());
    this.hidden = this.#layer(weights.hidden_weight, weights.hidden_bias, DEPTH.hidden);
    this.update = this.#layer(weights.update_weight, weights.update_bias, DEPTH.state);
    this.tensors = {
      state: this.#tensor(DEPTH.state),
      perception: this.#tensor(DEPTH.perception),
      hidden: this.#tensor(DEPTH.hidden),
      change: this.#tensor(DEPTH.state),
      grown: this.#tensor(DEPTH.state),
      next: this.#tensor(DEPTH.state),
    };
    this.passes = {
      perception: this.#program(PERCEPTION),
      first: this.#program(dense(DEPTH.perception, true)),
      second: this.#program(dense(DEPTH.hidden, false)),
      update: this.#program(UPDATE),
      life: this.#program(LIFE),
    };
  }

  step() {
    const { passes, tensors, hidden, update } = this;
    this.#pass(passes.perception, tensors.perception, { state: tensors.state });
    this.#pass(passes.first, tensors.hidden, { tensor: tensors.perception, weights: hidden }, hidden.scale);
    this.#pass(passes.second, tensors.change, { tensor: tensors.hidden, weights: update }, update.scale);
    this.#pass(passes.update, tensors.grown, { state: tensors.state, change: tensors.change });
    this.#pass(passes.life, tensors.next, { state: tensors.state, grown: tensors.grown });
    [tensors.state, tensors.next] = [tensors.next, tensors.state];
    this.age++;
  }

  /** Sets the states. @param {Float32Array} states `(height, width, 16)`, row by row */
  write(states) {
    const { gl, height, width, tensors } = this;
    const bytes = new Uint8Array(4 * 4 * height * width);
    states.forEach((value, place) => {
      const cell = Math.floor(place / DEPTH.state);
      const channel = place % DEPTH.state;
      const [x, y] = [(channel >> 2) * width + (cell % width), Math.floor(cell / width)];
      bytes[4 * (y * 4 * width + x) + (channel & 3)] = 127 + Math.round((Math.atan(value) / (Math.PI / 2)) * 127);
    });
    gl.bindTexture(gl.TEXTURE_2D, tensors.state.texture);
    gl.texSubImage2D(gl.TEXTURE_2D, 0, 0, 0, 4 * width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
  }

  /** The states as bytes, four tiles side by side; waits until all steps are done. */
  read() {
    const { gl, height, width } = this;
    const bytes = new Uint8Array(4 * 4 * height * width);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.tensors.state.target);
    gl.readPixels(0, 0, 4 * width, height, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    return bytes;
  }

  /** @param {WebGLProgram} program @param {{target: WebGLFramebuffer, tiles: number}} to
   * @param {Record<string, {texture: WebGLTexture}>} from @param {number[]} [scale] */
  #pass(program, to, from, scale) {
    const { gl, height, width } = this;
    gl.useProgram(program);
    gl.bindFramebuffer(gl.FRAMEBUFFER, to.target);
    Object.entries(from).forEach(([name, { texture }], unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, texture);
      gl.uniform1i(gl.getUniformLocation(program, name), unit);
    });
    gl.uniform2i(gl.getUniformLocation(program, 'size'), width, height);
    if (scale) gl.uniform2f(gl.getUniformLocation(program, 'scale'), scale[0], scale[1]);
    gl.uniform1ui(gl.getUniformLocation(program, 'key'), this.stepKey(3, this.age));
    gl.viewport(0, 0, Math.min(to.tiles, TILES_IN_A_ROW) * width, Math.ceil(to.tiles / TILES_IN_A_ROW) * height);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  /** @param {number} channels */
  #tensor(channels) {
    const { gl, height, width } = this;
    const tiles = channels / 4,
      texture = this.#texture(
        Math.min(tiles, TILES_IN_A_ROW) * width,
        Math.ceil(tiles / TILES_IN_A_ROW) * height,
        null,
      );
    const target = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, target);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    return { texture, target, tiles };
  }

  /** Weights and, in the last row, biases, in 8 bits. @param {Float32Array} weight @param {Float32Array} bias
   * @param {number} outputs */
  #layer(weight, bias, outputs) {
    const scale = [weight, bias].map(
      (values) => 2 * values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1,
    );
    const rows = weight.length / outputs + 1;
    const bytes = Uint8Array.from(
      [...weight].map((value) => value / scale[0]).concat([...bias].map((value) => value / scale[1])),
      (part) => Math.round((part + 0.5) * 255),
    );
    return { texture: this.#texture(outputs / 4, rows, bytes), scale };
  }

  /** @param {number} width @param {number} height @param {Uint8Array | null} bytes */
  #texture(width, height, bytes) {
    const { gl } = this,
      texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA8, width, height, 0, gl.RGBA, gl.UNSIGNED_BYTE, bytes);
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST);
    return texture;
  }

  /** @param {string} fragment */
  #program(fragment) {
    const { gl } = this,
      program = gl.createProgram();
    for (const [type, text] of /** @type {[number, string][]} */ ([
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, fragment],
    ])) {
      const shader = gl.createShader(type);
      if (!shader) throw new Error('no shader');
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? '');
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    return program;
  }
}
