// @ts-check
// An organism that came in a link: it grows under the link's conditions, and can be kept.

import { attempt } from './attempt.js';
import { notice } from './elements.js';
import { replay } from './replay.js';

/**
 * Grows it.
 *
 * @param {import('./actions.js').Actions} actions @param {import('./entry.js').Entry} entry
 * @param {ReturnType<typeof import('./link.js').readLink>} link
 */
export async function growLinked(actions, entry, link) {
  const { garden } = actions.parts;
  garden.chosen = new Set(Object.keys(link.conditions));
  await attempt(() => garden.pick(garden.adopt(entry)));
  // The size is for this organism, not for those that are picked later.
  for (const side of ['height', 'width']) garden.chosen.delete(side);
  await attempt(() => replay(actions, link.cuts));
}

/** Offers to keep it, where there is "Make your own". @param {import('./make_entry.js').MakeEntry | null} making
 * @param {import('./entry.js').Entry} entry */
export function offerToKeep(making, entry) {
  const { embed, kiosk } = document.documentElement.dataset;
  // Without its target it cannot be trained.
  if (!making || !entry.made || embed || kiosk) return;
  const offer = { label: 'Keep it', does: () => attempt(() => making.keep(entry)) };
  notice(`${entry.label} came in this link. Keep it, and train it further.`, { offer });
}
