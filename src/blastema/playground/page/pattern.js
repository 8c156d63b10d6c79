// @ts-check
// Which organisms are one pattern in the list of patterns.

/** @typedef {import('./entry.js').Entry} Entry */

/** The pattern of an organism: those with the same target are one pattern, one of each kind of training. Those
 * without a target, and further ones of the same kind, are each their own.
 * @param {Entry} entry @param {Entry[]} entries @returns {string} */
export function patternOf(entry, entries) {
  if (wasOpened(entry) || entry.target === null) return entry.name;
  const first = entries.find(
    (other) => !wasOpened(other) && other.target === entry.target && other.experiment === entry.experiment,
  );
  return first && first.name !== entry.name ? entry.name : entry.target;
}

/** Whether an organism is no entry of organisms.json. @param {Entry} entry */
function wasOpened({ organism, url }) {
  return Boolean(organism) && url === '';
}
