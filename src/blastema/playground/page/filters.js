// @ts-check
// Filters of perception: which ones a dish needs, and their kernels.

import { ARTICLE_FILTERS, filtersOf } from './rule.js';

/**
 * @typedef {import('./rule.js').Filter} Filter
 * @typedef {import('./rule.js').Rule} Rule
 */

/** Two filters with the same matrices are the same, whatever they are called. @param {Filter} filter */
const keyOf = ({ fixed, along, across }) => JSON.stringify([fixed, along, across]);

/**
 * The filters that all organisms of a dish share: exactly the article's if they suffice, because the shaders have
 * these unrolled; otherwise every filter that some organism has, once.
 *
 * @param {Rule[]} rules @returns {Filter[]}
 */
export function sharedFilters(rules) {
  const used = new Map(rules.flatMap(filtersOf).map((filter) => [keyOf(filter), filter]));
  const article = ARTICLE_FILTERS.map(keyOf);
  return [...used.keys()].every((key) => article.includes(key)) ? ARTICLE_FILTERS : [...used.values()];
}

/** @param {Filter[]} filters */
export function isArticle(filters) {
  return filters === ARTICLE_FILTERS;
}

/** Where among the shared filters those of a rule are, in its order. @param {Rule} rule @param {Filter[]} shared */
export function slotsOf(rule, shared) {
  const keys = shared.map(keyOf);
  return filtersOf(rule).map((filter) => keys.indexOf(keyOf(filter)));
}

/** The kernels at an angle (radians), row by row, nine numbers each. @param {Filter[]} filters @param {number} angle */
export function kernels(filters, angle) {
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return filters.flatMap(({ fixed, along, across }) =>
    fixed.flatMap((row, y) => row.map((weight, x) => weight + (cos * along[y][x] + sin * across[y][x]))),
  );
}
