// @ts-check
// A picture of a pixel a cell, off screen, to be read back.

export class Surface {
  /** @param {WebGL2RenderingContext} gl @param {number} height @param {number} width */
  constructor(gl, height, width) {
    this.gl = gl;
    this.height = height;
    this.width = width;
    this.target = gl.createFramebuffer();
    this.buffer = gl.createRenderbuffer();
    gl.bindRenderbuffer(gl.RENDERBUFFER, this.buffer);
    gl.renderbufferStorage(gl.RENDERBUFFER, gl.RGBA8, width, height);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.target);
    gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.RENDERBUFFER, this.buffer);
  }

  /** Its pixels, RGBA, row by row; what was drawn last must have been drawn here. */
  read() {
    const { gl, height, width } = this;
    const pixels = new Uint8Array(4 * height * width);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    return pixels;
  }

  delete() {
    this.gl.deleteFramebuffer(this.target);
    this.gl.deleteRenderbuffer(this.buffer);
  }
}
