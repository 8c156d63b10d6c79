// @ts-check
// The panel that shows a training: figures, the curve of the loss, and pictures of the batch and the pool.

/**
 * @typedef {import('./training.js').Run} Run
 * @typedef {import('./training.js').Progress} Progress
 * @typedef {import('./training.js').Batch} Batch
 * @typedef {import('./training.js').Pool} Pool
 */

const CONTENT = `
  <div class="training-head">
    <img class="training-target" alt="">
    <h2 id="training-title">Training</h2>
  </div>
  <p class="training-status" role="status"></p>
  <progress max="1" value="0" aria-label="training steps"></progress>
  <dl>
    <div><dt>step</dt><dd data-figure="step">–</dd></div>
    <div><dt>loss</dt><dd data-figure="loss">–</dd></div>
    <div><dt>speed</dt><dd data-figure="rate">–</dd></div>
    <div><dt>time left</dt><dd data-figure="left">–</dd></div>
  </dl>
  <p class="hint training-targets"></p>
  <label class="check"><input type="checkbox" checked> Show the newest organism in the dish</label>
  <figure class="training-loss"><svg role="img" aria-label="loss"></svg></figure>
  <p class="hint training-batch"></p>
  <figure data-picture="before" hidden><figcaption></figcaption><img alt=""></figure>
  <figure data-picture="after" hidden><figcaption></figcaption><img alt=""></figure>
  <figure data-picture="pool" hidden><figcaption></figcaption><img alt=""></figure>
`;

export class Panel {
  /** @param {HTMLElement} element of the page, which the panel fills */
  constructor(element) {
    this.element = element;
    element.classList.add('training');
    element.setAttribute('role', 'region');
    element.setAttribute('aria-labelledby', 'training-title');
    element.innerHTML = CONTENT;
    element.hidden = false;
    // The training comes first on the page.
    element.parentElement?.prepend(element);
    this.chart = /** @type {SVGSVGElement} */ (this.#part('svg'));
  }

  /** Whether the newest organism shall be shown in the dish. */
  get following() {
    return /** @type {HTMLInputElement} */ (this.#part('input')).checked;
  }

  set following(following) {
    /** @type {HTMLInputElement} */ (this.#part('input')).checked = following;
  }

  /** @param {string} text */
  say(text) {
    this.#part('.training-status').textContent = text;
  }

  /** @param {Run} run */
  begin(run) {
    const target = /** @type {HTMLImageElement} */ (this.#part('.training-target'));
    target.src = run.picture;
    target.alt = `the target, ${run.name}`;
    this.#part('h2').textContent = `Training: ${run.name}, ${run.experiment}`;
  }

  /** @param {Progress} progress @param {number} steps of the whole training */
  progress({ step, loss, rate, left, targets = {} }, steps) {
    const bar = /** @type {HTMLProgressElement} */ (this.#part('progress'));
    bar.max = steps;
    bar.value = step;
    this.#figure('step', `${step.toLocaleString('en')} of ${steps.toLocaleString('en')}`);
    this.#figure('loss', loss === null ? '–' : loss.toPrecision(3));
    this.#figure('rate', rate ? `${Number(rate.toPrecision(2))} steps/s` : '–');
    this.#figure('left', left === null ? '–' : duration(left));
    const losses = Object.entries(targets).map(([name, each]) => `${name} ${each.toPrecision(2)}`);
    this.#part('.training-targets').textContent = losses.length ? `loss of each: ${losses.join(', ')}` : '';
  }

  /** @param {Batch} batch */
  batch(batch) {
    this.#picture('before', batch.before, 'A batch before growing');
    this.#picture('after', batch.after, `The batch after ${batch.rollout} steps`);
    this.#part('.training-batch').textContent = prepared(batch);
  }

  /** @param {Pool} pool */
  pool({ picture, count: states }) {
    this.#picture('pool', picture, `${states} states of the pool`);
  }

  /** @param {string} selector */
  #part(selector) {
    return /** @type {Element} */ (this.element.querySelector(selector));
  }

  /** @param {string} name @param {string} text */
  #figure(name, text) {
    this.#part(`[data-figure=${name}]`).textContent = text;
  }

  /** @param {string} name @param {string} url @param {string} caption */
  #picture(name, url, caption) {
    const figure = /** @type {HTMLElement} */ (this.#part(`[data-picture=${name}]`));
    const image = /** @type {HTMLImageElement} */ (this.#part(`[data-picture=${name}] img`));
    image.src = url;
    image.alt = caption;
    this.#part(`[data-picture=${name}] figcaption`).textContent = caption;
    figure.hidden = false;
  }
}

/** @param {number} seconds */
export function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor(whole / 60) % 60).padStart(2, '0')} min`;
}

/** What was done to a batch before it grew. @param {Batch} batch */
function prepared({ reseeded, damaged, damages }) {
  const parts = [];
  if (reseeded) parts.push(`the worst ${count(reseeded)} replaced by a seed cell`);
  if (damaged) {
    const kinds = damages.join(', ') + (damages.length > 1 ? ' in turn' : '');
    parts.push(`the best ${count(damaged)} damaged (${kinds})`);
  }
  return parts.length ? `Before growing, ${parts.join(' and ')}.` : 'All of them grow from a seed cell.';
}

/** @param {number} states */
function count(states) {
  return states === 1 ? 'one is' : `${states} are`;
}
