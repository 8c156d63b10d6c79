// @ts-check
// The list of the organisms that the user made.

import { thumbnail } from './target_canvas.js';

/** @typedef {import('./own_organisms.js').Own} Own */

/** @param {HTMLElement} place @param {Own[]} all
 * @param {{open: (own: Own) => void, forget: (own: Own) => void}} does */
export function showList(place, all, does) {
  place.hidden = all.length === 0;
  place.querySelector('ul')?.replaceChildren(...all.map((own) => item(own, does)));
}

/** @param {Own} own @param {{open: (own: Own) => void, forget: (own: Own) => void}} does */
function item(own, does) {
  const row = document.createElement('li'),
    open = document.createElement('button'),
    name = document.createElement('b'),
    about = document.createElement('span'),
    texts = document.createElement('span');
  const canvas = thumbnail(own);
  canvas.ariaHidden = 'true';
  name.textContent = own.name;
  about.textContent = stateOf(own);
  about.className = 'hint';
  texts.append(name, about);
  open.append(canvas, texts);
  open.type = 'button';
  open.addEventListener('click', () => does.open(own));
  row.append(
    open,
    forgetButton(own, () => does.forget(own)),
  );
  return row;
}

/** A button that asks before it deletes. @param {Own} own @param {() => void} forget */
function forgetButton({ name }, forget) {
  const button = document.createElement('button');
  Object.assign(button, { type: 'button', className: 'quiet', textContent: 'Delete', ariaLabel: `Delete ${name}` });
  const calm = () => {
    button.classList.remove('sure');
    Object.assign(button, { textContent: 'Delete', ariaLabel: `Delete ${name}` });
  };
  button.addEventListener('click', () => {
    if (button.classList.contains('sure')) return forget();
    button.classList.add('sure');
    Object.assign(button, { textContent: 'Really?', ariaLabel: `Really delete ${name}?` });
    return undefined;
  });
  button.addEventListener('blur', calm);
  return button;
}

/** @param {Own} own */
function stateOf({ organism, step, steps }) {
  const { experiment } = organism.training;
  const [done, all] = [step, steps].map((count) => count.toLocaleString('en'));
  return step < steps ? `${experiment}, step ${done} of ${all}` : `${experiment}, ${all} steps`;
}
