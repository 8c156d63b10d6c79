// @ts-check
// Fits the canvas to its frame.

const LARGEST_SIDE = 2048;
const dark = matchMedia('(prefers-color-scheme: dark)');

/**
 * Keeps the canvas as large as its frame, whatever the number of cells, and in the colours of the page. It has the same
 * number of pixels for each cell, which the browser then scales.
 *
 * @param {import('./dish.js').Dish} dish
 * @param {HTMLElement} frame
 * @param {() => void} then after each change
 * @returns {() => void} fits it now
 */
export function fitCanvas(dish, frame, then) {
  const fit = () => {
    const { canvas } = dish,
      { columns, rows } = dish.tiles,
      { height, width } = dish.conditions;
    const across = width * columns,
      down = height * rows;
    frame.toggleAttribute('data-tiled', columns * rows > 1);
    const room = Math.min(frame.clientWidth * devicePixelRatio, LARGEST_SIDE);
    const most = room / Math.max(across, down);
    const zoom = most >= 2 ? Math.floor(most) : most;
    canvas.width = Math.round(across * zoom);
    canvas.height = Math.round(down * zoom);
    const side = frame.clientWidth / Math.max(across, down);
    canvas.style.width = `${across * side}px`;
    canvas.style.height = `${down * side}px`;
    then();
  };
  const colour = () => {
    const style = getComputedStyle(document.documentElement);
    dish.ground = numbers(style.getPropertyValue('--dish'));
    dish.accent = numbers(style.getPropertyValue('--loss'));
    then();
  };
  new ResizeObserver(fit).observe(frame);
  dark.addEventListener('change', colour);
  colour();
  return fit;
}

/** Red, green and blue of a colour such as #0f8a4c, 0 to 1. @param {string} colour */
function numbers(colour) {
  return [1, 3, 5].map((begin) => parseInt(colour.trim().slice(begin, begin + 2), 16) / 255);
}
