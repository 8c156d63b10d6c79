// @ts-check
// What tests of signals share: the files of signals.py, and a page that offers an organism with three bodies.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PYTHON, ROOT, serve, withBrowser } from './browser.js';

/**
 * Runs something with a browser, the address of such a page, and the folder of the files.
 *
 * @param {(tools: {browser: import('playwright-core').Browser, url: string, folder: string}) => Promise<void>} use
 */
export function withBodies(use) {
  return withBrowser(async ({ browser }) => {
    const folder = mkdtempSync(join(tmpdir(), 'blastema-signals-'));
    try {
      execFileSync(PYTHON, [join(ROOT, 'playground/tests/signals.py'), folder]);
      const server = await serve({ '/': `${join(folder, 'site')}/` });
      try {
        await use({ browser, url: server.url, folder });
      } finally {
        server.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/**
 * The pixels of the canvas of a dish of 72 x 72 in which bodies grow as they are told, on white.
 *
 *     changes: which mixture from which step on; strokes: what is painted at which step
 */
export const grown = async (
  /** @type {{changes?: [number, number[]][], steps: number,
   *   strokes?: [number, number, import('../../src/blastema/playground/page/signals.js').Stroke][]}} */
  { changes = [], strokes = [], steps },
) => {
  const [{ Dish }, { readOrganism }] = await Promise.all([import('/dish.js'), import('/organism.js')]);
  const content = await (await fetch('/organisms/bodies.safetensors')).arrayBuffer();
  const canvas = Object.assign(document.createElement('canvas'), { height: 72, width: 72 });
  const dish = new Dish(canvas, { seed: 5 });
  const number = dish.add(readOrganism(content, 'bodies'));
  dish.plant(number);
  for (let step = 0; step < steps; step++) {
    for (const [start, mixture] of changes) if (start === step) dish.setSignal(number, Float32Array.from(mixture));
    for (const [start, signal, stroke] of strokes) if (start === step) dish.paint(number, signal, stroke);
    dish.step();
  }
  dish.draw();
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(72, 72).getContext('2d'));
  context.drawImage(canvas, 0, 0);
  dish.device.close();
  return [...context.getImageData(0, 0, 72, 72).data];
};
