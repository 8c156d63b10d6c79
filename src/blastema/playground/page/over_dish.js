// @ts-check
// A layer of elements exactly over the canvas of the dish, for what is no part of its picture.

import { element } from './elements.js';

/** Makes such a layer. @param {import('./dish.js').Dish} dish @param {string} className */
export function layerOver({ canvas }, className) {
  const layer = Object.assign(document.createElement('div'), { className: `over-dish ${className}` });
  const fit = () => {
    const { offsetLeft: left, offsetTop: top, clientWidth: width, clientHeight: height } = canvas;
    for (const [name, value] of Object.entries({ left, top, width, height }))
      layer.style.setProperty(name, `${value}px`);
  };
  new ResizeObserver(fit).observe(canvas);
  new ResizeObserver(fit).observe(element('#frame'));
  canvas.after(layer);
  fit();
  return layer;
}

/** Marks a cell of the dish with a ring, in every tile of the view. */
export class Ring {
  /** @param {import('./dish.js').Dish} dish */
  constructor(dish) {
    this.dish = dish;
    this.layer = layerOver(dish, 'rings');
    this.layer.setAttribute('aria-hidden', 'true');
  }

  /** @param {{x: number, y: number}} cell @param {boolean} isFixed */
  show({ x, y }, isFixed) {
    const { columns, rows } = this.dish.tiles,
      { width, height } = this.dish.conditions;
    const count = columns * rows;
    if (this.layer.childElementCount !== count) {
      this.layer.replaceChildren(...Array.from({ length: count }, () => document.createElement('i')));
    }
    const side = this.layer.clientWidth / (width * columns);
    const size = `${Math.max(side + 4, count === 1 ? 14 : 8)}px`;
    this.layer.classList.toggle('fixed', isFixed);
    [...this.layer.children].forEach((ring, tile) => {
      const left = (100 * ((tile % columns) + (x + 0.5) / width)) / columns,
        top = (100 * (Math.floor(tile / columns) + (y + 0.5) / height)) / rows;
      Object.assign(/** @type {HTMLElement} */ (ring).style, {
        left: `${left}%`,
        top: `${top}%`,
        width: size,
        height: size,
      });
    });
  }
}
