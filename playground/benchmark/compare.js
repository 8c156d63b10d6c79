// @ts-check
// Our two passes beside the article's five, in one run: the same organism, the same states, the same grid.

/**
 * Runs in the browser: milliseconds per step of both, measured in turns.
 *
 * @param {{url: string, side: number, grown: number, rounds: number}} plan
 */
export const compare = async ({ url, side, grown, rounds }) => {
  const [{ Dish }, { readOrganism }, { stepKey }, { FivePasses }] = await Promise.all([
    import('/dish.js'),
    import('/organism.js'),
    import('/firing.js'),
    import('/benchmark/five_passes.js'),
  ]);
  const organism = readOrganism(await (await fetch(url)).arrayBuffer(), url);
  const dish = new Dish(document.createElement('canvas'), { height: side, width: side, seed: 3, edge: 'wrap' });
  dish.plant(dish.add(organism));
  for (let taken = 0; taken < grown; taken += 10) {
    dish.step(10);
    await dish.survey();
  }
  const five = new FivePasses(organism.weights, side, side, stepKey);
  // Beginning with the same states is fair, and a few hundred times faster than growing them in five passes.
  five.write(dish.readStates());
  /** @type {{ours: number[], five: number[]}} */
  const times = { ours: [], five: [] };
  const OURS = 20,
    FIVE = 3;
  for (let round = 0; round < rounds; round++) {
    let begin = performance.now();
    dish.step(OURS);
    dish.readOwners();
    times.ours.push((performance.now() - begin) / OURS);
    await dish.survey();
    begin = performance.now();
    for (let taken = 0; taken < FIVE; taken++) five.step();
    five.read();
    times.five.push((performance.now() - begin) / FIVE);
  }
  const bytes = five.read();
  let living = 0;
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) living += Number(bytes[4 * (y * 4 * side + x) + 3] > 127 + 8);
  const { gl } = dish.device;
  const info = gl?.getExtension('WEBGL_debug_renderer_info');
  return {
    times,
    living: dish.readOwners().filter((/** @type {number} */ owner) => owner).length,
    fiveLiving: living,
    renderer: info ? gl?.getParameter(info.UNMASKED_RENDERER_WEBGL) : '',
  };
};

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
