// @ts-check
// Rows of numbers as small pictures: bars up and down from zero, or a field of squares. The one that is pointed at is
// named with its number.

/** Half of the colour or of a bar's length, as in the views (see shaders/numbers.fragment.glsl). */
const HALF = 0.3;
const ABOVE = [230, 97, 0];
const BELOW = [23, 102, 204];
const SQUARES = 32; // in a row of a field

/** How much of a full bar or colour a number is, from -1 to 1. @param {number} value @param {number} [half] */
export function share(value, half = HALF) {
  return value / (half + Math.abs(value));
}

/** Orange above zero, blue below, on a ground; as a style. @param {number} value @param {number[]} ground 0 to 1 */
export function colourOf(value, ground) {
  const part = Math.abs(share(value));
  const mixed = (value > 0 ? ABOVE : BELOW).map((tint, at) => Math.round(255 * ground[at] * (1 - part) + tint * part));
  return `rgb(${mixed.join(' ')})`;
}

/** A number as it is shown: three places, with a true minus. @param {number} value */
export function shown(value) {
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(Math.abs(value) >= 10 ? 2 : 3);
  // A negative zero is zero.
  return Number(text) === 0 ? text.replace('-', '') : text.replace('-', '−');
}

export class Strip {
  /** @type {number[]} */
  #values = [];
  #pointed = -1;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{name: string, nameOf: (place: number) => string, isField?: boolean, half?: number,
   *   ground: () => number[], says: HTMLElement}} how
   *   nameOf: of a number; isField: squares rather than bars; says: where the number that is pointed at is named
   */
  constructor(canvas, how) {
    this.canvas = canvas;
    this.how = how;
    canvas.setAttribute('role', 'img');
    canvas.addEventListener('pointermove', (event) => this.#point(this.#placeAt(event)));
    canvas.addEventListener('pointerdown', (event) => this.#point(this.#placeAt(event)));
    canvas.addEventListener('pointerleave', () => this.#point(-1));
  }

  /** @param {number[]} values @param {string} summary is shown while no number is pointed at */
  show(values, summary) {
    this.#values = values;
    this.summary = summary;
    const { name, isField, nameOf } = this.how;
    const listed = values.map((value, place) => `${nameOf(place)} ${shown(value)}`).join(', ');
    this.canvas.setAttribute('aria-label', `${name}: ${isField ? summary : listed || 'none'}`);
    this.#fit();
    if (isField) this.#squares();
    else this.#bars();
    this.#say();
  }

  #fit() {
    const { canvas } = this;
    const width = Math.round(canvas.clientWidth * devicePixelRatio),
      height = Math.round(canvas.clientHeight * devicePixelRatio);
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    this.context.fillStyle = `rgb(${this.how
      .ground()
      .map((part) => Math.round(255 * part))
      .join(' ')})`;
    this.context.fillRect(0, 0, width, height);
  }

  #bars() {
    const { canvas, context, how } = this;
    const middle = Math.round(canvas.height / 2),
      across = canvas.width / this.#values.length;
    if (!context) return;
    this.#values.forEach((value, place) => {
      const long = Math.max(Math.abs(share(value, how.half)) * (middle - 1), value ? 1 : 0);
      context.fillStyle = `rgb(${(value > 0 ? ABOVE : BELOW).join(' ')})`;
      const left = Math.round(place * across + 1);
      context.fillRect(left, value > 0 ? middle - long : middle, Math.round((place + 1) * across - 1) - left, long);
    });
    context.fillStyle = '#8888';
    context.fillRect(0, middle - 0.5, canvas.width, 1);
  }

  #squares() {
    const { canvas, context } = this;
    const rows = Math.ceil(this.#values.length / SQUARES),
      [across, down] = [canvas.width / SQUARES, canvas.height / rows];
    if (!context) return;
    this.#values.forEach((value, place) => {
      const [column, row] = [place % SQUARES, Math.floor(place / SQUARES)];
      context.fillStyle = colourOf(value, this.how.ground());
      context.fillRect(Math.round(column * across), Math.round(row * down), Math.ceil(across) - 1, Math.ceil(down) - 1);
    });
  }

  /** @param {PointerEvent} event */
  #placeAt({ clientX, clientY }) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [(clientX - box.left) / box.width, (clientY - box.top) / box.height];
    const count = this.#values.length;
    if (!this.how.isField) return Math.floor(x * count);
    return Math.floor(x * SQUARES) + SQUARES * Math.floor(y * Math.ceil(count / SQUARES));
  }

  /** @param {number} place */
  #point(place) {
    this.#pointed = place;
    this.#say();
  }

  #say() {
    const value = this.#values[this.#pointed];
    const text = value === undefined ? this.summary : `${this.how.nameOf(this.#pointed)} ${shown(value)}`;
    this.how.says.textContent = text ?? '';
  }
}
