// @ts-check
// Which organisms are one pattern in the list of patterns.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { patternOf } from '../../src/blastema/playground/page/pattern.js';

/** @typedef {import('../../src/blastema/playground/page/entry.js').Entry} Entry */

/** @param {string} name @param {string | null} target @param {string | null} experiment @returns {Entry} */
const entry = (name, target, experiment) => ({
  ...{ name, target, experiment, label: name, height: 72, width: 72, url: `organisms/${name}`, picture: null },
});

test('organisms with one target are one pattern, a second one of a kind is its own', () => {
  const entries = [
    entry('regenerating/lizard', '🦎', 'regenerating'),
    entry('persistent/lizard', '🦎', 'persistent'),
    entry('regenerating/small-lizard', '🦎', 'regenerating'),
    entry('regenerating/tree', '🎄', 'regenerating'),
    entry('a', null, null),
    entry('b', null, null),
  ];
  const patterns = entries.map((each) => patternOf(each, entries));
  assert.deepEqual(patterns, ['🦎', '🦎', 'regenerating/small-lizard', '🎄', 'a', 'b']);
});
