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

/** Shows a message on the dish until it is closed; an empty one closes it. @param {string} message */
export function notice(message) {
  const box = element('#notice');
  element('#notice p').textContent = message;
  box.hidden = message === '';
  element('#notice button').onclick = () => {
    box.hidden = true;
  };
}
