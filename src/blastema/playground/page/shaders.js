// @ts-check
// The passes, and the texts of their shaders.

import { fetched } from './fetched.js';

/**
 * The passes that the graphics card runs. One is a fragment shader of its name.
 *     network: whether it includes the organisms' perception and network
 *     first: whether it is compiled when the dish is made, so that a driver that cannot do it says so at once
 */
export const PASSES = {
  update: { network: true, first: true },
  life: { network: false, first: true },
  erase: { network: false, first: true },
  picture: { network: false, first: true },
  numbers: { network: true, first: false },
};

/**
 * @typedef {keyof typeof PASSES} Pass
 * @typedef {'cells' | 'network' | 'quad.vertex' | `${Pass}.fragment`} ShaderName
 */

export const PASS_NAMES = /** @type {Pass[]} */ (Object.keys(PASSES));
/** @type {ShaderName[]} */
const NAMES = [
  'cells',
  'network',
  'quad.vertex',
  ...PASS_NAMES.map((pass) => /** @type {ShaderName} */ (`${pass}.fragment`)),
];

/** @param {ShaderName} name */
const textOf = async (name) => [name, await (await fetched(`./shaders/${name}.glsl`)).text()];

/** @type {Record<ShaderName, string>} */
export const SHADERS = Object.fromEntries(await Promise.all(NAMES.map(textOf)));
