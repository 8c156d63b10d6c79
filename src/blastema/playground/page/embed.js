// @ts-check
// The dish inside other pages: `?embed` leaves the dish and a few buttons (early.js, embed.css). Here is the code that
// puts it there, and its link to the whole page.

import { attempt } from './attempt.js';
import { element, notice } from './elements.js';
import { copied, dishLink } from './share.js';

/** Pixels of the frame: for a dish with its hint and buttons below. */
const WIDTH = 420,
  HEIGHT = 500;
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|)$/;

/** The same page, inside another one or by itself. @param {string} href @param {boolean} embedded */
export function addressOf(href, embedded) {
  const link = new URL(href);
  link.search = embedded ? '?embed' : '';
  return link.href;
}

/** @param {string} href of the page with a dish @param {string} name of what grows */
export function embedCode(href, name) {
  const [source, title] = [addressOf(href, true), `${name}, growing in Blastema`].map((text) =>
    text.replace(/[&"<>]/g, (letter) => `&#${letter.charCodeAt(0)};`),
  );
  const frame = `width="${WIDTH}" height="${HEIGHT}" style="border: 0" allow="fullscreen" loading="lazy"`;
  return `<iframe src="${source}" title="${title}" ${frame}></iframe>`;
}

/** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden */
async function showCode(dish, garden) {
  const { href, without } = dishLink(dish, garden);
  const code = element('#embed-code');
  code.hidden = false;
  /** @type {HTMLTextAreaElement} */ (code).value = embedCode(href, garden.entry?.label ?? 'A pattern');
  const where = (await copied(/** @type {HTMLTextAreaElement} */ (code).value))
    ? 'Embed code copied'
    : 'The embed code is below the button';
  const isLocal = LOCAL.test(location.hostname);
  const hint = isLocal ? ' It has the address of this computer: put the page on a web host first.' : '';
  notice(`${where}.${hint}${without}`, { done: true });
}

/** @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden */
export function setUpEmbedding(dish, garden) {
  const whole = /** @type {HTMLAnchorElement} */ (element('#whole-page'));
  const refresh = () => {
    whole.href = addressOf(dishLink(dish, garden).href, false);
  };
  whole.href = addressOf(location.href, false);
  // The dish of the moment, whether it is opened by mouse, touch or keys.
  for (const event of ['pointerdown', 'focus', 'click']) whole.addEventListener(event, refresh);
  element('#embed').addEventListener('click', () => attempt(() => showCode(dish, garden)));
}
