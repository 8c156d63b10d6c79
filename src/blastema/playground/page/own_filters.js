// @ts-check
// Filters in the rule of an organism file: names of built-in ones and, from version 2 on, matrices. Reads or refuses
// what blastema.rule.perception does.

import { PlaygroundError } from './errors.js';
import { FILTERS, MOST_FILTERS } from './rule.js';

/** @typedef {import('./rule.js').Filter} Filter */

const LONGEST_NAME = 40;
const LARGEST_WEIGHT = 1e6;
const MATRICES = /** @type {const} */ (['fixed', 'along', 'across']);
const KEYS = ['name', ...MATRICES];

/**
 * The filters of a rule: a built-in one by its name, others as matrices.
 *
 * @param {unknown} values @param {boolean} mayHaveOwn whether matrices are allowed @param {string} name of the file
 * @returns {(string | Filter)[]}
 */
export function readFilters(values, mayHaveOwn, name) {
  const allowed = `${Object.keys(FILTERS).join(', ')}${mayHaveOwn ? ', or filters with matrices' : ''}`;
  const wrong = (/** @type {string} */ reason) =>
    new PlaygroundError(`filters in the rule of ${name} ${reason}; it must be some of ${allowed}, each once`);
  if (!Array.isArray(values) || values.length === 0) throw wrong(`is ${JSON.stringify(values)}`);
  if (values.length > MOST_FILTERS) {
    throw new PlaygroundError(`${name} has ${values.length} filters; this page has room for ${MOST_FILTERS}`);
  }
  const filters = values.map((value) => {
    if (typeof value === 'string' && Object.hasOwn(FILTERS, value)) return value;
    if (typeof value === 'string' || !mayHaveOwn) throw wrong(`has ${JSON.stringify(value).slice(0, 200)}`);
    return ownFilter(value, name);
  });
  const names = filters.map((filter) => (typeof filter === 'string' ? filter : filter.name));
  if (new Set(names).size < names.length) throw wrong(`is ${names.join(', ')}`);
  return filters;
}

/** @param {any} value @param {string} file @returns {string | Filter} the name if it is a built-in one */
function ownFilter(value, file) {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isRecord || Object.keys(value).sort().join() !== [...KEYS].sort().join()) {
    throw new PlaygroundError(`a filter in ${file} is neither a name nor an object with ${KEYS.join(', ')}`);
  }
  const { name } = value;
  if (typeof name !== 'string' || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || name.length > LONGEST_NAME) {
    throw new PlaygroundError(
      `a filter in ${file} is named ${JSON.stringify(name).slice(0, 80)}; ` +
        `use up to ${LONGEST_NAME} letters, digits and _, not beginning with a digit`,
    );
  }
  const [fixed, along, across] = MATRICES.map((key) => matrix(value[key], `${key} of filter ${name} in ${file}`));
  const filter = { name, fixed, along, across };
  const text = textOf(filter);
  if (Object.hasOwn(FILTERS, name)) {
    if (text === textOf(FILTERS[name])) return name;
    throw new PlaygroundError(`a filter in ${file} has the name of the built-in filter ${name} but other matrices`);
  }
  if (![fixed, along, across].flat(2).some(Boolean)) {
    throw new PlaygroundError(`filter ${name} in ${file} has only zeros; at least one number must not be zero`);
  }
  return filter;
}

/** @param {any} value @param {string} what @returns {number[][]} */
function matrix(value, what) {
  const isThree = (/** @type {any} */ list) => Array.isArray(list) && list.length === 3;
  const isWeight = (/** @type {any} */ weight) =>
    ['number', 'boolean'].includes(typeof weight) && Math.abs(Number(weight)) <= LARGEST_WEIGHT;
  if (!isThree(value) || !value.every((/** @type {any} */ row) => isThree(row) && row.every(isWeight))) {
    const limit = LARGEST_WEIGHT.toLocaleString('en');
    throw new PlaygroundError(`${what} must be 3 rows of 3 numbers from -${limit} to ${limit}`);
  }
  // Minus zero becomes zero, so that equal matrices are written alike.
  return value.map((/** @type {any[]} */ row) => row.map((weight) => Number(weight) + 0));
}

/** @param {Filter} filter */
function textOf({ fixed, along, across }) {
  return JSON.stringify([fixed, along, across]);
}
