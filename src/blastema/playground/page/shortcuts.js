// @ts-check
// Listens to the keys, and lists them in the help.

import { isStored, store } from './stored.js';

/**
 * @typedef {{keys: string[], shown: string, does: string, run?: (event: KeyboardEvent) => void,
 *   needs?: 'signals'}} Shortcut
 *   keys: names that the browser gives them; needs: what an organism must have for it to be listed
 */

/** Where it is kept that users have turned off the keys that are a single character: speech input may type them. */
const OFF = 'blastema-keys-off';

/** @param {Shortcut[]} shortcuts @param {HTMLDialogElement} sheet */
export function listen(shortcuts, sheet) {
  const areOn = /** @type {HTMLInputElement} */ (sheet.querySelector('#keys-on'));
  areOn.checked = !isStored(OFF);
  areOn.addEventListener('change', () => store(OFF, areOn.checked ? null : 'yes'));
  const rows = shortcuts.map(({ shown, does, needs }) => {
    const row = document.createElement('tr'),
      head = document.createElement('th'),
      text = document.createElement('td');
    head.scope = 'row';
    if (needs) row.className = `for-${needs}`;
    head.append(
      ...shown.split(' ').flatMap((key) => [Object.assign(document.createElement('kbd'), { textContent: key }), ' ']),
    );
    text.append(does);
    row.append(head, text);
    return row;
  });
  sheet.querySelector('tbody')?.append(...rows);
  document.addEventListener('keydown', (event) => {
    if (
      document.documentElement.dataset.comparing ||
      sheet.open ||
      event.altKey ||
      event.defaultPrevented ||
      isTaken(event)
    )
      return;
    const isUndo = (event.ctrlKey || event.metaKey) && event.key === 'z';
    if ((event.ctrlKey || event.metaKey) && !isUndo) return;
    const shortcut = shortcuts.find(({ keys }) =>
      keys.includes(isUndo ? 'u' : event.key.length === 1 ? event.key.toLowerCase() : event.key),
    );
    if (!shortcut?.run || (event.key.length === 1 && !isUndo && !areOn.checked)) return;
    event.preventDefault();
    shortcut.run(event);
  });
}

/** Whether the focused control needs the key for itself. @param {KeyboardEvent} event */
function isTaken({ target, key }) {
  if (!(target instanceof HTMLElement)) return false;
  if (target.matches('select, textarea, input:not([type=range], [type=radio], [type=checkbox], [type=file])'))
    return true;
  return key === ' ' && target.matches('button, input, summary, a');
}
