// @ts-check
// Animated GIFs: 256 colours for all frames, LZW.

const COLOURS = 256;

/**
 * @param {Uint8ClampedArray[]} frames RGBA, opaque
 * @param {number} width
 * @param {number} height
 * @param {number} milliseconds that a frame is shown
 * @returns {Blob}
 */
export function gif(frames, width, height, milliseconds) {
  const palette = paletteOf(frames);
  const nearest = nearestIn(palette);
  const table = new Uint8Array(3 * COLOURS);
  palette.forEach((colour, place) => table.set(colour, 3 * place));
  const delay = Math.max(2, Math.round(milliseconds / 10));
  /** @type {BlobPart[]} */
  const parts = [
    bytes('GIF89a', word(width), word(height), [0xf7, 0, 0]),
    table,
    bytes([0x21, 0xff, 11], 'NETSCAPE2.0', [3, 1, 0, 0, 0]),
  ];
  for (const frame of frames) {
    const indices = new Uint8Array(width * height);
    for (let i = 0; i < indices.length; i++) indices[i] = nearest(frame[4 * i], frame[4 * i + 1], frame[4 * i + 2]);
    parts.push(
      bytes([0x21, 0xf9, 4, 0], word(delay), [0, 0]),
      bytes([0x2c], word(0), word(0), word(width), word(height), [0]),
    );
    parts.push(...blocks(compressed(indices)));
  }
  parts.push(bytes([0x3b]));
  return new Blob(parts, { type: 'image/gif' });
}

/** The most frequent colours, of 15 bits each. @param {Uint8ClampedArray[]} frames */
function paletteOf(frames) {
  const counts = new Uint32Array(1 << 15),
    sums = new Float64Array(3 << 15);
  for (const frame of frames) {
    for (let i = 0; i < frame.length; i += 4) {
      const key = ((frame[i] >> 3) << 10) | ((frame[i + 1] >> 3) << 5) | (frame[i + 2] >> 3);
      counts[key]++;
      for (let k = 0; k < 3; k++) sums[3 * key + k] += frame[i + k];
    }
  }
  const used = [...counts.keys()]
    .filter((key) => counts[key])
    .sort((a, b) => counts[b] - counts[a])
    .slice(0, COLOURS);
  return used.map((key) => [0, 1, 2].map((k) => Math.round(sums[3 * key + k] / counts[key])));
}

/** @param {number[][]} palette */
function nearestIn(palette) {
  const known = new Int16Array(1 << 15).fill(-1);
  return (/** @type {number} */ red, /** @type {number} */ green, /** @type {number} */ blue) => {
    const key = ((red >> 3) << 10) | ((green >> 3) << 5) | (blue >> 3);
    if (known[key] >= 0) return known[key];
    let best = 0,
      least = Infinity;
    palette.forEach(([r, g, b], place) => {
      const distance = (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
      if (distance < least) [best, least] = [place, distance];
    });
    return (known[key] = best);
  };
}

/** The LZW of GIF: codes of growing width, and a new dictionary after 4096 codes. @param {Uint8Array} indices */
function compressed(indices) {
  const clear = COLOURS,
    end = COLOURS + 1,
    out = new Uint8Array(indices.length * 2 + 16);
  let bits = 0,
    held = 0,
    length = 0,
    width = 9,
    next = end + 1;
  /** @type {Map<number, number>} */
  let codes = new Map();
  const put = (/** @type {number} */ code) => {
    held |= code << bits;
    bits += width;
    for (; bits >= 8; bits -= 8, held >>>= 8) out[length++] = held & 255;
  };
  put(clear);
  let prefix = indices[0];
  for (let i = 1; i < indices.length; i++) {
    const key = (prefix << 8) | indices[i],
      code = codes.get(key);
    if (code !== undefined) {
      prefix = code;
      continue;
    }
    put(prefix);
    if (next < 4096) {
      codes.set(key, next);
      if (next++ === 1 << width && width < 12) width++;
    } else {
      put(clear);
      [codes, width, next] = [new Map(), 9, end + 1];
    }
    prefix = indices[i];
  }
  put(prefix);
  put(end);
  if (bits > 0) out[length++] = held & 255;
  return out.subarray(0, length);
}

/** @param {Uint8Array} data */
function blocks(data) {
  /** @type {BlobPart[]} */
  const parts = [bytes([8])];
  for (let begin = 0; begin < data.length; begin += 255) {
    const part = data.slice(begin, begin + 255);
    parts.push(bytes([part.length]), part);
  }
  parts.push(bytes([0]));
  return parts;
}

/** @param {(string | number[])[]} parts */
function bytes(...parts) {
  return Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...part].map((one) => one.charCodeAt(0)) : part)),
  );
}

/** @param {number} value of 16 bits */
function word(value) {
  return [value & 255, value >> 8];
}
