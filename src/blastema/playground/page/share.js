// @ts-check
// Links that restore a dish: its organism, what it grows, random seed and conditions.

import { notice } from './elements.js';
import { linkTo } from './link.js';
import { isArticles } from './eight_bits.js';
import { mixtureText } from './mixture.js';
import { linkWith } from './own_link.js';
import { cutsOf } from './replay.js';

const touch = matchMedia('(hover: none)');

/** A link to the dish, and for the user what follows from it and what it cannot carry, each a sentence or nothing.
 * @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden */
export function dishLink(dish, garden) {
  const known = garden.entry && garden.entry.url !== '' ? garden.entry.name : null;
  const mixture = dish.signals.mixtures.get(garden.number);
  const cuts = cutsOf(dish, garden.number);
  const signal = mixture ? mixtureText(mixture, garden.signals) : null;
  const carried = known ? null : carriedBy(garden.entry);
  const href = carried
    ? linkWith(carried, dish.conditions, cuts.text)
    : linkTo(known, signal, dish.conditions, known ? cuts.text : null);
  const cannot = [
    ...(known || carried ? [] : ['an organism from a file whose rule differs from the article’s']),
    ...(dish.signals.map ? ['what was painted'] : []),
    ...(cuts.cannot ? [cuts.cannot] : []),
  ];
  const without = cannot.length ? ` The link cannot carry ${cannot.join(' or ')}.` : '';
  const holds = carried ? 'holds this organism itself, in 8 bits,' : 'restores this organism,';
  const again = (known || carried) && cuts.text ? ' The cuts and seeds follow at the same steps.' : '';
  return { href, holds, again, without };
}

/** What a link can carry of an organism that the page was not served with; null if that is not possible.
 * @param {import('./entry.js').Entry | null} entry */
function carriedBy(entry) {
  const { organism, made, name } = entry ?? {};
  if (!organism || !name || !isArticles(organism.rule)) return null;
  return { organism, made, name: name.replace(/\.(safetensors|json)$/, '') };
}

/** Puts a link to the dish into the address bar, and shares it on touch screens or else copies it.
 * @param {import('./dish.js').Dish} dish @param {import('./garden.js').Garden} garden */
export async function share(dish, garden) {
  const { href, holds, again, without } = dishLink(dish, garden);
  const show = () => history.replaceState(null, '', href);
  // The address of "Make your own" leads back to a training that runs.
  if (!document.documentElement.dataset.making) show();
  const title = `${garden.entry?.label ?? 'A pattern'}, growing in Blastema`;
  const isShared = await shared({ title, url: href });
  if (isShared && !without) return;
  const isCopied = !isShared && (await copied(href));
  if (!isShared && !isCopied) show();
  const where = isShared ? 'Link shared' : isCopied ? 'Link copied' : 'The link is in the address bar';
  notice(`${where}: it ${holds} its random seed, rotation and size.${again}${without}`, { done: true });
}

/** Lets the user of a touch screen choose where to send a link; whether that was offered. @param {ShareData} data */
async function shared(data) {
  if (!touch.matches || !navigator.canShare?.(data)) return false;
  return navigator.share(data).then(
    () => true,
    // The user closed the choice, and wants no copy either.
    (error) => error instanceof Error && error.name === 'AbortError',
  );
}

/** Copies a text; whether the browser allowed it. @param {string} text */
export async function copied(text) {
  if (!navigator.clipboard) return false;
  return navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
}
