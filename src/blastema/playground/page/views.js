// @ts-check
// What the dish can show of its cells: one table, from which menu, hints and tiles follow.

import { NUMBERS } from './layout.js';
import { MOST_CHANNELS, filtersOf } from './rule.js';

/**
 * @typedef {import('./rule.js').Rule} Rule
 * @typedef {{what: number, columns: number, count: (rule: Rule) => number, choices: (rule: Rule) => Choice[],
 *   short: (index: number) => string, groups?: (rule: Rule) => Choice[]}} Tiles
 *   what: of the numbers pass, see layout.js; count: how many tiles; choices: those that can be shown alone; short: the
 *   name of a tile; groups: of tiles, with the first of each
 * @typedef {[name: string, index: number]} Choice
 * @typedef {{label: string, hint: (rule: Rule) => string, tiles?: Tiles}} ViewRecord  tiles: if it shows numbers
 * @typedef {'picture' | 'channels' | 'perception' | 'hidden' | 'firing'} ViewKind
 * @typedef {{kind: ViewKind, index: number | null, organism: number, page?: number | null}} View
 *   index: of the tile that is shown alone, null for all; organism: the number of the one that is looked into; page: of
 *   the few tiles that are shown larger, if any
 */

/** How many tiles a page has, in how many columns. */
export const ON_A_PAGE = 16;
const COLUMNS_OF_A_PAGE = 4;

const COLOURS = ['red', 'green', 'blue', 'alpha'];
/** Labels of the built-in filters; others are called by their name. @type {Record<string, string>} */
const FILTER_LABELS = {
  identity: 'itself',
  sobel_x: 'slope along x',
  sobel_y: 'slope along y',
  laplacian: 'curvature',
};

/** @type {Record<ViewKind, ViewRecord>} */
export const VIEWS = {
  picture: { label: 'picture', hint: () => 'The first four channels of each cell: red, green, blue and alpha.' },
  channels: {
    label: 'state channels',
    hint: ({ channels }) =>
      `The ${channels} numbers of each cell. Orange is above zero, blue below. ` +
      'The hidden channels have no given meaning: cells use them to communicate with their neighbours.',
    tiles: {
      what: NUMBERS.CHANNELS,
      columns: 4,
      count: () => MOST_CHANNELS,
      choices: (rule) => channelsOf(rule, 0),
      short: shortName,
    },
  },
  perception: {
    label: 'perception',
    hint: (rule) => `What each cell perceives of its neighbourhood, channel by channel: ${labelsOf(rule).join(', ')}.`,
    tiles: {
      what: NUMBERS.PERCEPTION,
      columns: 8,
      // A filter fills whole rows, however many channels there are.
      count: ({ filters }) => MOST_CHANNELS * filters.length,
      choices: (rule) =>
        labelsOf(rule).flatMap((label, place) => channelsOf(rule, MOST_CHANNELS * place, `: ${label}`)),
      short: (index) => shortName(index % MOST_CHANNELS),
      groups: (rule) => labelsOf(rule).map((label, place) => [label, MOST_CHANNELS * place]),
    },
  },
  hidden: {
    label: 'hidden layer',
    hint: ({ hidden }) => `The ${hidden} hidden units of each cell's network.`,
    tiles: {
      what: NUMBERS.HIDDEN,
      columns: 16,
      count: ({ hidden }) => 16 * Math.ceil(hidden / 16),
      choices: ({ hidden }) => Array.from({ length: hidden }, (_, unit) => [`unit ${unit}`, unit]),
      short: String,
    },
  },
  firing: {
    label: 'cells that fire next',
    hint: () =>
      'In every step each living cell updates with a certain probability, the fire rate; there is no global clock.',
  },
};

/** Columns and rows of tiles that a view of an organism with this rule has. @param {View} view @param {Rule} rule */
export function tilesOf({ kind, index, page = null }, rule) {
  const { tiles } = VIEWS[kind];
  if (!tiles || index !== null) return { columns: 1, rows: 1 };
  if (page !== null) return { columns: COLUMNS_OF_A_PAGE, rows: ON_A_PAGE / COLUMNS_OF_A_PAGE };
  return { columns: tiles.columns, rows: tiles.count(rule) / tiles.columns };
}

/** The index of the first tile that is shown. @param {View} view */
export function firstOf({ index, page }) {
  return index ?? ON_A_PAGE * (page ?? 0);
}

/** The pages of a view with many tiles. @param {ViewKind} kind @param {Rule} rule @returns {Choice[]} */
export function pagesOf(kind, { hidden }) {
  if (kind !== 'hidden') return [];
  return Array.from({ length: Math.ceil(hidden / ON_A_PAGE) }, (_, page) => {
    const first = page * ON_A_PAGE;
    return [`units ${first} to ${Math.min(first + ON_A_PAGE, hidden) - 1}`, page];
  });
}

/** @param {Rule} rule @param {number} first the index of the first one @param {string} [suffix] @returns {Choice[]} */
function channelsOf({ channels }, first, suffix = '') {
  const name = (/** @type {number} */ channel) => COLOURS[channel] ?? `hidden channel ${channel}`;
  return Array.from({ length: channels }, (_, channel) => [`${name(channel)}${suffix}`, first + channel]);
}

/** A channel's name where there is little room. @param {number} channel */
export function shortName(channel) {
  return ['R', 'G', 'B', 'α'][channel] ?? String(channel);
}

/** The names of a rule's filters. @param {Rule} rule */
export function labelsOf(rule) {
  return filtersOf(rule).map(({ name }) => FILTER_LABELS[name] ?? name);
}
