// @ts-check
// Cuts and seeds in links: the text that holds them, and a dish that is repeated on another page.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { noBrowser, withBrowser } from './browser.js';
import { at, cells, coloured, settled, shows, steps, visitor } from './visit.js';

const { MOST_CHARACTERS, cutsText, readCuts } = await import('../../src/blastema/playground/page/cuts.js');

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../../src/blastema/playground/page/strokes.js').Deed} Deed */

const SIZE = { height: 72, width: 96 };

/** Numbers that look random, from 0 to 1. @param {number} seed */
function chance(seed) {
  let state = seed;
  return () => (state = (state * 16807) % 2147483647) / 2147483647;
}

/** What a hand could do in a dish: strokes of several places, seeds, and steps in between.
 * @param {number} seed @returns {Deed[]} */
function handiwork(seed) {
  const random = chance(seed);
  const some = (/** @type {number} */ most) => Math.floor(random() * most);
  const place = () => ({ x: some(4 * 110) / 4 - 6, y: some(4 * 90) / 4 - 6 });
  /** @type {Deed[]} */
  const deeds = [];
  for (let age = some(300), count = some(12); count > 0; count--, age += some(3) * some(200)) {
    if (random() < 0.3) deeds.push({ kind: 'plant', age, x: some(96), y: some(72), number: 1 });
    const radius = (1 + some(160)) / 4;
    for (let from = place(), left = some(20); left > 0; left--, age += some(2)) {
      const to = random() < 0.2 ? from : { x: from.x + some(40) / 4 - 5, y: from.y + some(40) / 4 - 5 };
      deeds.push({ kind: 'cut', age, from, to, radius });
      from = to;
    }
  }
  return deeds;
}

/** The text of what is read from the text. @param {Deed[]} deeds */
const asDots = (deeds) => cutsText(readCuts(cutsText(deeds), SIZE, 1));

test('cuts and seeds survive the text of a link', () => {
  for (let seed = 1; seed < 300; seed++) {
    const deeds = handiwork(seed);
    const text = cutsText(deeds);
    if (text.length > MOST_CHARACTERS) continue;
    assert.match(text, /^[\w-]*$/);
    assert.equal(encodeURIComponent(text), text);
    assert.equal(asDots(deeds), text);
    const read = readCuts(text, SIZE, 1);
    // Only dots from which a stroke begins are added.
    const isDot = (/** @type {Deed} */ deed) =>
      deed.kind === 'cut' && deed.from.x === deed.to.x && deed.from.y === deed.to.y;
    assert.deepEqual(
      read.filter((deed) => !isDot(deed)),
      deeds.filter((deed) => !isDot(deed)),
    );
  }
});

test('a stroke across the dish takes some hundred characters', () => {
  const places = Array.from({ length: 31 }, (_, place) => ({ x: 6 + 2 * place, y: 36 + (place % 3) / 4 }));
  const deeds = places.slice(1).map((to, place) => {
    return /** @type {Deed} */ ({ kind: 'cut', age: 200 + (place >> 1), from: places[place], to, radius: 6 });
  });
  assert.ok(cutsText(deeds).length < 130, String(cutsText(deeds).length));
});

test('text that is damaged is refused in one line, and reading it ends', () => {
  const text = cutsText(handiwork(7));
  assert.ok(text.length > 200);
  /** @type {[string, RegExp][]} */
  const refused = [
    ['', /they begin with "", not with 1/],
    ['2AAA', /they begin with "2", not with 1/],
    ['1BAA', /there is no change of kind 1 at character 2/],
    ['1D', /there is no change of kind 3/],
    ['1A', /the end is missing/],
    ['1A!', /"!" is no digit/],
    ['1________', /a number is too long/],
    ['1______D', /a step is \d+, from 0 to 10000000 is allowed/],
    ['1AAAA', /a radius is 0, from 1 to 256 is allowed/],
    ['1AE_----DA', /a place is -\d+, from -4096 to 4480 is allowed/],
    ['1CgDA', /a seed is 96, from 0 to 95 is allowed/],
    [`1${'A'.repeat(MOST_CHARACTERS)}`, /1501 characters, at most 1500 are allowed/],
  ];
  for (const [bad, says] of refused) {
    const message =
      /^The cuts in the link cannot be read: [^\n]+\. The dish grows without them; copy the whole link again\.$/;
    assert.throws(() => readCuts(bad, SIZE, 1), { name: 'PlaygroundError', message }, bad);
    assert.throws(() => readCuts(bad, SIZE, 1), { message: says }, bad);
  }
  const random = chance(3);
  for (let turn = 0; turn < 2000; turn++) {
    const place = Math.floor(random() * text.length);
    const odd =
      random() < 0.5 ? text.slice(0, place) : text.slice(0, place) + 'Ag_9!ö'[turn % 6] + text.slice(place + 1);
    try {
      assert.ok(readCuts(odd, SIZE, 1).length <= odd.length);
    } catch (error) {
      assert.equal(/** @type {Error} */ (error).name, 'PlaygroundError', `${odd}: ${error}`);
    }
  }
});

/** The pixels of a dish with cuts at several steps: done by hand, or planned and grown in one go or in several. */
const planned = async (/** @type {{text: string, rhythm: number[] | null}} */ { text, rhythm }) => {
  const [{ Dish }, { readOrganism }, cuts] = await Promise.all([
    import('/dish.js'),
    import('/organism.js'),
    import('/cuts.js'),
  ]);
  const content = await (await fetch('/organisms/regenerating-lizard.safetensors')).arrayBuffer();
  const dish = new Dish(Object.assign(document.createElement('canvas'), { height: 72, width: 72 }), { seed: 3 });
  const lizard = dish.add(readOrganism(content, 'lizard'));
  dish.plant(lizard);
  const deeds = cuts.readCuts(text, dish.conditions, lizard);
  /** @param {Deed} deed */
  const perform = (deed) => {
    if (deed.kind === 'cut') dish.erase(deed.from, deed.to, deed.radius);
    else dish.plant(deed.number, deed.x, deed.y);
  };
  if (rhythm) dish.strokes.plan(deeds, perform);
  for (const some of rhythm ?? []) dish.step(some);
  for (; dish.age < 100; dish.step()) {
    if (!rhythm) deeds.filter(({ age }) => age === dish.age).forEach(perform);
  }
  return {
    picture: [...dish.readPicture()],
    text: cuts.cutsText(dish.strokes.repeatable(dish.conditions)?.slice(1) ?? []),
  };
};

test('what is planned is done at its step, however many steps are taken at once', { skip: noBrowser }, () =>
  withBrowser(async ({ browser, url }) => {
    const page = await browser.newPage();
    await page.goto(`${url}blank.html`);
    const from = { x: 30, y: 30 };
    const text = cutsText([
      { kind: 'plant', age: 0, x: 15, y: 15, number: 1 },
      { kind: 'cut', age: 41, from, to: { x: 40.25, y: 36.5 }, radius: 5 },
      { kind: 'cut', age: 44, from, to: from, radius: 9 },
      { kind: 'plant', age: 44, x: 60, y: 15, number: 1 },
      { kind: 'cut', age: 90, from, to: { x: 60, y: 36.5 }, radius: 2.25 },
    ]);
    const byHand = await page.evaluate(planned, { text, rhythm: null });
    for (const rhythm of [[100], [7, 34, 59], [41, 3, 46, 10]]) {
      const { picture, text: after } = await page.evaluate(planned, { text, rhythm });
      assert.ok(picture.some((value) => value > 0));
      assert.deepEqual(picture, byHand.picture, String(rhythm));
      assert.equal(after, text);
    }
  }),
);

test('on the page', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);
    /** Pauses, and takes single steps up to an age. @param {Page} page @param {number} age */
    const growTo = async (page, age) => {
      if ((await page.locator('#play span').textContent()) === 'Pause') await page.click('#play');
      await settled(page);
      const left = age - (await steps(page));
      assert.ok(left >= 0, `${-left} steps too many were taken before the pause`);
      await page.evaluate((count) => {
        for (let step = 0; step < count; step++) document.getElementById('step')?.click();
      }, left);
      await settled(page);
      assert.equal(await steps(page), age);
    };
    /** @param {Page} page @param {[number, number][]} places parts of the canvas */
    const drag = async (page, ...places) => {
      for (const [place, [x, y]] of places.entries()) {
        await page.mouse.move(...(await at(page, x, y)), { steps: place ? 4 : 1 });
        if (!place) await page.mouse.down();
      }
      await page.mouse.up();
    };
    const link = async (/** @type {Page} */ page) => {
      // That of an earlier link would be taken for this one's.
      if (await page.locator('#notice button.quiet').isVisible()) await page.click('#notice button.quiet');
      await page.keyboard.press('l');
      await page.waitForSelector('#notice.done:not([hidden])');
      return page.evaluate(() => location.hash);
    };
    const said = (/** @type {Page} */ page) => page.locator('#notice p').textContent();

    /** @type {{hash: string, data: number[]}} */
    const made = { hash: '', data: [] };

    await visit('a link holds cuts and seeds, without those that were undone', async (page) => {
      await page.click('#play');
      await page.click('#reset');
      await growTo(page, 60);
      await drag(page, [0.3, 0.3], [0.7, 0.6], [0.6, 0.7]);
      await growTo(page, 75);
      await drag(page, [0.1, 0.5], [0.9, 0.5]);
      await growTo(page, 78);
      await page.click('#undo');
      await page.mouse.dblclick(...(await at(page, 0.13, 0.21)));
      await growTo(page, 90);
      await drag(page, [0.5, 0.37], [0.52, 0.42]);
      await growTo(page, 130);
      Object.assign(made, { hash: await link(page), data: (await cells(page)).data });
      assert.match(made.hash, /^#organism=regenerating%2Flizard&seed=5&size=72&.*&cuts=1[\w-]{20,150}$/);
      assert.match(String(await said(page)), /The cuts and seeds follow at the same steps\.$/);
    });

    await visit(
      'and another page that opens it has the same cells after the same steps',
      async (page) => {
        await growTo(page, 130);
        const { data } = await cells(page);
        assert.ok(coloured({ width: 72, data }) > 100);
        assert.deepEqual(data, made.data);
        // What is still to come or was repeated is in its link, too.
        assert.equal(await link(page), made.hash);
        await page.click('#reset');
        assert.doesNotMatch(await link(page), /cuts/);
        await page.click('#undo');
        assert.equal(await link(page), made.hash);
      },
      {
        get hash() {
          return made.hash;
        },
        before: (page) => page.addInitScript(() => localStorage.clear()),
      },
    );

    await visit('a link that is put into the open page repeats them too, however far the page was', async (page) => {
      await growTo(page, 40);
      await page.evaluate((hash) => {
        location.hash = hash;
      }, made.hash);
      await shows(page, 'regenerating');
      await page.waitForFunction(() => document.querySelector('#steps')?.textContent === '0');
      await growTo(page, 130);
      assert.deepEqual((await cells(page)).data, made.data);
    });

    await visit(
      'a damaged link says so once and grows without the cuts',
      async (page) => {
        assert.match(String(await said(page)), /^The cuts in the link cannot be read: "!" is no digit\. /);
        await page.click('#notice button.quiet');
        await page.waitForFunction(() => Number(document.querySelector('#living')?.textContent) > 20);
        assert.doesNotMatch(await link(page), /cuts/);
      },
      { hash: '#organism=regenerating/lizard&seed=5&size=72&cuts=1A!' },
    );

    await visit('a link says what it leaves out', async (page) => {
      await growTo(page, 20);
      assert.doesNotMatch(await link(page), /cuts/);
      assert.doesNotMatch(String(await said(page)), /cannot/);
      await drag(page, [0.5, 0.5], [0.52, 0.5]);
      await page.locator('#angle').fill('90');
      await growTo(page, 22);
      assert.doesNotMatch(await link(page), /cuts/);
      assert.match(String(await said(page)), /cannot carry cuts and seeds of a dish whose settings were changed/);
      await page.click('#reset');
      await page.mouse.move(...(await at(page, 0.02, 0.02)));
      await page.mouse.down();
      for (const y of [0.9, 0.1, 0.9, 0.1, 0.9])
        await page.mouse.move(...(await at(page, y, 0.9 - y / 2)), { steps: 120 });
      await page.mouse.up();
      assert.doesNotMatch(await link(page), /cuts/);
      assert.match(String(await said(page)), /cannot carry so many cuts \(\d+ characters, at most 1500\)/);
    });
  }),
);
