// @ts-check
// Which cells act in a step: the part of the hash that is the same for all cells. Randomness is data.

/** @param {number} h uint32 @returns {number} uint32 */
export function mix(h) {
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The key of a step. @param {number} seed uint32 @param {number} age steps since the seed cell */
export function stepKey(seed, age) {
  return mix((mix(seed >>> 0) ^ age) >>> 0);
}

/** The chance of a cell to act, in 2^24ths. @param {number} fireRate 0 to 1 */
export function fireChance(fireRate) {
  return rounded(fireRate * 2 ** 24);
}

/** Rounded half to even, as Python does. @param {number} value */
export function rounded(value) {
  const below = Math.floor(value);
  if (value - below === 0.5) return below % 2 === 0 ? below : below + 1;
  return Math.round(value);
}

/** A random seed that is short enough to be read aloud. */
export function randomSeed() {
  return Math.floor(Math.random() * 10_000);
}
