// @ts-check
// The picture of an emoji or another character, as the device's font draws it.

import { PlaygroundError } from './errors.js';
import { cropped } from './picture.js';

/** Pixels of the font, and of the canvas that it is drawn on. */
const FONT = 160,
  SIDE = 320;
const FAMILIES = '"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", system-ui, sans-serif';
/** Of characters without colours of their own. */
const INK = 'rgb(30 92 168)';
/** A character that no font has, with and without a selector of its look. */
const MISSING = ['\u0378', '\u0378\ufe0f'];
/** An emoji that is wider than this many times its height is several pictures beside each other. */
const WIDE = 1.5;
const EMOJI = /\p{Extended_Pictographic}|\p{Regional_Indicator}/u;

/**
 * The picture of one character.
 *
 * @param {string} text
 * @returns {import('./picture.js').Picture}
 * @throws {PlaygroundError} it is not one character, or the font lacks it
 */
export function characterPicture(text) {
  const character = singleOf(text);
  const drawn = drawing(character);
  const picture = cropped(drawn);
  if (!picture || MISSING.some((missing) => isEqual(drawn.pixels, drawing(missing).pixels))) {
    throw new PlaygroundError(`this device's font has no picture of ${text}; type another emoji, or draw it`);
  }
  if (EMOJI.test(character) && picture.width > WIDE * picture.height) {
    throw new PlaygroundError(`this device's font draws ${text} as several pictures; type a single emoji`);
  }
  return picture;
}

/** The only character in a text, as users see characters. @param {string} text */
function singleOf(text) {
  const characters = [...new Intl.Segmenter().segment(text.trim())].map(({ segment }) => segment);
  if (characters.length === 0) throw new PlaygroundError('type an emoji first, such as 🦖');
  if (characters.length > 1) {
    throw new PlaygroundError(`${text.trim().slice(0, 20)} has ${characters.length} characters; type one, such as 🦖`);
  }
  return characters[0];
}

/** @param {string} character @returns {import('./picture.js').Picture} */
function drawing(character) {
  const canvas = Object.assign(document.createElement('canvas'), { width: SIDE, height: SIDE });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.font = `${FONT}px ${FAMILIES}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = INK;
  // In colour where there is a choice.
  context.fillText(EMOJI.test(character) ? `${character}\ufe0f` : character, SIDE / 2, SIDE / 2);
  return { width: SIDE, height: SIDE, pixels: context.getImageData(0, 0, SIDE, SIDE).data };
}

/** @param {Uint8ClampedArray} one @param {Uint8ClampedArray} other */
function isEqual(one, other) {
  return one.every((value, place) => value === other[place]);
}
