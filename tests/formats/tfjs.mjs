// node tfjs.mjs FOLDER STEPS FIRE_RATE ANGLE STEP_SIZE: grow FOLDER/model from FOLDER/start.json in TensorFlow.js, print it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "./browser.mjs";

// What TensorFlow.js says of itself goes elsewhere than the result.
console.log = console.info = console.error;
const tf = (await import("@tensorflow/tfjs")).default;

const [folder, steps, ...numbers] = process.argv.slice(2);
const [fire_rate, angle, step_size] = numbers.map((number) => tf.scalar(Number(number)));
const start = JSON.parse(readFileSync(join(folder, "start.json"), "utf8"));
const server = await serve({ model: join(folder, "model") });
const model = await tf.loadGraphModel(`${server.address}model/model.json`);
const signals = start.signals ? { signals: tf.tensor(start.signals, start.signals_shape) } : {};
let x = tf.tensor(start.state, start.shape);
for (let step = 0; step < Number(steps); step++) {
  const before = x;
  x = model.execute({ ...signals, x, fire_rate, angle, step_size }, "Identity");
  before.dispose();
}
process.stdout.write(JSON.stringify({ state: Array.from(await x.data()), inputs: model.inputs, kept: tf.memory().numTensors }));
server.end();
