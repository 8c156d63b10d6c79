// @ts-check
// Signals in the rule of an organism file: their names. Reads or refuses what blastema.rule.signal does.

import { PlaygroundError } from './errors.js';

const MOST_SIGNALS = 256;
const LONGEST_NAME = 40;

/** The names of an organism's signals, none if its rule has none. @param {import('./rule.js').Rule} rule */
export function signalsOf({ signals = [] }) {
  return signals;
}

/** @param {unknown} values @param {string} name of the file @returns {string[]} */
export function readSignals(values, name) {
  const isList = Array.isArray(values) && values.every((value) => typeof value === 'string');
  if (!isList) throw new PlaygroundError(`signals in the rule of ${name} must be a list of names`);
  if (values.length > MOST_SIGNALS) {
    throw new PlaygroundError(`${name} has ${values.length} signals; a rule has at most ${MOST_SIGNALS}`);
  }
  const wrong = values.find((value) => !isName(value));
  if (wrong !== undefined) {
    throw new PlaygroundError(
      `${name} has the invalid signal name ${JSON.stringify(wrong).slice(0, 80)}; use 1 to ${LONGEST_NAME} ` +
        'printable characters without = , @ and without spaces at the ends',
    );
  }
  const repeated = values.find((value, place) => values.indexOf(value) < place);
  if (repeated !== undefined) {
    throw new PlaygroundError(
      `${name} lists the signal ${repeated} twice in its rule; each signal needs a name of its own`,
    );
  }
  return values;
}

/** @param {string} name */
function isName(name) {
  // Emoji are joined by U+200D and varied by U+FE0F, which do not count as printable.
  const visible = name.replace(/\u200d|\ufe0f/g, '');
  const { length } = [...name];
  return (
    length > 0 &&
    length <= LONGEST_NAME &&
    !/[\p{C}\p{Zl}\p{Zp}]|(?! )\p{Zs}/u.test(visible) &&
    name === name.replace(/^ +| +$/g, '') &&
    !/[=,@]/.test(name)
  );
}
