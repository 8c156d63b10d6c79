// @ts-check
// States between the numbers of the rule, `(height, width, 16)`, and four textures of four numbers a cell.

/** @typedef {import('./cells.js').Content} Content */

const QUARTER_TURN = Math.PI / 2;

/** One of 8 bits. @param {number} byte */
export function fromByte(byte) {
  return Math.tan(((byte - 127) / 127) * QUARTER_TURN * 0.9999);
}

/** @param {number} value */
export function toByte(value) {
  return 127 + Math.round((Math.atan(value) / QUARTER_TURN) * 127);
}

/** The states, cell by cell, zero where nothing lives. @param {Content} content @returns {Float32Array} */
export function statesOf({ states, life }) {
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
 * @param {Uint8Array} organisms whose each cell is
 * @param {{height: number, width: number, wraps: boolean, eightBits: boolean, aliveAbove: number[]}} grid
 * @returns {Content}
 */
export function contentOf(values, organisms, grid) {
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
 * @param {{height: number, width: number, wraps: boolean, aliveAbove: number[]}} grid */
function lifeOf(values, organisms, { height, width, wraps, aliveAbove }) {
  const life = new Uint8Array(4 * height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const cell = y * width + x;
      let strongest = values[16 * cell + 3] > aliveAbove[organisms[cell]] ? organisms[cell] : 0;
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
        if (alpha > aliveAbove[organisms[there]] && alpha > most) [most, strongest] = [alpha, organisms[there]];
      }
    }
    return strongest;
  }
}
