// @ts-check
// Runs in the browser: how long the kernels take for a training step and for a CA step.

import { Kernel } from '/kernel.js';
import { prepare, stepTime, trainingStep } from '/benchmark/training_step.js';

const SEEDS = [0, 1, 2, 3, 4, 5, 6, 7];
const WORKERS = 2;

/** Workers that share the batch; gives a function that takes the step. @param {Kernel} kernel
 * @param {ArrayBuffer} content @param {Float32Array} target */
async function shared({ module }, content, target) {
  const workers = Array.from({ length: WORKERS }, () => new Worker('/benchmark/worker.js', { type: 'module' }));
  const ask = (/** @type {Worker} */ worker, /** @type {any} */ message) =>
    new Promise((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = ({ message: reason }) => reject(new Error(reason));
      worker.postMessage(message);
    });
  const part = SEEDS.length / WORKERS;
  await Promise.all(
    workers.map((worker, i) => {
      const seeds = SEEDS.slice(i * part, (i + 1) * part);
      return ask(worker, { module, content, seeds, target, size: SEEDS.length });
    }),
  );
  return async () => {
    const parts = await Promise.all(workers.map((worker) => ask(worker, 'step')));
    return parts.reduce((sum, { loss }) => sum + loss, 0);
  };
}

/** Times in turns. @param {{files: string[], content: string, target: string, rounds: number}} plan base64 */
export async function kernelTimes({ files, content, target, rounds }) {
  const bytesOf = (/** @type {string} */ text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  const [organism, picture] = [bytesOf(content), new Float32Array(bytesOf(target))];
  const contenders = [];
  for (const file of files) {
    const kernel = await Kernel.from(await (await fetch(`/${file}`)).arrayBuffer());
    const work = prepare(kernel, organism, SEEDS);
    const inWorkers = await shared(kernel, organism, picture);
    /** @type {Record<'alone' | 'workers' | 'step' | 'shown', number[]>} */
    const times = { alone: [], workers: [], step: [], shown: [] };
    contenders.push({ file, kernel, work, inWorkers, times, losses: [0, 0] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const { kernel, work, inWorkers, times, losses } of contenders) {
      let begin = performance.now();
      losses[0] = trainingStep(kernel, work, picture, SEEDS.length).loss;
      times.alone.push(performance.now() - begin);
      begin = performance.now();
      losses[1] = await inWorkers();
      times.workers.push(performance.now() - begin);
      times.step.push(stepTime(kernel, work, 100, false));
      times.shown.push(stepTime(kernel, work, 100, true));
    }
  }
  return contenders.map(({ file, times, losses }) => ({ file, times, losses }));
}
