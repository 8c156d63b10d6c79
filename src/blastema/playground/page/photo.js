// @ts-check
// Pictures from image files. Their background is removed as blastema.targets.image does for `--background auto`.

import { PlaygroundError } from './errors.js';
import { cropped } from './picture.js';
import { NUMBERS } from './recipe.js';

/** @typedef {import('./picture.js').Picture} Picture */

const { begins: BEGINS, fully: FULLY, most_pixels: MOST_PIXELS } = NUMBERS.background;
/** Pixels along the longer side of the pictures that are worked with, far above that in cells. */
const WORKING_SIDE = 640;
/** In bytes. */
const MOST_BYTES = 100_000_000;

/**
 * The picture in an image file, cropped to what shows.
 *
 * @param {Blob} file @param {string} name of it, for messages
 * @param {boolean} removes whether to remove the background
 * @returns {Promise<{picture: Picture, says: string}>} says: what the user should know of the background
 * @throws {PlaygroundError} it is not an image, is too large, or nothing in it shows
 */
export async function photoPicture(file, name, removes) {
  if (file.size > MOST_BYTES) {
    throw new PlaygroundError(`${name} is too large; at most ${MOST_BYTES / 1e6} megabytes are allowed`);
  }
  const whole = await decoded(file, name);
  const colour = removes ? cornerColour(whole) : null;
  const picture = cropped(colour ? keyed(whole, colour) : whole);
  if (!picture) {
    const why = colour ? 'is empty once its background is removed' : 'is completely transparent';
    throw new PlaygroundError(`${name} ${why}; choose a picture with something visible in it`);
  }
  const stays = removes && colour === undefined;
  return { picture, says: stays ? 'The corners differ in colour, so the background stays.' : '' };
}

/** @param {Blob} file @param {string} name @returns {Promise<Picture>} */
async function decoded(file, name) {
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => Object.assign(image, { onload: resolve, onerror: reject }));
    return pixelsOf(image, name);
  } catch (error) {
    if (error instanceof PlaygroundError) throw error;
    throw new PlaygroundError(`${name} is not an image that this browser can open; choose a PNG, JPEG or WebP`);
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

/** @param {HTMLImageElement} image @param {string} name @returns {Picture} */
function pixelsOf(image, name) {
  // An SVG may have no size.
  const [across, down] = [image.naturalWidth || WORKING_SIDE, image.naturalHeight || WORKING_SIDE];
  if (across * down > MOST_PIXELS) {
    const most = MOST_PIXELS / 1e6;
    throw new PlaygroundError(`${name} has ${across} x ${down} pixels; at most ${most} megapixels are allowed`);
  }
  const scale = Math.min(1, WORKING_SIDE / Math.max(across, down));
  const [width, height] = [across, down].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d', { willReadFrequently: true }));
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  return { width, height, pixels: context.getImageData(0, 0, width, height).data };
}

/** The colour that the corners agree on; null if they are transparent, undefined if they differ.
 * @param {Picture} picture @returns {number[] | null | undefined} */
export function cornerColour({ width, height, pixels }) {
  const corners = [0, width - 1, (height - 1) * width, height * width - 1].map((pixel) => 4 * pixel);
  const opaque = corners.filter((place) => pixels[place + 3] > 127);
  if (!opaque.length) return null;
  const middle = [0, 1, 2].map((c) => median(opaque.map((place) => pixels[place + c])));
  const isNear = (/** @type {number} */ place) => distance(pixels, place, middle) < FULLY;
  return opaque.filter(isNear).length < Math.min(3, opaque.length) ? undefined : middle;
}

/** A picture with a colour made transparent, and similar colours partly, so that edges stay soft.
 * @param {Picture} picture @param {number[]} colour @returns {Picture} */
export function keyed({ width, height, pixels }, colour) {
  const result = pixels.slice();
  for (let place = 0; place < pixels.length; place += 4) {
    const shows = (distance(pixels, place, colour) - BEGINS) / (FULLY - BEGINS);
    result[place + 3] = pixels[place + 3] * Math.min(1, Math.max(0, shows));
  }
  return { width, height, pixels: result };
}

/** The largest difference of red, green and blue. @param {Uint8ClampedArray} pixels @param {number} place
 * @param {number[]} colour */
function distance(pixels, place, colour) {
  return Math.max(...colour.map((value, c) => Math.abs(pixels[place + c] - value)));
}

/** @param {number[]} values */
function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return Math.round(sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
}
