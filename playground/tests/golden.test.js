// @ts-check
// The page's engine in a real browser against the golden vectors that pin all engines, and those of own_filters.py.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { noBrowser, withBrowser } from './browser.js';
import { GOLDEN, OWN_FILTERS, SIGNALS, TOLERANCE, replay } from './replay.js';

/** The kernel's is that of kernel.test.js. */
const TOLERANCES = { webgl2: TOLERANCE, kernel: 1e-5 };

for (const engine of /** @type {const} */ (['webgl2', 'kernel'])) {
  test(`golden vectors, ${engine}`, { skip: noBrowser }, (suite) =>
    withBrowser(async ({ browser, url }) => {
      const page = await browser.newPage();
      await page.goto(`${url}blank.html`);
      const others = GOLDEN.slice(0, 2).map((/** @type {any} */ vector) => ({ vector, other: OWN_FILTERS[0].rule }));
      const alone = [...GOLDEN, ...OWN_FILTERS, ...SIGNALS].map((vector) => ({ vector, other: null }));
      // Beside an organism with signals of its own, and one without signals beside one that has some.
      const signalled = [SIGNALS[2], GOLDEN[3]].map((vector) => ({ vector, other: SIGNALS[0].rule }));
      for (const { vector, other } of [...alone, ...others, ...signalled]) {
        // The article's filters are unrolled; beside others they take the general path.
        const name = `${vector.name}${other ? ', beside another organism' : ''}`;
        await suite.test(`${name}: the same cells fire and states are those of the judge`, async () => {
          const result = await page.evaluate(replay, { vector, other, engine });
          assert.equal(result.error, 0);
          assert.ok(result.hasFloats);
          assert.equal(result.age, vector.age + 10);
          assert.deepEqual(result.firing, vector.firing);
          if (other?.filters.length > 3) assert.equal(result.filters, 5);
          const furthest = Object.values(result.furthest);
          const shown = furthest.map((value) => value.toExponential(1)).join(', ');
          suite.diagnostic(`${name}: after 1, 2, 10 steps at most ${shown} from the judge`);
          for (const distance of furthest) assert.ok(distance < TOLERANCES[engine], `${distance}`);
        });
      }
    }),
  );
}
