// @ts-check
// A small plot of living cells and the likeness to the target over time, with a mark at each cut.

/** @typedef {{age: number, living: number, likeness: number | null}} Point */

const MOST_POINTS = 600;

export class Plot {
  /** @type {Point[]} */
  points = [];
  /** Steps at which the dish was cut. @type {number[]} */
  cuts = [];

  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
  }

  /** @param {Point} point */
  add(point) {
    const last = this.points.at(-1);
    // After a reset or undo, later points no longer hold.
    if (last && point.age < last.age) {
      this.points = this.points.filter(({ age }) => age < point.age);
      this.cuts = this.cuts.filter((age) => age < point.age);
    }
    if (this.points.at(-1)?.age === point.age) this.points.pop();
    this.points.push(point);
    if (this.points.length > MOST_POINTS) this.points = this.points.filter((_, place) => place % 2 === 0);
  }

  /** The dish is being cut. @param {number} age */
  mark(age) {
    this.cuts.push(age);
    if (this.cuts.length > MOST_POINTS) this.cuts.shift();
  }

  clear() {
    this.points = [];
    this.cuts = [];
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
    for (const cut of this.cuts.filter((age) => age >= first)) line('--cut', [at(cut, 0), at(cut, 1)]);
    const measured = points.filter(({ likeness }) => likeness !== null);
    line(
      '--loss',
      measured.map(({ age, likeness }) => at(age, Number(likeness))),
    );
    line(
      '--accent',
      points.map(({ age, living }) => at(age, living / most)),
    );
  }
}

/** @param {CanvasRenderingContext2D} context @param {number[][]} points */
function stroke(context, points) {
  context.beginPath();
  points.forEach(([x, y], place) => (place ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}
