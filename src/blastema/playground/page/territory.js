// @ts-check
// Where in the grid cells can be alive, organism by organism; the passes leave out the rest.
//
// Life spreads by at most one cell per step, so an older box is large enough once it is widened by the steps since.

/**
 * @typedef {{left: number, top: number, right: number, bottom: number}} Box  right and bottom are outside
 * @typedef {Map<number, {cells: number, box: Box}>} Living  by the number of the organism
 */

export class Territory {
  /** @type {Map<number, Box>} */
  boxes = new Map();

  /** @param {number} height @param {number} width @param {boolean} wraps */
  constructor(height, width, wraps) {
    this.height = height;
    this.width = width;
    this.wraps = wraps;
  }

  /** @param {number} organism @param {Box} box */
  add(organism, box) {
    this.boxes.set(organism, this.#fitted(united(this.boxes.get(organism), box)));
  }

  /** @param {Living} living @param {number} steps since it was so */
  reset(living, steps) {
    this.boxes.clear();
    for (const [organism, { box }] of living) this.add(organism, box);
    this.widen(steps);
  }

  /** One or more steps later. @param {number} steps */
  widen(steps) {
    for (const [organism, box] of this.boxes) {
      this.boxes.set(
        organism,
        this.#fitted({
          left: box.left - steps,
          top: box.top - steps,
          right: box.right + steps,
          bottom: box.bottom + steps,
        }),
      );
    }
  }

  /** All of it. @returns {Box | undefined} */
  get all() {
    return [...this.boxes.values()].reduce((/** @type {Box | undefined} */ all, box) => united(all, box), undefined);
  }

  /** @param {Box} box @returns {Box} */
  #fitted({ left, top, right, bottom }) {
    const { height, width, wraps } = this;
    const across = wraps && (left < 0 || right > width),
      down = wraps && (top < 0 || bottom > height);
    return {
      left: across ? 0 : Math.max(left, 0),
      right: across ? width : Math.min(right, width),
      top: down ? 0 : Math.max(top, 0),
      bottom: down ? height : Math.min(bottom, height),
    };
  }
}

/** @param {Box | undefined} one @param {Box} other @returns {Box} */
function united(one, other) {
  return one
    ? {
        left: Math.min(one.left, other.left),
        top: Math.min(one.top, other.top),
        right: Math.max(one.right, other.right),
        bottom: Math.max(one.bottom, other.bottom),
      }
    : other;
}

/**
 * What lives in a grid: for each organism how many cells, and the box around them.
 *
 * @param {Uint8Array} life four bytes a cell: alive or not, and the organism
 * @param {number} width
 */
export function census(life, width) {
  /** @type {Map<number, {cells: number, box: Box}>} */
  const living = new Map();
  for (let cell = 0; cell < life.length / 4; cell++) {
    if (life[4 * cell] === 0) continue;
    const organism = life[4 * cell + 1],
      x = cell % width,
      y = (cell - x) / width;
    const entry = living.get(organism);
    const here = { left: x, top: y, right: x + 1, bottom: y + 1 };
    if (!entry) {
      living.set(organism, { cells: 1, box: here });
      continue;
    }
    entry.cells++;
    const { box } = entry;
    if (x < box.left) box.left = x;
    if (x >= box.right) box.right = x + 1;
    if (y < box.top) box.top = y;
    if (y >= box.bottom) box.bottom = y + 1;
  }
  return living;
}
