// @ts-check
// The engines of the page, and which of them runs a dish.

import { PlaygroundError } from './errors.js';
import { WEBGL2, supportOfWebGL2 } from './webgl2.js';

/**
 * @typedef {import('./engine.js').Engine} Engine
 * @typedef {import('./engine.js').EngineName} EngineName
 * @typedef {{engine: Engine, why: string}} Choice  why: a clause for the user, or nothing
 */

/** What runs a dish, by the name that the address of the page can ask for: `?engine=kernel`.
 * @type {Record<EngineName, {label: string, load: () => Promise<Engine>}>} */
export const ENGINES = {
  webgl2: { label: 'WebGL 2', load: async () => WEBGL2 },
  kernel: {
    label: 'the WebAssembly kernel',
    load: async () => {
      const module = await import('./kernel_engine.js').catch(() => null);
      if (module) return module.loadKernelEngine();
      throw new PlaygroundError('This page is one file without the WebAssembly kernel; it needs WebGL 2');
    },
  },
};
const FORCED = 'the address asks for it';
const WHY = { none: 'this browser has no WebGL 2', software: 'this browser draws WebGL 2 without a graphics card' };

/** The engine that an address asks for, null for none. @param {string} search @returns {EngineName | null}
 * @throws {PlaygroundError} there is no such engine */
export function askedFor(search) {
  const name = new URLSearchParams(search).get('engine');
  if (name === null || Object.hasOwn(ENGINES, name)) return /** @type {EngineName | null} */ (name);
  const allowed = Object.keys(ENGINES).join(' or ');
  throw new PlaygroundError(`The address asks for the engine ‘${name.slice(0, 40)}’; it can be ${allowed}`);
}

/** @param {EngineName | null} asked @returns {Promise<Choice>} */
export async function chosenEngine(asked) {
  if (asked) return { engine: await ENGINES[asked].load(), why: FORCED };
  const support = supportOfWebGL2();
  if (support === 'card') return { engine: WEBGL2, why: '' };
  const kernel = await ENGINES.kernel.load().catch(() => null);
  return kernel ? { engine: kernel, why: WHY[support] } : { engine: WEBGL2, why: '' };
}

/** @param {Choice} choice */
export function engineSaid({ engine, why }) {
  return `Computed by ${ENGINES[engine.name].label}${why ? `: ${why}` : ''}.`;
}
