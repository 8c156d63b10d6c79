// @ts-check
// One step of one cell in numbers, as the shaders compute it: what it perceives, what its network makes of it, whether
// it fires, and whether it is alive afterwards.

import { fromByte, toByte } from './encoding.js';
import { kernels } from './filters.js';
import { fireChance, mix, stepKey } from './firing.js';
import { BIAS_ROW } from './layout.js';
import { REACH, SIDE } from './patch.js';
import { filtersOf } from './rule.js';
import { biases } from './signal_textures.js';
import { toEightBits } from './weights.js';

/**
 * @typedef {import('./patch.js').Patch} Patch
 * @typedef {import('./organism.js').Organism} Organism
 * @typedef {{perception: number[][], hidden: number[], change: number[]}} Thought
 *   perception: by filter; change: the update that the network proposes
 * @typedef {Thought & {organism: Organism | null, number: number, state: number[], isAlive: boolean, fires: boolean,
 *   neighbours: (number[] | null)[], updated: number[], lives: boolean, next: number[],
 *   alphas: {now: Alphas, then: Alphas}}} Step
 *   number: of the organism, 0 for none; neighbours: the states of the 3x3 neighbourhood, null past a
 *   dead edge;
 *   updated: the state before it is known who lives; next: after the step; a dead cell has no perception,
 *   hidden and change
 * @typedef {{own: number, highest: number, threshold: number}} Alphas  own and highest of the 3x3 neighbourhood,
 *   minus infinity for none
 * @typedef {{state: number[], fires: boolean, thought: Thought | null}} Updated
 */

/** The offsets of the 3x3 neighbourhood, row by row. */
const AROUND = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => ({ dx, dy })));

/** @param {number} dx @param {number} dy from the middle of a patch */
const placeOf = (dx, dy) => (dy + REACH) * SIDE + dx + REACH;

/** A cell of a patch. @param {Patch} patch @param {number} dx @param {number} dy */
function cellAt({ values, life, there }, dx, dy) {
  const place = placeOf(dx, dy);
  return {
    state: values.subarray(16 * place, 16 * place + 16),
    isThere: there[place] > 0,
    isAlive: life[4 * place] > 0,
    number: life[4 * place + 1],
    hasState: life[4 * place + 2] > 0,
  };
}

/** Whether a cell fires in the step at a key. @param {number} x @param {number} y @param {number} key
 * @param {number} chance in 2^24ths */
export function fires(x, y, key, chance) {
  return mix((key ^ ((y << 16) | x)) >>> 0) >>> 8 < chance;
}

/** What the cells of a dish in 8 bits keep of a number. @param {boolean} eightBits */
const keeping = (eightBits) => (eightBits ? (/** @type {number} */ value) => fromByte(toByte(value)) : Number);

/** The weights that a cell's network has: rounded in 8 bits. @param {Organism} organism @param {boolean} eightBits */
function weightsOf({ weights }, eightBits) {
  const round = eightBits ? toEightBits : (/** @type {Float32Array} */ values) => values;
  return {
    hidden: round(weights.hidden_weight),
    update: round(weights.update_weight),
    bias: round(weights.update_bias),
  };
}

/** The hidden biases of a cell: those of its signal, if its organism has signals. @param {Patch} patch
 * @param {Organism} organism @param {number} number @param {number} cell its place in the grid */
function hiddenBiases({ conditions, signals, painted }, organism, number, cell) {
  const all = biases(organism, signals.mixtures.get(number), conditions.eightBits);
  const isPainted = signals.areUsed && painted !== null && painted[2 * cell + 1] === number;
  return all.subarray(4 * BIAS_ROW * (isPainted ? 1 + painted[2 * cell] : 0));
}

/** The cell's place in the grid. @param {Patch} patch @param {number} dx @param {number} dy */
function gridPlace({ x, y, conditions: { width, height } }, dx, dy) {
  return { x: (x + dx + width * SIDE) % width, y: (y + dy + height * SIDE) % height };
}

/** What a cell perceives, by the filters of its rule. @param {Patch} patch @param {import('./rule.js').Rule} rule
 * @param {number} dx @param {number} dy */
function perceive(patch, rule, dx, dy) {
  const { angle, eightBits } = patch.conditions;
  const keep = keeping(eightBits);
  const filters = filtersOf(rule);
  const kernel = kernels(filters, angle);
  const states = AROUND.map((by) => cellAt(patch, dx + by.dx, dy + by.dy).state);
  const channels = [...Array(rule.channels).keys()];
  return filters.map((_, filter) =>
    channels.map((channel) =>
      keep(states.reduce((sum, state, place) => sum + kernel[9 * filter + place] * state[channel], 0)),
    ),
  );
}

/** What the network of a cell makes of its neighbourhood. @param {Patch} patch @param {Organism} organism
 * @param {number} number @param {number} dx @param {number} dy @returns {Thought} */
function think(patch, organism, number, dx, dy) {
  const { rule } = organism;
  const { eightBits, width } = patch.conditions;
  const keep = keeping(eightBits);
  const weights = weightsOf(organism, eightBits);
  const { x, y } = gridPlace(patch, dx, dy);
  const bias = hiddenBiases(patch, organism, number, y * width + x);
  const perception = perceive(patch, rule, dx, dy);
  const inputs = perception.flat();
  const hidden = Array.from({ length: rule.hidden }, (_, unit) => {
    const sum = inputs.reduce((part, input, at) => part + input * weights.hidden[at * rule.hidden + unit], bias[unit]);
    return keep(Math.max(sum, 0));
  });
  const change = Array.from({ length: rule.channels }, (_, channel) =>
    hidden.reduce(
      (sum, value, unit) => sum + value * weights.update[unit * rule.channels + channel],
      weights.bias[channel],
    ),
  );
  return { perception, hidden, change };
}

/** A cell of a patch after the first pass of a step, before it is known who lives. @param {Patch} patch
 * @param {number} dx @param {number} dy @param {boolean} [always] whether its network runs though it does not fire
 * @returns {Updated} */
function update(patch, dx, dy, always = false) {
  const { state, isAlive, number } = cellAt(patch, dx, dy);
  const { seed, fireRate, eightBits } = patch.conditions;
  const { x, y } = gridPlace(patch, dx, dy);
  const organism = patch.organisms[number] ?? null;
  const acts = fires(x, y, stepKey(seed, patch.age), fireChance(fireRate));
  const thought = isAlive && organism && (acts || always) ? think(patch, organism, number, dx, dy) : null;
  const keep = keeping(eightBits);
  const own = [...state];
  const changed = acts && thought ? own.map((value, channel) => keep(value + (thought.change[channel] ?? 0))) : own;
  return { state: isAlive ? changed : own.map(() => 0), fires: acts, thought };
}

/** The alphas around the middle of a patch that make it alive. @param {Patch} patch
 * @param {(dx: number, dy: number) => number | null} alphaAt null if there is no cell with a state
 * @returns {Alphas & {number: number}} number: of the organism that it belongs to, 0 if it is dead */
function aliveBy(patch, alphaAt) {
  const found = AROUND.flatMap(({ dx, dy }) => {
    const alpha = alphaAt(dx, dy);
    const { number } = cellAt(patch, dx, dy);
    const threshold = patch.organisms[number]?.rule.alive_above ?? Infinity;
    return alpha === null ? [] : [{ alpha, number, threshold, isOwn: dx === 0 && dy === 0 }];
  });
  const own = found.find(({ isOwn }) => isOwn);
  // A mature cell stays with its organism; another one joins the neighbour with the most alpha.
  const alive = found.filter(({ alpha, threshold }) => alpha > threshold).sort((a, b) => b.alpha - a.alpha);
  const by = own && own.alpha > own.threshold ? own : alive[0];
  const highest = Math.max(...found.map(({ alpha }) => alpha));
  const threshold = (by ?? own ?? found[0])?.threshold ?? NaN;
  return { own: own?.alpha ?? -Infinity, highest: by?.alpha ?? highest, threshold, number: by?.number ?? 0 };
}

/** The next step of the cell in the middle of a patch. @param {Patch} patch @returns {Step} */
export function stepOf(patch) {
  const middle = cellAt(patch, 0, 0);
  const organism = patch.organisms[middle.number] ?? null;
  const after = new Map(AROUND.map(({ dx, dy }) => [placeOf(dx, dy), update(patch, dx, dy, dx === 0 && dy === 0)]));
  const { state: updated, fires: acts, thought } = /** @type {Updated} */ (after.get(placeOf(0, 0)));
  const now = aliveBy(patch, (dx, dy) => (cellAt(patch, dx, dy).hasState ? cellAt(patch, dx, dy).state[3] : null));
  const then = aliveBy(patch, (dx, dy) =>
    cellAt(patch, dx, dy).isAlive ? (after.get(placeOf(dx, dy))?.state[3] ?? null) : null,
  );
  const lives = then.number > 0;
  return {
    ...(thought ?? { perception: [], hidden: [], change: [] }),
    organism: middle.isAlive ? organism : null,
    number: middle.isAlive ? middle.number : 0,
    state: [...middle.state],
    isAlive: middle.isAlive,
    fires: acts,
    neighbours: AROUND.map(({ dx, dy }) => {
      const { isThere, state } = cellAt(patch, dx, dy);
      return isThere ? [...state] : null;
    }),
    updated,
    lives,
    next: lives ? updated : updated.map(() => 0),
    alphas: { now, then },
  };
}
