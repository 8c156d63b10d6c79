// @ts-check
// Converts states between arrays `(height, width, 16)` and four textures of four numbers per cell.

/** @typedef {{states: (Float32Array | Uint8Array)[], life: Uint8Array}} Content  four numbers per cell in each */

const QUARTER_TURN = Math.PI / 2;

/** The value of a stored byte. @param {number} byte */
export function fromByte(byte) {
  return Math.tan(((byte - 127) / 127) * QUARTER_TURN * 0.9999);
}

/** @param {number} value */
export function toByte(value) {
  return 127 + Math.round((Math.atan(value) / QUARTER_TURN) * 127);
}

/** The states, cell by cell, zero where nothing lives. @param {Content} content @returns {Float32Array} */
export function decode({ states, life }) {
  const cells = life.length / 4;
  const values = new Float32Array(16 * cells);
  states.forEach((texture, group) => {
    const decoded = texture instanceof Uint8Array;
    for (let cell = 0; cell < cells; cell++) {
      if (life[4 * cell + 2] === 0) continue;
      for (let k = 0; k < 4; k++) {
        values[16 * cell + 4 * group + k] = decoded ? fromByte(texture[4 * cell + k]) : texture[4 * cell + k];
      }
    }
  });
  return values;
}

/**
 * @param {Float32Array} values the states, cell by cell
 * @param {Uint8Array} organisms the number of each cell's organism
 * @param {{height: number, width: number, wraps: boolean, eightBits: boolean, thresholds: number[]}} grid
 * @returns {Content}
 */
export function encode(values, organisms, grid) {
  const cells = grid.height * grid.width;
  const states = [0, 1, 2, 3].map((group) => {
    const texture = grid.eightBits ? new Uint8Array(4 * cells) : new Float32Array(4 * cells);
    for (let cell = 0; cell < cells; cell++) {
      for (let k = 0; k < 4; k++) {
        const value = values[16 * cell + 4 * group + k];
        texture[4 * cell + k] = grid.eightBits ? toByte(value) : value;
      }
    }
    return texture;
  });
  return { states, life: lifeOf(values, organisms, grid) };
}

/** @param {Float32Array} values @param {Uint8Array} organisms
 * @param {{height: number, width: number, wraps: boolean, thresholds: number[]}} grid */
function lifeOf(values, organisms, { height, width, wraps, thresholds }) {
  const life = new Uint8Array(4 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = y * width + x;
      let strongest = values[16 * cell + 3] > thresholds[organisms[cell]] ? organisms[cell] : 0;
      if (!strongest) strongest = strongestNeighbour(x, y);
      const isZero = values.subarray(16 * cell, 16 * cell + 16).every((value) => value === 0);
      if (strongest || !isZero)
        life.set([strongest ? 255 : 0, strongest || organisms[cell], isZero ? 0 : 255, 255], 4 * cell);
    }
  }
  return life;

  /** @param {number} x @param {number} y */
  function strongestNeighbour(x, y) {
    let most = -Infinity,
      strongest = 0;
    for (let dy = -1; dy <= 1; dy++) {
      for (let dx = -1; dx <= 1; dx++) {
        const column = wraps ? (x + dx + width) % width : x + dx,
          row = wraps ? (y + dy + height) % height : y + dy;
        if (column < 0 || row < 0 || column >= width || row >= height) continue;
        const there = row * width + column,
          alpha = values[16 * there + 3];
        if (alpha > thresholds[organisms[there]] && alpha > most) [most, strongest] = [alpha, organisms[there]];
      }
    }
    return strongest;
  }
}

/**
 * The states in a grid of another size; the middle of one comes to the middle of the other.
 *
 * @param {{values: Float32Array, owners: Uint8Array}} states
 * @param {{height: number, width: number}} before
 * @param {{height: number, width: number}} after
 */
export function recentred({ values, owners }, before, after) {
  return { values: recentredCells(values, 16, before, after), owners: recentredCells(owners, 1, before, after) };
}

/**
 * An array of a grid, so many numbers a cell, for a grid of another size, zeros where it had no cells.
 *
 * @template {Float32Array | Uint8Array} Numbers
 * @param {Numbers} values
 * @param {number} count numbers of a cell
 * @param {{height: number, width: number}} before
 * @param {{height: number, width: number}} after
 * @returns {Numbers}
 */
export function recentredCells(values, count, before, after) {
  const Kind = /** @type {new (length: number) => Numbers} */ (values.constructor);
  const moved = new Kind(count * after.height * after.width);
  const down = (after.height >> 1) - (before.height >> 1);
  const across = (after.width >> 1) - (before.width >> 1);
  for (let y = 0; y < before.height; y++) {
    for (let x = 0; x < before.width; x++) {
      const [row, column] = [y + down, x + across];
      if (column < 0 || row < 0 || column >= after.width || row >= after.height) continue;
      const from = count * (y * before.width + x);
      moved.set(values.subarray(from, from + count), count * (row * after.width + column));
    }
  }
  return moved;
}
