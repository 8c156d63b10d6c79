// @ts-check
// The loss over training steps, on a logarithmic axis.

const WIDTH = 320;
const HEIGHT = 120;
const LEFT = 44;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 20;
const NAMESPACE = 'http://www.w3.org/2000/svg';

/**
 * Draws the curve into an SVG element.
 *
 * @param {SVGSVGElement} svg
 * @param {number[]} steps of training, rising
 * @param {number[]} losses one for each
 */
export function curve(svg, steps, losses) {
  const levels = losses.map((loss) => Math.log10(Math.max(loss, 1e-12)));
  const low = Math.floor(Math.min(...levels));
  const high = Math.max(Math.ceil(Math.max(...levels)), low + 1);
  const last = steps[steps.length - 1];
  const x = (/** @type {number} */ step) => LEFT + ((WIDTH - LEFT - RIGHT) * step) / last;
  const y = (/** @type {number} */ level) => TOP + ((HEIGHT - TOP - BOTTOM) * (high - level)) / (high - low);
  const parts = [];
  for (let level = low; level <= high; level++) {
    parts.push(drawn('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(level), y2: y(level), class: 'grid' }));
    parts.push(drawn('text', { x: LEFT - 6, y: y(level) + 4, 'text-anchor': 'end' }, power(level)));
  }
  parts.push(drawn('text', { x: LEFT, y: HEIGHT - 4 }, 'training steps'));
  parts.push(drawn('text', { x: WIDTH - RIGHT, y: HEIGHT - 4, 'text-anchor': 'end' }, last.toLocaleString('en')));
  for (const [kind, values] of Object.entries({ each: levels, curve: smooth(levels) })) {
    const points = steps.map((step, place) => `${x(step).toFixed(1)},${y(values[place]).toFixed(1)}`);
    parts.push(drawn('polyline', { points: points.join(' '), class: kind }));
  }
  svg.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute(
    'aria-label',
    `loss over ${last} training steps, from ${losses[0].toPrecision(2)} to ${losses[losses.length - 1].toPrecision(2)}`,
  );
  svg.replaceChildren(...parts);
}

/** @param {string} kind @param {Record<string, string | number>} attributes @param {string} [text] */
function drawn(kind, attributes, text = '') {
  const element = document.createElementNS(NAMESPACE, kind);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.textContent = text;
  return element;
}

/** The median of each value and its neighbours, equally many on both sides. @param {number[]} values */
function smooth(values) {
  const most = Math.ceil(values.length / 30);
  return values.map((_, place) => {
    const reach = Math.min(most, place, values.length - 1 - place);
    return values.slice(place - reach, place + reach + 1).sort((a, b) => a - b)[reach];
  });
}

/** @param {number} level */
function power(level) {
  return level >= -3 && level <= 0 ? String(Number((10 ** level).toFixed(3))) : `1e${level}`;
}
