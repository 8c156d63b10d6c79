// @ts-check
// What shaders and modules must agree on. The programs get every name here as a constant.

import { MOST_CHANNELS, MOST_HIDDEN } from './rule.js';

/** How many organisms one dish can hold. */
export const MOST_ORGANISMS = 32;

/** Texture units: the cells' states, four channels each, who lives where, the weights, and what signals need. */
export const STATES = ['state_0', 'state_1', 'state_2', 'state_3'];
export const LIFE_UNIT = 4;
export const WEIGHTS_UNIT = 5;
export const BIASES_UNIT = 6;
export const SIGNALS_UNIT = 7;

/** Columns and rows of an organism in the texture of weights; see shaders/network.glsl. */
export const UPDATE = 0;
export const HIDDEN_BIAS = UPDATE + MOST_CHANNELS;
export const INPUT = HIDDEN_BIAS + 1;
export const BIAS_ROW = MOST_HIDDEN / 4;
export const ROWS = BIAS_ROW + 1;

/** What the picture pass draws: colours on a ground, the cells that fire next, and both of them for reading back. */
export const PICTURE = { COLOURS: 0, FIRING: 1, PREMULTIPLIED: 2, FIRING_MASK: 3 };
/** What the numbers pass draws. */
export const NUMBERS = { CHANNELS: 0, PERCEPTION: 1, HIDDEN: 2 };

/** @type {Record<string, number>} */
export const CONSTANTS = {
  ORGANISMS: MOST_ORGANISMS,
  MOST_CHANNELS,
  UPDATE,
  HIDDEN_BIAS,
  INPUT,
  BIAS_ROW,
  ROWS,
  ...PICTURE,
  ...NUMBERS,
};
