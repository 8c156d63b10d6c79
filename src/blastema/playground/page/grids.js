// @ts-check
// Grids while an organism learns: seed cells, cuts, and the loss.

export const ALPHA = 3;
const COLOURS = 4;

/**
 * @typedef {{height: number, width: number, channels: number}} Shape
 * @typedef {{state: Float32Array, seed: number, age: number}} Grid
 *   state: (height, width, channels); seed: decides which cells fire; age: CA steps since the seed cell
 */

/** A grid with one seed cell in its middle. @param {Shape} shape @param {number} seed @returns {Grid} */
export function seedGrid({ height, width, channels }, seed) {
  const state = new Float32Array(height * width * channels);
  const cell = channels * ((height >> 1) * width + (width >> 1));
  state.fill(1, cell + ALPHA, cell + channels);
  return { state, seed, age: 0 };
}

/** A grid with cells set to zero. @param {Grid} grid @param {Uint8Array} mask 1 where a cell is erased
 * @returns {Grid} */
export function erased(grid, mask) {
  const state = grid.state.slice();
  const channels = state.length / mask.length;
  mask.forEach((isErased, cell) => {
    if (isErased) state.fill(0, channels * cell, channels * (cell + 1));
  });
  return { ...grid, state };
}

/**
 * The mean squared difference of a state to the target, and its gradient with respect to the state.
 *
 * @param {Float32Array} state (height, width, channels)
 * @param {Float32Array} target (height, width, 4), premultiplied
 */
export function lossAndCotangent(state, target) {
  const channels = (COLOURS * state.length) / target.length;
  const cotangent = new Float32Array(state.length);
  const scale = 2 / target.length;
  let sum = 0;
  for (let number = 0; number < target.length; number++) {
    const place = channels * (number >> 2) + (number & 3);
    const difference = state[place] - target[number];
    sum += difference * difference;
    cotangent[place] = difference * scale;
  }
  return { loss: Math.fround(sum / target.length), cotangent };
}

/** The mean squared difference of a state to the target. @param {Float32Array} state @param {Float32Array} target */
export function pixelLoss(state, target) {
  const channels = (COLOURS * state.length) / target.length;
  let sum = 0;
  for (let number = 0; number < target.length; number++) {
    const difference = state[channels * (number >> 2) + (number & 3)] - target[number];
    sum += difference * difference;
  }
  return Math.fround(sum / target.length);
}

/** Whether any number of a state is not finite. @param {Float32Array} state */
export function hasExploded(state) {
  return !state.every(Number.isFinite);
}
