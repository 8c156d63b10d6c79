// @ts-check
// Elements of the page, and what it says.

/** @param {string} selector @returns {HTMLElement} */
export function element(selector) {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
}

/** @param {string} selector @returns {HTMLInputElement} also for selects, which have a value, too */
export function input(selector) {
  return /** @type {HTMLInputElement} */ (element(selector));
}

/** Says something to those who do not see the page. @param {string} message */
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
