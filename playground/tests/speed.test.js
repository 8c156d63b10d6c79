// @ts-check
// How fast the dish is, measured beside the article's design in the same run.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { compare, median } from '../benchmark/compare.js';
import { noBrowser, withBrowser } from './browser.js';

const LIZARD = 'organisms/regenerating-lizard.safetensors';

/** The best of a few tries: what else the machine does can only make it slower. */
const TRIES = 3;
/** Milliseconds that a frame may take. */
const RESPONDS = 1500;

/** A dish of twenty organisms: how many live, and milliseconds of the slowest frame and of a cut. */
const crowded = async (/** @type {string} */ lizard) => {
  const [{ Dish }, { readOrganism }] = await Promise.all([import('/dish.js'), import('/organism.js')]);
  const content = await (await fetch(lizard)).arrayBuffer();
  const canvas = Object.assign(document.createElement('canvas'), { width: 512, height: 512 });
  const dish = new Dish(canvas, { height: 512, width: 512, seed: 1 });
  for (let k = 0; k < 20; k++) {
    dish.plant(dish.add(readOrganism(content, `lizard ${k}`)), 60 + 98 * (k % 5), 70 + 124 * Math.floor(k / 5));
  }
  const timed = async (/** @type {() => void} */ action) => {
    const begin = performance.now();
    action();
    dish.draw();
    await dish.done();
    return performance.now() - begin;
  };
  let frame = 0;
  for (let taken = 0; taken < 60; taken++) frame = Math.max(frame, await timed(() => dish.step()));
  const cut = await timed(() => dish.erase({ x: 0, y: 0 }, { x: 512, y: 512 }, 20));
  const survey = await dish.survey();
  dish.device.close();
  return { frame, cut, organisms: survey?.living.size };
};

test('speed', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    /** Milliseconds that the five passes take at 96 x 96. */
    let articleStep = 0;
    await suite.test(
      "a step takes at most a fifteenth of the time of the article's five passes, at 96 x 96",
      async () => {
        let best = 0;
        for (let taken = 0; taken < TRIES && best < 15; taken++) {
          const { times, living, fiveLiving } = await page.evaluate(compare, {
            url: LIZARD,
            side: 96,
            grown: 90,
            rounds: 5,
          });
          const [ours, five] = [median(times.ours), median(times.five)];
          const ratio = `${(five / ours).toFixed(1)} times as long`;
          suite.diagnostic(`two passes ${ours.toFixed(1)} ms, five passes ${five.toFixed(1)} ms: ${ratio}`);
          assert.ok(living > 700 && fiveLiving > 400, 'both have a lizard');
          best = Math.max(best, five / ours);
          articleStep = five;
        }
        assert.ok(best >= 15, `${best}`);
      },
    );
    await suite.test('a dish of 512 x 512 with twenty organisms still responds', async () => {
      // On a busy machine: a fifth of what the article's passes, which visit every cell, would take.
      const limit = Math.max(RESPONDS, (articleStep * (512 / 96) ** 2) / 5);
      let slowest = Infinity;
      for (let taken = 0; taken < TRIES && slowest >= limit; taken++) {
        const { frame, cut, organisms } = await page.evaluate(crowded, LIZARD);
        suite.diagnostic(`the slowest of 60 frames took ${frame.toFixed(0)} ms, a cut ${cut.toFixed(0)} ms`);
        assert.equal(organisms, 20);
        slowest = Math.min(slowest, Math.max(frame, cut));
      }
      assert.ok(slowest < limit, `${slowest} ms, not ${limit}`);
    });
  }),
);
