// @ts-check
// The dish in a notebook (anywidget): an organism grows in the output of a cell.

import { Dish } from './dish.js';
import { readOrganism } from './organism.js';

/**
 * @typedef {{get: (name: string) => any, on: (event: string, then: () => void) => void,
 *   off: (event: string, then: () => void) => void}} Model  what Python knows of the widget
 */

const STEPS_A_SECOND = 60;
/** What a frame may make up for, in steps, after the page stood still. */
const MOST_STEPS = 15;
/** Pixels that the longer side of a dish has, about. */
const SIDE = 432;
/** Radius of what is cut away, as a part of the longer side. */
const CUT = 1 / 12;

/** @param {{model: Model, el: HTMLElement}} widget @returns {() => void} what ends it */
function render({ model, el }) {
  try {
    return grow(model, el);
  } catch (error) {
    el.textContent = error instanceof Error ? error.message : String(error);
    return () => {};
  }
}

/** @param {Model} model @param {HTMLElement} el */
function grow(model, el) {
  /** @type {DataView} */
  const bytes = model.get('content');
  const content = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength).slice().buffer;
  const [height, width] = [model.get('height'), model.get('width')];
  const { canvas, ring, buttons, counter } = laidOut(el, height, width);
  const read = readOrganism(content, 'the organism');
  const { edge, fire_rate: fireRate } = read.rule;
  const dish = new Dish(canvas, { height, width, edge, fireRate, seed: model.get('seed'), angle: model.get('angle') });
  const organism = dish.add(read);
  let playing = !matchMedia('(prefers-reduced-motion: reduce)').matches;
  let frame = 0;
  let before = performance.now();

  const shown = () => {
    dish.draw();
    counter.textContent = `${dish.age.toLocaleString('en')} steps`;
    buttons.play.textContent = playing ? 'Pause' : 'Play';
  };
  const reset = () => {
    dish.clear();
    dish.plant(organism);
    shown();
  };
  const tick = (/** @type {number} */ now) => {
    const steps = Math.min(MOST_STEPS, Math.floor(((now - before) / 1000) * STEPS_A_SECOND));
    if (steps > 0) {
      before = now;
      if (playing) dish.step(steps);
      shown();
    }
    frame = requestAnimationFrame(tick);
  };
  // Where nothing lives any more need not be computed, and what a graphics card forgets is kept.
  const care = setInterval(async () => {
    await dish.survey();
    await dish.checkpoint();
  }, 1000);
  const turn = () => dish.set({ angle: model.get('angle') });

  buttons.play.onclick = () => {
    playing = !playing;
    shown();
  };
  buttons.step.onclick = () => {
    playing = false;
    dish.step(1);
    shown();
  };
  buttons.reset.onclick = reset;
  cutting(canvas, ring, dish, organism, shown);
  model.on('change:angle', turn);
  reset();
  frame = requestAnimationFrame(tick);
  return () => {
    cancelAnimationFrame(frame);
    clearInterval(care);
    model.off('change:angle', turn);
    // Browsers have only some sixteen of these at a time.
    dish.gl.getExtension('WEBGL_lose_context')?.loseContext();
  };
}

/** Lets the pointer cut, and plant by a double click. @param {HTMLCanvasElement} canvas @param {HTMLElement} ring
 * @param {Dish} dish @param {number} organism @param {() => void} shown */
function cutting(canvas, ring, dish, organism, shown) {
  const { height, width } = dish.conditions;
  const radius = Math.max(height, width) * CUT;
  /** @type {{x: number, y: number} | null} */
  let last = null;
  const place = (/** @type {MouseEvent} */ event) => {
    const box = canvas.getBoundingClientRect();
    return {
      x: ((event.clientX - box.left) / box.width) * width,
      y: ((event.clientY - box.top) / box.height) * height,
    };
  };
  const cut = (/** @type {PointerEvent} */ event) => {
    const here = place(event);
    dish.erase(last ?? here, here, radius);
    last = here;
    shown();
  };
  canvas.onpointerdown = (event) => {
    canvas.setPointerCapture(event.pointerId);
    cut(event);
  };
  canvas.onpointermove = (event) => {
    const here = place(event);
    const size = (2 * radius * canvas.clientWidth) / width;
    Object.assign(ring.style, {
      display: 'block',
      width: `${size}px`,
      height: `${size}px`,
      left: `${(here.x / width) * canvas.clientWidth - size / 2}px`,
      top: `${(here.y / height) * canvas.clientHeight - size / 2}px`,
    });
    if (last) cut(event);
  };
  canvas.onpointerup = canvas.onpointercancel = () => {
    last = null;
  };
  canvas.onpointerleave = () => {
    ring.style.display = 'none';
  };
  canvas.ondblclick = (event) => {
    const { x, y } = place(event);
    dish.plant(organism, Math.floor(x), Math.floor(y));
    shown();
  };
}

/** @param {HTMLElement} el @param {number} height @param {number} width of the grid */
function laidOut(el, height, width) {
  const zoom = Math.max(1, Math.round(SIDE / Math.max(height, width)));
  const sharp = Math.max(1, Math.round(devicePixelRatio));
  const frame = document.createElement('div');
  Object.assign(frame.style, {
    position: 'relative',
    width: `${width * zoom}px`,
    maxWidth: '100%',
    overflow: 'hidden',
    borderRadius: '8px',
    border: '1px solid #8884',
  });
  const canvas = document.createElement('canvas');
  canvas.width = width * zoom * sharp;
  canvas.height = height * zoom * sharp;
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', 'a living organism; drag to cut, double click to plant another one');
  Object.assign(canvas.style, { display: 'block', width: '100%', touchAction: 'none', cursor: 'crosshair' });
  const ring = document.createElement('div');
  Object.assign(ring.style, {
    position: 'absolute',
    display: 'none',
    pointerEvents: 'none',
    boxSizing: 'border-box',
    borderRadius: '50%',
    border: '1.5px solid #d95f1a',
  });
  frame.append(canvas, ring);
  const row = document.createElement('div');
  Object.assign(row.style, {
    display: 'flex',
    gap: '6px',
    alignItems: 'center',
    marginTop: '6px',
    font: '13px system-ui, sans-serif',
  });
  const buttons = { play: button('Pause'), step: button('Step'), reset: button('Reset') };
  const counter = document.createElement('span');
  Object.assign(counter.style, { marginLeft: '6px', opacity: '0.75', fontVariantNumeric: 'tabular-nums' });
  row.append(...Object.values(buttons), counter);
  el.replaceChildren(frame, row);
  return { canvas, ring, buttons, counter };
}

/** @param {string} text */
function button(text) {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = text;
  Object.assign(element.style, {
    font: 'inherit',
    padding: '3px 12px',
    borderRadius: '6px',
    border: '1px solid #8886',
    background: 'none',
    color: 'inherit',
    cursor: 'pointer',
  });
  return element;
}

export default { render };
