// @ts-check
// The engine on the processor: the kernel steps the cells, and they are drawn on a canvas without WebGL.

import { PlaygroundError } from './errors.js';
import { loadKernel } from './kernel.js';
import { KernelCells } from './kernel_cells.js';

/** @typedef {import('./engine.js').Device} Device */

/** @implements {Device} */
class KernelDevice {
  hasFloats = true;
  hasBytes = false;

  /** @param {WebAssembly.Module} module @param {HTMLCanvasElement} canvas */
  constructor(module, canvas) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) {
      throw new PlaygroundError('Your browser does not offer WebGL 2, nor any other canvas. Use a current browser.');
    }
    this.module = module;
    this.context = context;
  }

  /** @param {import('./conditions.js').Scene} scene */
  make(scene) {
    return new KernelCells(this.module, this.context, scene);
  }

  /** A step is done when it returns. */
  mark() {
    return () => true;
  }

  close() {}
}

/** @returns {Promise<import('./engine.js').Engine>} @throws {PlaygroundError} the browser lacks what it needs */
export async function loadKernelEngine() {
  const { module } = await loadKernel();
  return { name: 'kernel', open: (canvas) => new KernelDevice(module, canvas) };
}
