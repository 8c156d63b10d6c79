// node onnx_web.mjs FOLDER STEPS ANGLE: grow FOLDER/model.onnx from FOLDER/start.json in onnxruntime-web, print the state.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { withPage } from "./browser.mjs";

const [folder, steps, angle] = process.argv.slice(2);
const dist = join(dirname(fileURLToPath(import.meta.url)), "node_modules/onnxruntime-web/dist");
const start = JSON.parse(readFileSync(join(folder, "start.json"), "utf8"));

async function grow({ start, steps, angle }) {
  const ort = await import("/dist/ort.wasm.min.mjs");
  ort.env.wasm.wasmPaths = "/dist/";
  ort.env.wasm.numThreads = 1;
  const session = await ort.InferenceSession.create("/files/model.onnx", { executionProviders: ["wasm"] });
  const one = (number) => new ort.Tensor("uint32", Uint32Array.of(number), [1]);
  const signals = start.signals.length
    ? { signals: new ort.Tensor("float32", Float32Array.from(start.signals), start.signals_shape) }
    : {};
  let state = new ort.Tensor("float32", Float32Array.from(start.state), start.shape);
  for (let step = 0; step < steps; step++) {
    const inputs = { ...signals, state, seed: one(start.seed), age: one(start.age + step), angle: new ort.Tensor("float32", [angle], []) };
    state = (await session.run(inputs)).next_state;
  }
  return Array.from(state.data);
}

const given = { start, steps: Number(steps), angle: Number(angle) };
const state = await withPage({ dist, files: folder }, (page) => page.evaluate(grow, given));
process.stdout.write(JSON.stringify(state));
