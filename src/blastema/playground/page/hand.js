// @ts-check
// Cuts, plants and paints in the dish by mouse, touch, pen or keys.

/**
 * @typedef {{x: number, y: number}} Place  in cells, the first from 0 to 1
 * @typedef {'erase' | 'plant' | 'paint'} Tool
 */

const SECOND_TAP = { within: 350, near: 28 }; // milliseconds and pixels
/** A second finger that comes as soon as this, in milliseconds, pinches the page rather than cut, too. */
const PINCH_WITHIN = 300;
const KEY_MOVES = 2; // cells
/** @type {Record<string, [number, number]>} */
export const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export class Hand {
  /** @type {Tool} */
  tool = 'erase';
  /** Radius of the brush, in cells. */
  radius = 6;
  /** What would be planted: its picture, so many cells wide. @type {{picture: string | null, cells: number} | null} */
  planted = null;
  /** @type {Map<number, Place>} where the stroke of each mouse, pen or finger has come to */
  #strokes = new Map();
  /** When the last stroke began, in milliseconds. */
  #begun = -Infinity;
  /** @type {{at: number, x: number, y: number} | null} */
  #lastTap = null;
  /** @type {Place | null} where the brush is when it is moved by keys */
  #cursor = null;

  /**
   * @param {import('./dish.js').Dish} dish
   * @param {HTMLElement} brush the circle that shows where the brush is
   * @param {{begin: () => void, erase: (from: Place, to: Place, radius: number) => void,
   *   plant: (x: number, y: number) => void, say: (message: string) => void,
   *   paint?: (from: Place, to: Place, radius: number) => void, cancel?: () => void}} does
   *   begin: is called before a stroke or a seed; paint: if the tool can be that; cancel: undoes what was begun last
   */
  constructor(dish, brush, does) {
    this.dish = dish;
    this.canvas = dish.canvas;
    this.brush = brush;
    this.does = does;
    const { canvas } = this;
    canvas.addEventListener('pointerdown', (event) => this.#down(event));
    canvas.addEventListener('pointermove', (event) => this.#move(event));
    for (const end of ['pointerup', 'pointercancel'])
      canvas.addEventListener(end, (event) => this.#strokes.delete(/** @type {PointerEvent} */ (event).pointerId));
    canvas.addEventListener('pointerleave', () => this.#hide());
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('blur', () => {
      this.#cursor = null;
      this.#hide();
    });
    canvas.addEventListener('contextmenu', (event) => event.preventDefault());
  }

  /** Shows the brush in its present size. */
  refresh() {
    if (!this.brush.hidden && this.shownAt) this.#show(this.shownAt);
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (event.button > 0 || this.#pinches(event)) return;
    const place = this.#place(event);
    const { timeStamp: at, clientX: x, clientY: y } = event;
    const last = this.#lastTap;
    const isSecond =
      last !== null && at - last.at < SECOND_TAP.within && Math.hypot(x - last.x, y - last.y) < SECOND_TAP.near;
    this.#lastTap = isSecond ? null : { at, x, y };
    this.#cursor = null;
    // Strokes of a paintbrush often follow quickly.
    const seeds = isSecond && this.tool !== 'paint';
    if (seeds || (this.tool === 'plant') !== event.shiftKey) {
      if (!seeds || this.tool !== 'plant') this.#plant(place, !seeds);
      return;
    }
    this.canvas.setPointerCapture(event.pointerId);
    this.does.begin();
    this.#begun = at;
    this.#draw(place, place);
    this.#strokes.set(event.pointerId, place);
    this.#show(place);
  }

  /** Whether this is the second finger of a pinch; the cut of the first is taken back. @param {PointerEvent} event */
  #pinches({ pointerType, timeStamp }) {
    if (pointerType !== 'touch' || this.#strokes.size !== 1 || timeStamp - this.#begun > PINCH_WITHIN) return false;
    this.#strokes.clear();
    this.#lastTap = null;
    this.does.cancel?.();
    this.#hide();
    return true;
  }

  /** @param {PointerEvent} event */
  #move(event) {
    const place = this.#place(event);
    const before = this.#strokes.get(event.pointerId);
    if (before) {
      const isTiled = this.dish.tiles.columns > 1;
      this.#draw(isTiled ? place : before, place);
      this.#strokes.set(event.pointerId, place);
    }
    if (event.pointerType !== 'touch' || before) this.#show(place);
  }

  /** @param {Place} from @param {Place} to */
  #cut(from, to) {
    this.does.erase(from, to, this.radius);
  }

  /** Cuts or paints. @param {Place} from @param {Place} to */
  #draw(from, to) {
    if (this.tool === 'paint') this.does.paint?.(from, to, this.radius);
    else this.#cut(from, to);
  }

  /** @param {Place} place @param {boolean} begins whether this is not the second tap of two */
  #plant({ x, y }, begins) {
    const { width, height } = this.dish.conditions;
    if (begins) this.does.begin();
    this.does.plant(Math.min(Math.max(Math.floor(x), 0), width - 1), Math.min(Math.max(Math.floor(y), 0), height - 1));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const { width, height } = this.dish.conditions;
    const cursor = this.#cursor ?? { x: (width >> 1) + 0.5, y: (height >> 1) + 0.5 };
    const arrow = ARROWS[event.key];
    if (arrow) {
      const by = event.shiftKey ? 4 * KEY_MOVES : KEY_MOVES;
      this.#cursor = {
        x: Math.min(Math.max(cursor.x + arrow[0] * by, 0.5), width - 0.5),
        y: Math.min(Math.max(cursor.y + arrow[1] * by, 0.5), height - 0.5),
      };
      this.#show(this.#cursor);
      this.does.say(`column ${Math.floor(this.#cursor.x) + 1}, row ${Math.floor(this.#cursor.y) + 1}`);
    } else if (event.key === 'Enter' && this.tool === 'paint') {
      this.does.begin();
      this.#draw(cursor, cursor);
      this.does.say('painted');
    } else if (event.key === 'Enter') {
      this.#plant(cursor, true);
    } else if (event.key === 'Delete' || event.key === 'Backspace' || event.key === 'x') {
      this.does.begin();
      this.#cut(cursor, cursor);
      this.does.say('cut');
    } else {
      return;
    }
    this.#cursor ??= cursor;
    event.preventDefault();
  }

  /** @param {MouseEvent} event @returns {Place} */
  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    const { width, height } = this.dish.conditions;
    const { columns, rows } = this.dish.tiles;
    const x = ((event.clientX - box.left) / box.width) * width * columns;
    const y = ((event.clientY - box.top) / box.height) * height * rows;
    // In a view with tiles, each of them is the dish.
    return columns * rows === 1 ? { x, y } : { x: x % width, y: y % height };
  }

  /** @param {Place} place */
  #show(place) {
    const { canvas, brush, dish } = this;
    const cell = canvas.clientWidth / (dish.conditions.width * dish.tiles.columns);
    const plants = this.tool === 'plant';
    const across = (plants ? (this.planted?.cells ?? 3) : 2 * this.radius) * cell;
    const size = Math.max(across, 14);
    Object.assign(brush.style, {
      left: `${canvas.offsetLeft + place.x * cell}px`,
      top: `${canvas.offsetTop + place.y * cell}px`,
      width: `${size}px`,
      height: `${size}px`,
      backgroundImage: plants && this.planted?.picture ? `url("${this.planted.picture}")` : 'none',
    });
    brush.classList.toggle('plants', plants);
    brush.hidden = dish.tiles.columns * dish.tiles.rows > 1;
    this.shownAt = place;
  }

  #hide() {
    if (!this.#cursor) this.brush.hidden = true;
  }
}
