// @ts-check
// A small plot of living cells and the difference from the target over time.

/** @typedef {{age: number, living: number, loss: number | null}} Point */

const MOST_POINTS = 600;

export class Plot {
  /** @type {Point[]} */
  points = [];

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  /** @param {Point} point */
  add(point) {
    const last = this.points.at(-1);
    // After a reset or undo, later points no longer hold.
    if (last && point.age < last.age) this.points = this.points.filter(({ age }) => age < point.age);
    if (this.points.at(-1)?.age === point.age) this.points.pop();
    this.points.push(point);
    if (this.points.length > MOST_POINTS) this.points = this.points.filter((_, place) => place % 2 === 0);
  }

  clear() {
    this.points = [];
  }

  draw() {
    const { canvas, points } = this;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (width === 0) return;
    canvas.width = width * devicePixelRatio;
    canvas.height = height * devicePixelRatio;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    context.scale(devicePixelRatio, devicePixelRatio);
    const style = getComputedStyle(canvas);
    const line = (/** @type {string} */ colour, /** @type {number[][]} */ along) => {
      context.strokeStyle = style.getPropertyValue(colour);
      stroke(context, along);
    };
    for (const y of [0.5, 1].map((part) => Math.round(height * part) - 0.5))
      line('--line', [
        [0, y],
        [width, y],
      ]);
    if (points.length < 2) return;
    const first = points[0].age;
    const span = Math.max((points.at(-1)?.age ?? 0) - first, 1);
    const most = Math.max(...points.map(({ living }) => living), 1);
    const at = (/** @type {number} */ age, /** @type {number} */ part) => [
      ((age - first) / span) * width,
      4 + (height - 8) * (1 - part),
    ];
    context.lineWidth = 1.75;
    context.lineJoin = 'round';
    const measured = points.filter(({ loss }) => loss !== null);
    line(
      '--loss',
      measured.map(({ age, loss }) => at(age, logarithmic(Number(loss)))),
    );
    line(
      '--accent',
      points.map(({ age, living }) => at(age, living / most)),
    );
  }
}

/** From 0 for a difference of 0.0001 to 1 for 0.1. @param {number} loss */
function logarithmic(loss) {
  return Math.min(Math.max((Math.log10(Math.max(loss, 1e-9)) + 4) / 3, 0), 1);
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} points */
function stroke(context, points) {
  context.beginPath();
  points.forEach(([x, y], place) => (place ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}
