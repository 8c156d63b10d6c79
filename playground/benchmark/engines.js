// @ts-check
// Prints how long the engines of the page take for a step of a dish, and for a picture of it, measured in turns.

import { median } from './compare.js';

const ROUNDS = 9;

/** Runs in the browser: milliseconds by engine. @param {{url: string, rounds: number}} plan */
const engineTimes = async ({ url, rounds }) => {
  const [{ Dish }, { readOrganism }, { ENGINES }] = await Promise.all(
    ['/dish.js', '/organism.js', '/engines.js'].map((path) => import(path)),
  );
  const organism = readOrganism(await (await fetch(url)).arrayBuffer(), url);
  const [GROWN, STEPS, SIDE] = [200, 40, 576];
  const dishes = [];
  for (const name of Object.keys(ENGINES)) {
    const canvas = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });
    const dish = new Dish(canvas, { seed: 3, edge: 'wrap' }, await ENGINES[name].load());
    dish.plant(dish.add(organism));
    for (let taken = 0; taken < GROWN; taken += 10) {
      dish.step(10);
      await dish.survey();
    }
    /** @type {{name: string, dish: any, step: number[], draw: number[]}} */
    const contender = { name, dish, step: [], draw: [] };
    dishes.push(contender);
  }
  for (let round = 0; round < rounds; round++) {
    for (const { dish, step, draw } of dishes) {
      await dish.survey();
      let begin = performance.now();
      dish.step(STEPS);
      dish.readOwners();
      step.push((performance.now() - begin) / STEPS);
      begin = performance.now();
      dish.draw();
      // One pixel is enough to wait for it.
      new OffscreenCanvas(1, 1).getContext('2d')?.drawImage(dish.canvas, 0, 0);
      await dish.done();
      draw.push(performance.now() - begin);
    }
  }
  return dishes.map(({ name, step, draw }) => ({ name, step, draw }));
};

/** @param {import('playwright-core').Page} page */
export async function reportEngines(page) {
  const plan = { url: 'organisms/regenerating-lizard.safetensors', rounds: ROUNDS };
  console.log('a dish of 72 x 72 with a grown lizard, by the engines of the page');
  for (const { name, step, draw } of await page.evaluate(engineTimes, plan)) {
    const [ofStep, ofPicture] = [step, draw].map(
      (times) => `${median(times).toFixed(2)} (at best ${Math.min(...times).toFixed(2)})`,
    );
    console.log(`  ${name}: ${ofStep} ms per step, ${ofPicture} ms per picture`);
  }
}
