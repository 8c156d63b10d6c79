// @ts-check
// Reads from the graphics card without blocking.

const AGAIN_AFTER = 4; // milliseconds

export class Readback {
  /** @param {WebGL2RenderingContext} gl */
  constructor(gl) {
    this.gl = gl;
  }

  /**
   * The content of a buffer, once the card has filled it; null if the context is lost before.
   *
   * @param {(buffer: WebGLBuffer) => void} fill starts the copy into it
   * @returns {Promise<ArrayBuffer | null>}
   */
  async read(fill) {
    const { gl } = this;
    const buffer = gl.createBuffer();
    fill(buffer);
    if (!(await this.done())) return null;
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, buffer);
    const content = new Uint8Array(gl.getBufferParameter(gl.PIXEL_PACK_BUFFER, gl.BUFFER_SIZE));
    gl.getBufferSubData(gl.PIXEL_PACK_BUFFER, 0, content);
    gl.bindBuffer(gl.PIXEL_PACK_BUFFER, null);
    gl.deleteBuffer(buffer);
    return gl.isContextLost() ? null : content.buffer;
  }

  /** Resolves when the card has finished; false if the context was lost before. @returns {Promise<boolean>} */
  async done() {
    const { gl } = this;
    const fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    if (!fence) return false;
    while (!gl.isContextLost()) {
      const status = gl.clientWaitSync(fence, 0, 0);
      if (status === gl.ALREADY_SIGNALED || status === gl.CONDITION_SATISFIED) {
        gl.deleteSync(fence);
        return true;
      }
      if (status === gl.WAIT_FAILED) return false;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_AFTER));
    }
    return false;
  }
}
