// @ts-check
// Pictures: pixels of any size, and how they become cells. As blastema.targets.fit.

/** @typedef {{width: number, height: number, pixels: Uint8ClampedArray}} Picture  RGBA row by row, not premultiplied */

/** Alpha up to this counts as invisible. */
const INVISIBLE = 1;
/** Lobes of the Lanczos filter. */
const LOBES = 3;

/** The part of a picture that shows; null if nothing does. @param {Picture} picture @returns {Picture | null} */
export function cropped({ width, height, pixels }) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (pixels[4 * (y * width + x) + 3] <= INVISIBLE) continue;
      [left, right] = [Math.min(left, x), Math.max(right, x)];
      [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
    }
  }
  if (right < 0) return null;
  const size = { width: right - left + 1, height: bottom - top + 1 };
  const part = new Uint8ClampedArray(4 * size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    const begin = 4 * ((y + top) * width + left);
    part.set(pixels.subarray(begin, begin + 4 * size.width), 4 * y * size.width);
  }
  return { ...size, pixels: part };
}

/** A picture scaled to fit a square of cells, centred: (fit, fit, 4), 0 to 1, RGB premultiplied by alpha.
 * @param {Picture} picture @param {number} fit cells on a side */
export function fitted({ width, height, pixels }, fit) {
  const scale = fit / Math.max(width, height);
  const size = [width, height].map((side) => Math.max(1, Math.round(side * scale)));
  const wide = resampled(premultiplied(pixels), { outer: height, length: width, inner: 4 }, size[0]);
  const scaled = resampled(wide, { outer: 1, length: height, inner: 4 * size[0] }, size[1]);
  const cells = new Float32Array(4 * fit * fit);
  const [left, top] = size.map((side) => Math.floor((fit - side) / 2));
  for (let y = 0; y < size[1]; y++) {
    const row = scaled.subarray(4 * y * size[0], 4 * (y + 1) * size[0]);
    cells.set(withoutOvershoot(row), 4 * ((y + top) * fit + left));
  }
  return cells;
}

/** The pixels of cells, RGBA not premultiplied. @param {Float32Array} cells (…, 4), premultiplied */
export function pixelsOf(cells) {
  const pixels = new Uint8ClampedArray(cells.length);
  for (let place = 0; place < cells.length; place += 4) {
    const alpha = cells[place + 3];
    for (let c = 0; c < 3; c++) pixels[place + c] = alpha ? (255 * cells[place + c]) / alpha : 0;
    pixels[place + 3] = 255 * alpha;
  }
  return pixels;
}

/** @param {Uint8ClampedArray} pixels */
export function premultiplied(pixels) {
  const values = new Float32Array(pixels.length);
  for (let place = 0; place < pixels.length; place += 4) {
    const alpha = pixels[place + 3] / 255;
    for (let c = 0; c < 3; c++) values[place + c] = (pixels[place + c] / 255) * alpha;
    values[place + 3] = alpha;
  }
  return values;
}

/** Lanczos overshoots at sharp edges. @param {Float32Array} row of cells */
function withoutOvershoot(row) {
  const limited = row.map((value) => Math.min(Math.max(value, 0), 1));
  return limited.map((value, place) => Math.min(value, limited[place | 3]));
}

/** Scales one axis of an array (outer, length, inner). @param {Float32Array} values
 * @param {{outer: number, length: number, inner: number}} shape @param {number} count its new length */
function resampled(values, { outer, length, inner }, count) {
  if (count === length) return values;
  const result = new Float32Array(outer * count * inner);
  for (let place = 0; place < count; place++) {
    const { begin, weights } = weightsAt(place, length, count);
    for (let block = 0; block < outer; block++) {
      const to = (block * count + place) * inner;
      weights.forEach((weight, tap) => {
        const from = (block * length + begin + tap) * inner;
        for (let k = 0; k < inner; k++) result[to + k] += weight * values[from + k];
      });
    }
  }
  return result;
}

/** How much each of some neighbouring values counts. @param {number} place @param {number} length
 * @param {number} count */
function weightsAt(place, length, count) {
  const scale = Math.max(1, length / count);
  const centre = ((place + 0.5) * length) / count;
  const begin = Math.max(0, Math.round(centre - LOBES * scale));
  const end = Math.min(length, Math.round(centre + LOBES * scale));
  const weights = Array.from({ length: end - begin }, (_, tap) => lanczos((begin + tap + 0.5 - centre) / scale));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { begin, weights: weights.map((weight) => weight / sum) };
}

/** @param {number} x */
function lanczos(x) {
  if (x === 0) return 1;
  if (Math.abs(x) >= LOBES) return 0;
  const turn = Math.PI * x;
  return (LOBES * Math.sin(turn) * Math.sin(turn / LOBES)) / turn ** 2;
}
