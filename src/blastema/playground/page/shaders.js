// @ts-check
// The texts of the shaders, fetched once. Whoever puts the page into a single file replaces this module by their texts.

/**
 * @typedef {'cells' | 'network' | 'quad.vertex' | 'update.fragment' | 'life.fragment' | 'erase.fragment' |
 *   'picture.fragment' | 'numbers.fragment'} ShaderName
 */

/** @type {ShaderName[]} */
const NAMES = [
  'cells',
  'network',
  'quad.vertex',
  'update.fragment',
  'life.fragment',
  'erase.fragment',
  'picture.fragment',
  'numbers.fragment',
];

/** @param {ShaderName} name @returns {Promise<[ShaderName, string]>} */
async function fetched(name) {
  const response = await fetch(new URL(`./shaders/${name}.glsl`, import.meta.url));
  if (!response.ok) throw new Error(`the shader ${name}.glsl cannot be had: ${response.status} ${response.statusText}`);
  return [name, await response.text()];
}

/** @type {Record<ShaderName, string>} */
export const SHADERS = /** @type {any} */ (Object.fromEntries(await Promise.all(NAMES.map(fetched))));
