// @ts-check
// A worker of a crew: answers each task with its result, or with what went wrong.

import { Kernel } from './kernel.js';
import { rolledOut } from './rollouts.js';

/**
 * @typedef {import('./rollouts.js').Result} Result
 * @typedef {import('./rollouts.js').Task} Task
 * @typedef {{module: WebAssembly.Module, mebibytes?: number, lock: string}} First
 *   before all tasks. module: the kernel; mebibytes: of memory that it may take; lock: the name of one that the worker
 *   holds as long as it lives
 * @typedef {{result: Result | null} | {error: string}} Answer
 */

/** @type {Kernel | null} */
let kernel = null;

addEventListener('message', async ({ data }) => {
  try {
    const result = await resultOf(data);
    answer({ result }, buffersOf(result));
  } catch (error) {
    answer({ error: error instanceof Error ? error.message : String(error) });
  }
});
// Messages from before now are lost.
answer({ result: null });

/** @param {First | Task} request @returns {Promise<Result | null>} */
async function resultOf(request) {
  if ('module' in request) {
    kernel = new Kernel(request.module, request.mebibytes);
    await hold(request.lock);
    return null;
  }
  if (!kernel) throw new Error('a task came before the kernel');
  return rolledOut(kernel, request);
}

/** Holds a lock for ever, where the browser has locks: not in insecure pages, and not in files. @param {string} lock */
async function hold(lock) {
  await new Promise((resolve) => {
    const held = navigator.locks?.request(lock, () => {
      resolve(null);
      return new Promise(() => {});
    });
    (held ?? Promise.resolve()).then(resolve, resolve);
  });
}

/** @param {Answer} message @param {Transferable[]} [transferred] */
function answer(message, transferred = []) {
  postMessage(message, { transfer: transferred });
}

/** What is handed over instead of copied. @param {Result | null} result */
function buffersOf(result) {
  const arrays = result ? [result.grid.state, ...Object.values(result.gradient ?? {})] : [];
  return arrays.map(({ buffer }) => buffer);
}
