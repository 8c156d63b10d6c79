// node shadertoy.mjs FOLDER WIDTH HEIGHT FRAMES [X Y FROM TO]: run FOLDER/texts as Shadertoy does, on a canvas of this size,
// the mouse held at (X, Y) from frame FROM to TO; print buffer B, write the picture to FOLDER/picture.png. If there is
// FOLDER/later.glsl, it replaces buffer A after half of the frames.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withPage } from "./browser.mjs";

const [folder, width, height, frames, ...mouse] = process.argv.slice(2);
const texts = Object.fromEntries(
  ["buffer_a", "buffer_b", "image"].map((name) => [name, readFileSync(join(folder, "texts", `${name}.glsl`), "utf8")]),
);

const later = join(folder, "later.glsl");
if (existsSync(later)) texts.later = readFileSync(later, "utf8");

function run({ texts, frames, mouse, width, height }) {
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const gl = canvas.getContext("webgl2", { preserveDrawingBuffer: true });
  if (!gl || !gl.getExtension("EXT_color_buffer_float")) throw new Error("no WebGL2 with float buffers here");
  // What Shadertoy puts before and after each text.
  const before = `#version 300 es
    precision highp float; precision highp int; precision highp sampler2D;
    uniform vec3 iResolution; uniform float iTime, iTimeDelta, iFrameRate; uniform int iFrame; uniform vec4 iMouse, iDate;
    uniform float iChannelTime[4]; uniform vec3 iChannelResolution[4];
    uniform sampler2D iChannel0, iChannel1, iChannel2, iChannel3;
    out vec4 shadertoyColor;
    #line 1\n`;
  const after = `\nvoid main() { vec4 color = vec4(1e20); mainImage(color, gl_FragCoord.xy); shadertoyColor = color; }`;
  const shader = (kind, source) => {
    const made = gl.createShader(kind);
    gl.shaderSource(made, source);
    gl.compileShader(made);
    if (!gl.getShaderParameter(made, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(made));
    return made;
  };
  const corners = "#version 300 es\nvoid main() { gl_Position = vec4(vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0, 0, 1); }";
  const program = (text) => {
    const made = gl.createProgram();
    gl.attachShader(made, shader(gl.VERTEX_SHADER, corners));
    gl.attachShader(made, shader(gl.FRAGMENT_SHADER, before + text + after));
    gl.linkProgram(made);
    if (!gl.getProgramParameter(made, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(made));
    return made;
  };
  const began = performance.now();
  const programs = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, program(text)]));
  const compiled = performance.now() - began;
  const target = () => {
    const texture = gl.createTexture();
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.texStorage2D(gl.TEXTURE_2D, 1, gl.RGBA32F, width, height);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
    const framebuffer = gl.createFramebuffer();
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    return { texture, framebuffer };
  };
  // The newest content of each buffer, and where the next is drawn. A buffer that comes later sees it in the same frame.
  const buffers = { buffer_a: [target(), target()], buffer_b: [target(), target()] };
  const draw = (name, frame, framebuffer) => {
    const used = programs[name];
    gl.useProgram(used);
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer);
    gl.viewport(0, 0, width, height);
    ["buffer_a", "buffer_b"].forEach((channel, unit) => {
      gl.activeTexture(gl.TEXTURE0 + unit);
      gl.bindTexture(gl.TEXTURE_2D, buffers[channel][0].texture);
      gl.uniform1i(gl.getUniformLocation(used, `iChannel${unit}`), unit);
    });
    const [x, y, from, to] = mouse;
    const down = frame >= from && frame < to;
    gl.uniform3f(gl.getUniformLocation(used, "iResolution"), width, height, 1);
    gl.uniform1i(gl.getUniformLocation(used, "iFrame"), frame);
    gl.uniform1f(gl.getUniformLocation(used, "iTime"), frame / 60);
    gl.uniform4f(gl.getUniformLocation(used, "iMouse"), x ?? 0, y ?? 0, down ? x : -(x ?? 0), frame === from ? y : -(y ?? 0));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  };
  for (let frame = 0; frame < frames; frame++) {
    if (programs.later && frame === frames >> 1) programs.buffer_a = programs.later;
    for (const [name, pair] of Object.entries(buffers)) {
      draw(name, frame, pair[1].framebuffer);
      pair.reverse();
    }
  }
  draw("image", frames - 1, null);
  const picture = canvas.toDataURL("image/png");
  const state = new Float32Array(width * height * 4);
  gl.bindFramebuffer(gl.FRAMEBUFFER, buffers.buffer_b[0].framebuffer);
  gl.readPixels(0, 0, width, height, gl.RGBA, gl.FLOAT, state);
  if (gl.getError()) throw new Error("WebGL complained");
  return { compiled, grown: performance.now() - began - compiled, picture, state: Array.from(state) };
}

const given = { texts, frames: Number(frames), mouse: mouse.map(Number), width: Number(width), height: Number(height) };
const { picture, ...rest } = await withPage({}, (page) => page.evaluate(run, given));
writeFileSync(join(folder, "picture.png"), Buffer.from(picture.split(",")[1], "base64"));
process.stdout.write(JSON.stringify(rest));
