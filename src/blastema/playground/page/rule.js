// @ts-check
// What the page takes from Python's definition of the rule; `blastema.playground.files` writes rule.json from it.

import { fetched } from './fetched.js';

/**
 * @typedef {number[][]} Matrix  three rows of three numbers
 * @typedef {{name: string, fixed: Matrix, along: Matrix, across: Matrix}} Filter
 *   its kernel at an angle is fixed + cos(angle) * along + sin(angle) * across
 * @typedef {{channels: number, hidden: number, filters: (string | Filter)[], alive_above: number, fire_rate: number,
 *   edge: 'dead' | 'wrap', signals?: string[]}} Rule
 *   filters: names of built-in filters, and filters of one's own; signals: their names
 */

/** @type {{default: Rule, filters: Record<string, Filter>, article_filters: string[], largest_dish: number}} */
const said = await (await fetched('./rule.json')).json();

export const DEFAULT_RULE = said.default;
/** The built-in filters by name. */
export const FILTERS = said.filters;
export const ARTICLE_FILTERS = said.article_filters.map((name) => FILTERS[name]);
/** The most cells along a side of a dish. */
export const LARGEST_DISH = said.largest_dish;

// What the shaders have room for. Textures have up to 2,145 rows then; WebGL 2 promises 2,048, devices have 4,096.
export const MOST_CHANNELS = 16;
export const MOST_HIDDEN = 256;
export const MOST_FILTERS = 16;

/** The filters of a rule as matrices. @param {Rule} rule @returns {Filter[]} */
export function filtersOf({ filters }) {
  return filters.map((filter) => (typeof filter === 'string' ? FILTERS[filter] : filter));
}
