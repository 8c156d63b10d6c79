// @ts-check
// The engine on the graphics card, by WebGL 2.

import { PlaygroundError } from './errors.js';
import { Graphics } from './graphics.js';

/**
 * @typedef {import('./engine.js').Device} Device
 * @typedef {import('./engine.js').Listener} Listener
 */

/** Names of renderers that are programs and no graphics card. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;

/** @implements {Device} */
class WebGL2Device {
  hasBytes = true;

  /** @param {HTMLCanvasElement} canvas @param {Listener} listener */
  constructor(canvas, { lost, restored }) {
    const gl = canvas.getContext('webgl2', {
      alpha: false,
      antialias: false,
      depth: false,
      preserveDrawingBuffer: true,
    });
    if (!gl) {
      throw new PlaygroundError(
        'Your browser does not offer WebGL 2. Use a current Firefox, Chrome or Safari with hardware acceleration on.',
      );
    }
    this.gl = gl;
    canvas.addEventListener('webglcontextlost', (event) => {
      event.preventDefault();
      lost();
    });
    canvas.addEventListener('webglcontextrestored', restored);
  }

  get hasFloats() {
    return this.gl.getExtension('EXT_color_buffer_float') !== null;
  }

  /** @param {import('./conditions.js').Scene} scene */
  make(scene) {
    return new Graphics(this.gl, scene);
  }

  mark() {
    const { gl } = this;
    let fence = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0);
    gl.flush();
    return () => {
      if (!fence) return true;
      const status = gl.clientWaitSync(fence, 0, 0);
      if (status !== gl.ALREADY_SIGNALED && status !== gl.CONDITION_SATISFIED) return false;
      gl.deleteSync(fence);
      fence = null;
      return true;
    };
  }

  /** Browsers allow only about 16 contexts at a time. */
  close() {
    this.gl.getExtension('WEBGL_lose_context')?.loseContext();
  }
}

/** @type {{name: 'webgl2', open: (canvas: HTMLCanvasElement, listener: Listener) => WebGL2Device}} */
export const WEBGL2 = { name: 'webgl2', open: (canvas, listener) => new WebGL2Device(canvas, listener) };

/** How the browser draws by WebGL 2: not at all, in software, or on a graphics card. */
export function supportOfWebGL2() {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return 'none';
  // Firefox names the renderer at once, and warns of the extension.
  const masked = String(gl.getParameter(gl.RENDERER));
  const info = masked === 'WebKit WebGL' ? gl.getExtension('WEBGL_debug_renderer_info') : null;
  const renderer = info ? String(gl.getParameter(info.UNMASKED_RENDERER_WEBGL)) : masked;
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return SOFTWARE.test(renderer) ? 'software' : 'card';
}
