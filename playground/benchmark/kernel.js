// @ts-check
// Prints how long the kernels take, beside the passes of the page and dense PyTorch: a training step, and a step of one
// grown lizard.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PYTHON, ROOT } from '../tests/browser.js';
import { compare, median } from './compare.js';

const ROUNDS = 9;
const FILES = ['kernel.wasm', 'kernel_relaxed.wasm'];
/** An environment with PyTorch; `make page-bench` has one. */
const BENCH_PYTHON = process.env.BENCH_PYTHON;
/** The canonical workload of benchmarks/workload.py, and its loss by the native engine. */
const WORKLOAD = `
import base64, json, sys
from pathlib import Path
sys.path.insert(0, "benchmarks")
import workload
from blastema import load, load_target
from blastema.engines.native_engine import NativeEngine
from blastema.loss import towards
from blastema.rule import seed_batch
path = Path("benchmarks/lizard.safetensors")
lizard, target, engine = load(path), load_target("🦎"), NativeEngine()
grown = engine.grow(lizard.rule, lizard.weights, seed_batch(range(workload.BATCH), workload.SIZE, workload.SIZE), 200)
loss = engine.value_and_grad(lizard.rule, lizard.weights, grown, workload.STEPS, towards(target)).loss
content, target = (base64.b64encode(part).decode() for part in (path.read_bytes(), target.astype("float32").tobytes()))
print(json.dumps({"loss": loss, "content": content, "target": target}))
`;

/** @param {import('playwright-core').Page} page */
export async function reportKernels(page) {
  const { loss, ...work } = JSON.parse(execFileSync(PYTHON, ['-c', WORKLOAD], { cwd: ROOT, encoding: 'utf8' }));
  const url = 'organisms/regenerating-lizard.safetensors';
  const { times: passes, renderer } = await page.evaluate(compare, { url, side: 72, grown: 200, rounds: 5 });
  const results = await page.evaluate(
    async (plan) => {
      const { kernelTimes } = await import('/benchmark/kernel_times.js');
      return kernelTimes(plan);
    },
    { ...work, files: FILES, rounds: ROUNDS },
  );
  console.log(`72 x 72, a grown lizard\n  two passes, ${renderer}: ${span(passes.ours, 2)} ms per step`);
  for (const { file, times, losses } of results) {
    if (losses.some((value) => Math.abs(value / loss - 1) > 1e-3))
      throw new Error(`${file}: loss ${losses}, not ${loss}`);
    console.log(
      `  ${file}: ${span(times.step, 3)} ms per step, ${span(times.shown, 3)} with its states read each time`,
    );
  }
  console.log('training step: 8 grown lizards of 72 x 72, 80 steps, forward and backward');
  for (const { file, times } of results) {
    console.log(`  ${file}: ${span(times.alone, 0)} ms, in two workers ${span(times.workers, 0)} ms`);
  }
  const torch = torchStep();
  const ratios = results.map(
    ({ file, times }) => `${(torch / median(times.workers)).toFixed(1)} times as long as ${file}`,
  );
  console.log(`  PyTorch, dense, ${availableParallelism()} threads: ${torch.toFixed(0)} ms, ${ratios.join(', ')}`);
}

/** Milliseconds of the same training step in dense PyTorch, the median of some runs. */
function torchStep() {
  if (!BENCH_PYTHON) throw new Error('BENCH_PYTHON names no Python with PyTorch; use make page-bench');
  const folder = mkdtempSync(join(tmpdir(), 'blastema-bench-'));
  const run = (/** @type {string[]} */ ...command) =>
    execFileSync(BENCH_PYTHON, command, { cwd: join(ROOT, 'benchmarks'), encoding: 'utf8' });
  try {
    const work = join(folder, 'work.npz');
    run('-c', 'import sys, pathlib, workload; workload.prepare(pathlib.Path(sys.argv[1]))', work);
    return 1000 * JSON.parse(run('measure.py', work, 'contender_torch', String(availableParallelism()))).training_s;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The median, and the least. @param {number[]} values @param {number} digits */
function span(values, digits) {
  return `${median(values).toFixed(digits)} (at best ${Math.min(...values).toFixed(digits)})`;
}
