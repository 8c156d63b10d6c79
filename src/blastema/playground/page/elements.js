// @ts-check
// Elements of the page, and messages to the user.

/** @param {string} selector @returns {HTMLElement} */
export function element(selector) {
  const match = document.querySelector(selector);
  if (!(match instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return match;
}

/** @param {string} selector @returns {HTMLInputElement} also for selects, which have a value, too */
export function input(selector) {
  return /** @type {HTMLInputElement} */ (element(selector));
}

/** @param {string} selector */
export function select(selector) {
  return /** @type {HTMLSelectElement} */ (element(selector));
}

/** Announces something to users of screen readers. @param {string} message */
export function say(message) {
  element('#status').textContent = message;
}

/** How long a message of success is shown, in milliseconds. */
const SHOWN = 6000;
let closing = 0;

/** Shows a message on the dish until it is closed; an empty one closes it. @param {string} message
 * @param {{done?: boolean, offer?: {label: string, does: () => unknown} | null}} [how] done: it tells of a success, and
 *   goes by itself; offer: a button */
export function notice(message, { done = false, offer = null } = {}) {
  const box = element('#notice');
  const close = () => {
    box.hidden = true;
  };
  clearTimeout(closing);
  if (done) closing = window.setTimeout(close, SHOWN);
  const isGood = done || offer !== null;
  box.classList.toggle('done', isGood);
  box.setAttribute('role', isGood ? 'status' : 'alert');
  element('#notice p').textContent = message;
  box.hidden = message === '';
  element('#notice .quiet').onclick = close;
  const button = element('#notice-offer');
  button.hidden = offer === null;
  button.textContent = offer?.label ?? '';
  button.onclick = () => {
    close();
    offer?.does();
  };
}
