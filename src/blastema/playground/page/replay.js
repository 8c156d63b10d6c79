// @ts-check
// Cuts and seeds travel in links: what a link can carry of a dish, and how it is done again in another one.

import { MOST_CHARACTERS, cutsText, readCuts } from './cuts.js';

/** What was cut and planted in a dish, as text for a link, and what the link cannot carry of it, for the user.
 * @param {import('./dish.js').Dish} dish @param {number} number of the organism that the link plants in the middle
 * @returns {{text: string | null, cannot: string | null}} */
export function cutsOf(dish, number) {
  const { strokes, conditions } = dish;
  const [first, ...rest] = strokes.repeatable(conditions) ?? [];
  // The seed that every dish begins with.
  if (strokes.count < 2) return { text: null, cannot: null };
  if (!first) return { text: null, cannot: 'cuts and seeds of a dish whose settings were changed while it grew' };
  const { height, width } = conditions;
  const isPlain = first.kind === 'plant' && first.age === 0 && first.x === width >> 1 && first.y === height >> 1;
  const isAlone = [first, ...rest].every((deed) => deed.kind !== 'plant' || deed.number === number);
  if (!isPlain || !isAlone) return { text: null, cannot: 'several organisms in one dish, nor their cuts' };
  const text = cutsText(rest);
  if (text.length <= MOST_CHARACTERS) return { text, cannot: null };
  return { text: null, cannot: `so many cuts (${text.length} characters, at most ${MOST_CHARACTERS})` };
}

/** Cuts and plants as a link says, each at its step. @param {import('./actions.js').Actions} actions
 * @param {string | null} text of the link @throws {import('./errors.js').PlaygroundError} it is damaged */
export function replay(actions, text) {
  if (text === null) return;
  const { dish, garden } = actions.parts;
  dish.strokes.plan(readCuts(text, dish.conditions, garden.number), (deed) => {
    if (deed.kind === 'cut') actions.erase(deed.from, deed.to, deed.radius);
    else actions.plant(deed.x, deed.y);
  });
}
