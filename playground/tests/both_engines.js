// @ts-check
// What both engines do with one dish, and where they differ. Runs in the browser.

/**
 * @typedef {{organisms: string[], size?: number, conditions?: object, steps: number, places?: [number, number][],
 *   cut?: boolean, paints?: boolean, turns?: number}} Plan
 *   places: where each organism is planted; cut: across the middle, half way; paints: another signal, half way; turns:
 *   to this angle, half way
 */

/** @type {Record<string, Plan>} */
export const EQUAL_FOR = {
  'a lizard that is cut': { organisms: ['regenerating-lizard'], steps: 120, cut: true },
  'over the edge': {
    organisms: ['regenerating-lizard'],
    conditions: { edge: 'wrap' },
    places: [[2, 3]],
    steps: 100,
    cut: true,
  },
  'at a dead edge': { organisms: ['regenerating-lizard'], places: [[2, 70]], steps: 100 },
  rotated: { organisms: ['regenerating-lizard'], conditions: { angle: 0.7, fireRate: 0.8 }, steps: 100, turns: 2 },
  'two that meet': {
    organisms: ['regenerating-lizard', 'growing-lizard'],
    places: [
      [20, 36],
      [44, 36],
    ],
    steps: 120,
    cut: true,
  },
  'a signal that is painted': { organisms: ['regenerating-ten'], steps: 120, paints: true },
};

/** @param {Plan} plan */
export const both = async ({ organisms, conditions, steps, places = [[36, 36]], cut, paints, turns }) => {
  const [{ Dish }, { readOrganism }, { ENGINES }] = await Promise.all(
    ['/dish.js', '/organism.js', '/engines.js'].map((path) => import(path)),
  );
  const listed = await Promise.all(
    organisms.map(async (name) =>
      readOrganism(await (await fetch(`/organisms/${name}.safetensors`)).arrayBuffer(), name),
    ),
  );
  const dishes = await Promise.all(
    ['webgl2', 'kernel'].map(async (name) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 288, height: 288 });
      const dish = new Dish(canvas, { seed: 9, ...conditions }, await ENGINES[name].load());
      listed.forEach((organism, place) => dish.plant(dish.add(organism), ...places[place]));
      return dish;
    }),
  );
  /** @param {any} dish */
  const run = (dish) => {
    dish.step(steps / 2);
    if (cut) dish.erase({ x: 8.3, y: 30 }, { x: 60, y: 40.6 }, 3.5);
    if (turns) dish.set({ angle: turns });
    if (paints) dish.paint(1, 2, { from: { x: 20, y: 20 }, to: { x: 50, y: 30 }, radius: 8 });
    dish.step(steps / 2);
  };
  /** @param {any} dish @param {object} view */
  const pixels = (dish, view) => {
    dish.view = view;
    dish.canvas.width = 72 * dish.tiles.columns;
    dish.canvas.height = 72 * dish.tiles.rows;
    dish.draw();
    const { width, height } = dish.canvas;
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
      new OffscreenCanvas(width, height).getContext('2d')
    );
    context.drawImage(dish.canvas, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  };
  for (const dish of dishes) run(dish);
  const states = dishes.map((dish) => dish.readStates());
  /** @type {Record<string, number>} */
  const shades = {};
  for (const kind of ['picture', 'channels', 'perception', 'hidden', 'firing']) {
    const [one, other] = dishes.map((dish) => pixels(dish, { kind, index: null, organism: 1 }));
    shades[kind] = one.reduce(
      (/** @type {number} */ most, value, place) => Math.max(most, Math.abs(value - other[place])),
      0,
    );
  }
  const owners = dishes.map((dish) => [...dish.readOwners()]);
  const result = {
    owners,
    firing: dishes.map((dish) => dish.readFiring()),
    living: owners.map((all) => all.filter(Boolean).length),
    furthest: states[0].reduce(
      (/** @type {number} */ most, /** @type {number} */ value, /** @type {number} */ place) =>
        Math.max(most, Math.abs(value - states[1][place])),
      0,
    ),
    shades,
  };
  for (const dish of dishes) dish.device.close();
  return result;
};
