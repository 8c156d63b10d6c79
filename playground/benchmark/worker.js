// @ts-check
// A worker that takes its part of the training step: told once what, then each time that it is told anything.

// Not imported as usual: these modules wait for files, and what is told meanwhile would be lost.
const loaded = Promise.all([import('/kernel.js'), import('/benchmark/training_step.js')]);
/** @type {(() => import('/benchmark/training_step.js').Part) | undefined} */
let step;

onmessage = async ({ data }) => {
  const [{ Kernel }, { prepare, trainingStep }] = await loaded;
  if (step) {
    postMessage(step());
    return;
  }
  const { module, content, seeds, target, size } = data;
  const kernel = new Kernel(module);
  const work = prepare(kernel, content, seeds);
  step = () => trainingStep(kernel, work, target, size);
  postMessage('ready');
};
