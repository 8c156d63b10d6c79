// @ts-check
// Organisms with signals on the page: buttons for bodies, blends, what the brush paints, and what keeps them.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { mixtureOf, mixtureSaid, mixtureText } from '../../src/blastema/playground/page/mixture.js';
import { noBrowser } from './browser.js';
import { fingers } from './fingers.js';
import { grown, withBodies } from './signalled.js';
import { PHONE, at, cells, coloured, loseCard, settled, steps, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const HASH = '#organism=bodies&seed=5&size=72';

/** The largest difference of two pictures' colours, and where it is. @param {number[]} one @param {number[]} other */
function furthest(one, other) {
  return one.reduce((most, value, place) => Math.max(most, Math.abs(value - other[place])), 0);
}

/** The columns in which two pictures of 72 x 72 differ. @param {number[]} one @param {number[]} other */
function columns(one, other) {
  const places = one.flatMap((value, place) => (Math.abs(value - other[place]) > 2 ? [(place >> 2) % 72] : []));
  return [...new Set(places)].sort((a, b) => a - b);
}

/** Restarts, stands still. @param {Page} page @param {number} count of steps that are taken then */
async function restart(page, count) {
  if ((await page.textContent('#play span')) === 'Pause') await page.click('#play');
  await page.click('#reset');
  await stepOn(page, count);
}

/** @param {Page} page @param {number} count */
async function stepOn(page, count) {
  await page.evaluate((last) => {
    for (let step = 0; step < last; step++) document.getElementById('step')?.click();
  }, count);
  await settled(page);
}

/** @param {Page} page @param {number} y @param {number} from @param {number} to of the canvas's width */
async function stroke(page, y, from, to) {
  await page.mouse.move(...(await at(page, from, y)));
  await page.mouse.down();
  await page.mouse.move(...(await at(page, to, y)), { steps: 4 });
  await page.mouse.up();
  await settled(page);
}

const checked = (/** @type {Page} */ page, /** @type {string} */ group) =>
  page.getAttribute(`#${group} input:checked`, 'aria-label');

test('mixtures of signals are written and read as on the command line', () => {
  const names = ['🦎', '🎄', 'two heads'];
  for (const [mixture, text] of /** @type {[number[], string][]} */ ([
    [[0, 1, 0], '🎄'],
    [[0.25, 0, 0.75], '🦎=0.25,two heads=0.75'],
    [[0.5, 0.25, 0.25], '🦎=0.5,🎄=0.25,two heads=0.25'],
  ])) {
    assert.equal(mixtureText(Float32Array.from(mixture), names), text);
    assert.deepEqual([...(mixtureOf(text, names) ?? [])], mixture);
  }
  const thirds = mixtureOf('🦎=0.333333,🎄=0.333333,two heads=0.333334', names);
  assert.ok(thirds && mixtureOf(mixtureText(thirds, names), names));
  assert.equal(mixtureSaid(Float32Array.of(0.7, 0, 0.3), names), '70 % 🦎, 30 % two heads');
  assert.equal(mixtureSaid(Float32Array.of(0, 1, 0), names), '🎄');
  for (const wrong of ['🐞', '', '🦎=0.5', '🦎=0.5,🎄=0.6', '🦎=2,🎄=-1', '🦎=NaN', '🦎=', '🦎=0.5,=0.5']) {
    assert.equal(mixtureOf(wrong, names), null, wrong);
  }
  assert.equal(mixtureOf(null, names), null);
  assert.equal(mixtureOf('🦎', []), null);
});

test('bodies', { skip: noBrowser }, (suite) =>
  withBodies(async ({ browser, url }) => {
    const browse = visitor(suite, browser, url);
    const visit = (
      /** @type {string} */ name,
      /** @type {(page: Page, errors: string[]) => Promise<void>} */ use,
      how = {},
    ) => browse(name, use, { hash: HASH, ...how });

    await visit('a body is a button, and the dish grows it from the next step on', async (page) => {
      const labels = await page.$$eval('#body input', (inputs) => inputs.map((input) => input.ariaLabel));
      assert.deepEqual(labels, ['🦎', '🎄', 'two heads']);
      assert.equal(await page.locator('#body img').count(), 2);
      assert.equal(await page.locator('#patterns .several img').count(), 2);
      assert.equal(await page.locator('#body label:nth-child(3)').innerText(), 'two heads');
      await restart(page, 30);
      assert.equal(await checked(page, 'body'), '🦎');
      await page.click('#body label:nth-child(2)');
      assert.match(String(await page.getAttribute('#dish', 'aria-label')), /growing 🎄$/);
      assert.equal(await page.textContent('#status'), 'The dish grows 🎄');
      await stepOn(page, 20);
      const switched = await cells(page);
      const changes = /** @type {[number, number[]][]} */ ([[30, [0, 1, 0]]]);
      const [expected, unswitched] = await Promise.all([
        page.evaluate(grown, { changes, steps: 50 }),
        page.evaluate(grown, { steps: 50 }),
      ]);
      assert.ok(furthest(switched.data, expected) <= 2 && furthest(expected, unswitched) > 20);
      await page.click('#undo');
      await settled(page);
      assert.equal(await checked(page, 'body'), '🦎');
      await stepOn(page, 20);
      assert.ok(furthest((await cells(page)).data, unswitched) <= 2);
      await page.keyboard.press('g');
      await page.keyboard.press('g');
      assert.equal(await checked(page, 'body'), 'two heads');
      await page.click('#reset');
      assert.equal(await checked(page, 'body'), 'two heads');
      await page.locator('#body input').nth(2).focus();
      await page.keyboard.press('ArrowLeft');
      assert.match(String(await page.getAttribute('#dish', 'aria-label')), /growing 🎄$/);
    });

    await visit('the slider blends two bodies, and a link brings the blend back', async (page) => {
      await restart(page, 30);
      await page.selectOption('#blend-with', 'two heads');
      assert.equal(await page.textContent('#blend-is'), '0 %');
      await page.locator('#blend').fill('75');
      assert.equal(await page.getAttribute('#blend', 'aria-valuetext'), '75 % two heads, 25 % 🦎');
      await stepOn(page, 20);
      const changes = /** @type {[number, number[]][]} */ ([[30, [0.25, 0, 0.75]]]);
      const expected = await page.evaluate(grown, { changes, steps: 50 });
      assert.ok(furthest((await cells(page)).data, expected) <= 2);
      await page.keyboard.press('l');
      await page.waitForFunction(() => location.hash.includes('signal='));
      await page.reload();
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
      assert.equal(await checked(page, 'body'), 'two heads');
      assert.equal(await page.getAttribute('#blend', 'aria-valuetext'), '25 % 🦎, 75 % two heads');
      // At its end the slider stays where it is, until a body is chosen.
      await page.locator('#blend').fill('100');
      await settled(page);
      assert.equal(await page.inputValue('#blend'), '100');
      assert.match(String(await page.getAttribute('#dish', 'aria-label')), /growing 🦎$/);
      await page.click('#body label:nth-child(1)');
      assert.equal(await page.inputValue('#blend'), '0');
      assert.equal(await page.locator('#blend-with option:checked').textContent(), 'two heads');
    });

    await visit('cells follow the signal that is painted on them, and no others', async (page) => {
      await restart(page, 60);
      const before = await page.evaluate(grown, { steps: 66 });
      assert.ok(await page.locator('#paint').isHidden());
      await page.keyboard.press('b');
      assert.equal(await checked(page, 'paint'), '🎄');
      await page.click('#paint label:nth-child(3)');
      assert.equal(await page.textContent('#paint-hint'), 'Drag to paint: cells there grow two heads from now on.');
      await stroke(page, 0.5, 0.3, 0.35);
      await stepOn(page, 6);
      const after = (await cells(page)).data;
      // The brush of 6 cells has reached columns 15 to 31; what it does spreads by at most two cells a step.
      const different = columns(before, after);
      assert.ok(
        different.length > 5 && different[0] >= 15 - 12 && different[different.length - 1] <= 31 + 12,
        `${different}`,
      );
      const line = { from: { x: 0.3 * 72, y: 36 }, to: { x: 0.35 * 72, y: 36 }, radius: 6 };
      const strokes = /** @type {[number, number, typeof line][]} */ ([[60, 2, line]]);
      const expected = await page.evaluate(grown, { strokes, steps: 66 });
      assert.ok(furthest(after, expected) <= 2);
      assert.ok(await page.locator('#painted').isVisible());
      const tinted = await page.$eval('#painted', (canvas) => {
        const image = /** @type {HTMLCanvasElement} */ (canvas).getContext('2d')?.getImageData(0, 0, 72, 72).data ?? [];
        return [...image].filter((value, place) => place % 4 === 3 && value > 0).length;
      });
      assert.ok(tinted > 100 && tinted < 200, `${tinted} cells`);
      await page.keyboard.press('c');
      assert.ok(await page.locator('#painted').isHidden());
    });

    await visit('what is painted lasts until it is wiped off, undone, or another body is chosen', async (page) => {
      await restart(page, 30);
      const painted = () => page.locator('#painted').isVisible();
      await page.keyboard.press('b');
      await stroke(page, 0.5, 0.4, 0.6);
      assert.ok(await painted());
      await page.click('#dish-settings summary');
      await page.selectOption('#size', '96');
      await settled(page);
      assert.ok(await painted());
      await page.keyboard.press('u');
      await settled(page);
      const wipes = [
        () => page.click('#reset'),
        () => page.click('#body label:nth-child(1)'),
        async () => {
          await page.click('#paint label:nth-child(4)');
          await page.locator('#brush-size').fill('40');
          await stroke(page, 0.5, 0.1, 0.9);
        },
        () => page.keyboard.press('u'),
      ];
      for (const wipe of wipes) {
        await page.click('#paint label:nth-child(2)');
        await page.locator('#brush-size').fill('6');
        await page.locator('#dish').focus();
        await page.keyboard.press('Enter');
        await settled(page);
        assert.ok(await painted());
        await wipe();
        await settled(page);
        assert.ok(!(await painted()), String(wipe));
      }
      await page.locator('#dish').focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('l');
      await page.waitForSelector('#notice:not([hidden])');
      assert.match(String(await page.textContent('#notice p')), /The link cannot carry what was painted\.$/);
    });

    await visit('a lost graphics card comes back with what was painted and blended', async (page) => {
      await restart(page, 30);
      await page.locator('#blend').fill('40');
      await page.keyboard.press('b');
      await stroke(page, 0.5, 0.4, 0.6);
      await stepOn(page, 10);
      const before = await cells(page);
      await loseCard(page);
      assert.equal(await page.inputValue('#blend'), '40');
      assert.ok(await page.locator('#painted').isVisible());
      assert.deepEqual((await cells(page)).data, before.data);
      assert.equal(await steps(page), 40);
    });

    await visit('the likeness is that to the body that grows, and is not told where none is known', async (page) => {
      const likeness = async (/** @type {(text: string) => boolean} */ fits) => {
        const shown = async () => String(await page.textContent('#likeness'));
        for (let tries = 0; tries < 40 && !fits(await shown()); tries++) await page.waitForTimeout(100);
        assert.ok(fits(await shown()), await shown());
      };
      await restart(page, 160);
      await likeness((text) => parseFloat(text) > 97);
      await page.click('#body label:nth-child(2)');
      await likeness((text) => parseFloat(text) < 80);
      await page.click('#body label:nth-child(3)');
      await likeness((text) => text === '–');
      await page.click('#body label:nth-child(1)');
      await likeness((text) => parseFloat(text) > 97);
      await page.locator('#blend').fill('30');
      await likeness((text) => text === '–');
      await page.locator('#blend').fill('0');
      await page.keyboard.press('b');
      await stroke(page, 0.5, 0.4, 0.6);
      await likeness((text) => text === '–');
    });

    await visit('an organism without signals shows nothing of it', async (page) => {
      await page.keyboard.press('b');
      assert.ok(await page.locator('#paint').isVisible());
      await page.click('#patterns label:nth-child(2)');
      await page.waitForSelector('html:not([data-signals])', { state: 'attached' });
      for (const part of ['#bodies', '#paint', '#painted', '.for-signals']) {
        for (const each of await page.locator(part).all()) assert.ok(await each.isHidden(), part);
      }
      assert.equal(await page.locator('#tools :checked').inputValue(), 'erase');
      await page.keyboard.press('b');
      await page.keyboard.press('g');
      assert.equal(await page.locator('#tools :checked').inputValue(), 'erase');
      assert.match(String(await page.getAttribute('#dish', 'aria-label')), /🦎, regenerating$/);
      await page.click('#help');
      assert.doesNotMatch(await page.locator('#sheet').innerText(), /body/);
    });

    await visit(
      'on a phone bodies are chosen and painted by touch, and nothing sticks out; axe finds no violations',
      async (page) => {
        await page.locator('#body label').nth(1).tap();
        await page.locator('#tools label').nth(2).tap();
        await page.locator('#paint label').nth(2).tap();
        await page.locator('#dish').scrollIntoViewIfNeeded();
        // Two taps paint twice; with the other tools they plant.
        const { tap } = await fingers(page);
        await tap([0.1, 0.1]);
        await tap([0.1, 0.1]);
        await settled(page);
        assert.ok(await page.locator('#painted').isVisible());
        // Only the brush is over the white of the corner, and that is not on the canvas.
        assert.equal(coloured(await cells(page), 0, 0, 14, 14), 0);
        assert.ok(!(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth)));
        await page.click('#play');
        await page.addScriptTag({ path: AXE });
        for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          // @ts-ignore: axe is what the page was given as a script
          const { violations } = await page.evaluate(() => axe.run(document));
          assert.deepEqual(
            violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes[0].html.slice(0, 120)}`),
            [],
          );
        }
        if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'bodies.png') });
      },
      { options: PHONE },
    );
  }),
);
