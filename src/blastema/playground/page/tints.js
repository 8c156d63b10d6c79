// @ts-check
// Colours of numbers and of cells that fire, as the shaders mix them.

/** Half of the colour, as in shaders/numbers.fragment.glsl and strips.js. */
const HALF = 0.3;
const ABOVE = [0.9, 0.38, 0];
const BELOW = [0.09, 0.4, 0.8];

/** RGBA, 0 to 255. @param {number[]} from red, green, blue, 0 to 1 @param {number[]} to @param {number} part */
export function mixedColour(from, to, part) {
  return [0, 1, 2].map((k) => 255 * (from[k] + (to[k] - from[k]) * part)).concat(255);
}

/** Orange above zero, blue below, on a ground. @param {number} value @param {number[]} ground */
export function signedColour(value, ground) {
  return mixedColour(ground, value > 0 ? ABOVE : BELOW, Math.abs(value) / (HALF + Math.abs(value)));
}
