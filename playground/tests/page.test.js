// @ts-check
// The page as users have it: hands, keys, files, links, a lost graphics context, and its messages when something fails.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PYTHON, ROOT, noBrowser, published, withBrowser } from './browser.js';
import { fingers } from './fingers.js';
import { PHONE, at, cells, coloured, growExactly, growTo, loseCard, settled, steps, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

const LIZARD = join(ROOT, 'src/blastema/zoo/regenerating-lizard.safetensors');

/**
 * Python that writes the lizard with filters of one's own: one that does what sobel_y does, and one without influence,
 * so that it grows as before; and an organism with more filters than the page has room for.
 */
const OWN_FILTERS = `
import dataclasses, sys
from pathlib import Path
import numpy as np
from blastema import Filter, Organism, Rule, load
from blastema.rule import FILTERS
folder, lizard = Path(sys.argv[1]), load("🦎")
slope = dataclasses.replace(FILTERS["sobel_y"], name="my_slope")
ridge = Filter("ridge", fixed=[[0, -1, 0], [0, 2, 0], [0, -1, 0]])
weights = lizard.weights
wider = weights._replace(hidden_weight=np.concatenate([weights.hidden_weight, np.zeros((16, 128), np.float32)]))
rule = lizard.rule.replace(filters=("identity", "sobel_x", slope, ridge))
Organism(wider, rule, lizard.training).save(folder / "ridge.safetensors")
many = Rule(filters=tuple(Filter(f"f{k}", fixed=np.eye(3) * (k + 1)) for k in range(17)))
larger = weights._replace(hidden_weight=np.zeros((17 * 16, 128), np.float32))
Organism(larger, many).save(folder / "many.safetensors")
`;

/** @returns {{ridge: Buffer, many: Buffer}} */
function ownFilters() {
  const folder = mkdtempSync(join(tmpdir(), 'blastema-filters-'));
  try {
    execFileSync(PYTHON, ['-c', OWN_FILTERS, folder]);
    const [ridge, many] = ['ridge', 'many'].map((name) => readFileSync(join(folder, `${name}.safetensors`)));
    return { ridge, many };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The pixels of a lizard that has grown in a dish of its own, on white. */
const grownLizard = async (/** @type {{steps: number, seed: number}} */ { steps: count, seed }) => {
  const [{ Dish }, { readOrganism }] = await Promise.all([import('/dish.js'), import('/organism.js')]);
  const content = await (await fetch('/organisms/regenerating-lizard.safetensors')).arrayBuffer();
  const canvas = Object.assign(document.createElement('canvas'), { height: 72, width: 72 });
  const dish = new Dish(canvas, { seed });
  dish.plant(dish.add(readOrganism(content, 'lizard')));
  dish.step(count);
  dish.draw();
  const copy = new OffscreenCanvas(72, 72);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (copy.getContext('2d'));
  context.drawImage(canvas, 0, 0);
  return [...context.getImageData(0, 0, 72, 72).data];
};

test('the page', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);
    const pause = (/** @type {Page} */ page) => page.click('#play');
    const fast = (/** @type {Page} */ page) => page.locator('#speed').fill('12');
    const legend = async (/** @type {Page} */ page) => String(await page.textContent('#legend'));
    const notice = (/** @type {Page} */ page) => page.locator('#notice p').textContent();

    await visit(
      'a drag across the middle removes cells, undo brings them back, and without it the lizard heals',
      async (page) => {
        await growExactly(page, 200);
        const before = await cells(page),
          age = await steps(page);
        assert.equal(age, 200);
        await fast(page);
        await page.mouse.move(...(await at(page, 0.1, 0.5)));
        await page.mouse.down();
        assert.ok(await page.locator('#brush').isVisible());
        await page.mouse.move(...(await at(page, 0.9, 0.5)), { steps: 6 });
        await page.mouse.up();
        await settled(page);
        assert.ok(coloured(before, 0, 31, 72, 41) > 80);
        assert.equal(coloured(await cells(page), 0, 31, 72, 41), 0);
        await page.click('#undo');
        await settled(page);
        assert.deepEqual((await cells(page)).data, before.data);
        await page.mouse.move(...(await at(page, 0.1, 0.5)));
        await page.mouse.down();
        await page.mouse.move(...(await at(page, 0.9, 0.5)), { steps: 6 });
        await page.mouse.up();
        await page.click('#play');
        await growTo(page, age + 400);
        await pause(page);
        await settled(page);
        const { data } = await cells(page);
        const difference =
          data.reduce((sum, value, place) => sum + ((value - before.data[place]) / 255) ** 2, 0) / data.length;
        assert.ok(difference < 0.003, `${difference}; ${await page.textContent('#counters')}, ${await legend(page)}`);
        // And so says the page, which compares with the target.
        assert.ok(parseFloat(String(await page.textContent('#likeness'))) > 97, await legend(page));
      },
    );

    await visit(
      'a double click on an empty place grows a second one',
      async (page) => {
        await pause(page);
        await page.mouse.dblclick(...(await at(page, 0.25, 0.25)));
        await fast(page);
        await page.click('#play');
        await growTo(page, 90);
        await pause(page);
        await settled(page);
        assert.ok(coloured(await cells(page), 0, 0, 52, 144) > 200);
        assert.ok(coloured(await cells(page), 52, 52, 144, 144) > 200);
      },
      { hash: '#organism=regenerating/lizard&seed=5&size=144' },
    );

    await visit(
      'pause stops, a step is one step, reset restarts from one cell, and the counters show it',
      async (page) => {
        await growTo(page, 3);
        await pause(page);
        await settled(page);
        const age = await steps(page);
        await page.waitForTimeout(300);
        assert.equal(await steps(page), age);
        await page.click('#step');
        await settled(page);
        assert.equal(await steps(page), age + 1);
        await page.keyboard.press('.');
        await settled(page);
        assert.equal(await steps(page), age + 2);
        await page.click('#reset');
        await settled(page);
        assert.equal(await steps(page), 0);
        assert.equal(coloured(await cells(page)), 1);
        await page.locator('#speed').fill('0');
        await page.click('#play');
        await page.waitForTimeout(2600);
        assert.ok([2, 3, 4].includes(await steps(page)), `${await steps(page)} steps at one a second`);
      },
    );

    await visit('rotation rotates perception, and the picture to compare with', async (page) => {
      await page.locator('#angle').fill('90');
      await page.click('#reset');
      await fast(page);
      await growTo(page, 200);
      await pause(page);
      await page.waitForFunction(() => parseFloat(document.querySelector('#likeness')?.textContent ?? '') > 97, null, {
        timeout: 5000,
      });
    });

    await visit('everything can be done by keys', async (page) => {
      await page.keyboard.press('Space');
      await settled(page);
      const age = await steps(page);
      await page.locator('#dish').focus();
      for (let k = 0; k < 12; k++) await page.keyboard.press('ArrowLeft');
      await page.keyboard.press('Enter');
      await settled(page);
      assert.equal(coloured(await cells(page), 10, 34, 14, 40), 1);
      await page.keyboard.press('x');
      await settled(page);
      assert.equal(coloured(await cells(page), 10, 34, 14, 40), 0);
      await page.keyboard.press('u');
      await settled(page);
      assert.equal(coloured(await cells(page), 10, 34, 14, 40), 1);
      assert.equal(await steps(page), age);
      await page.keyboard.press('?');
      assert.ok(await page.locator('#sheet').isVisible());
      await page.keyboard.press('Escape');
      await page.keyboard.press('v');
      assert.equal(await page.locator('#view').inputValue(), 'channels');
      assert.match((await page.locator('#status').textContent()) ?? '', /step/i);
    });

    await visit(
      'touch cuts, and a double tap plants',
      async (page) => {
        await page.locator('#play').tap();
        await settled(page);
        const { tap, wait } = await fingers(page);
        await tap([0.5, 0.5]);
        await settled(page);
        assert.equal(coloured(await cells(page)), 0);
        wait(500);
        await tap([0.3, 0.3]);
        await tap([0.3, 0.3]);
        await settled(page);
        assert.equal(coloured(await cells(page)), 1);
        const scrolls = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
        assert.ok(!scrolls, 'nothing sticks out at the side');
      },
      { options: PHONE },
    );

    await visit('channels, perception, hidden layer and firing are shown, in tiles or alone', async (page) => {
      await growTo(page, 20);
      await pause(page);
      await page.click('#look summary');
      const seen = new Set();
      for (const kind of ['channels', 'perception', 'hidden', 'firing', 'picture']) {
        await page.selectOption('#view', kind);
        await settled(page);
        const shown = await page.evaluate(() =>
          /** @type {HTMLCanvasElement} */ (document.querySelector('#dish')).toDataURL(),
        );
        assert.ok(!seen.has(shown), kind);
        seen.add(shown);
      }
      await page.selectOption('#view', 'channels');
      await page.selectOption('#index', '3');
      await settled(page);
      assert.ok(coloured(await cells(page)) > 50);
    });

    await visit('size, edge, fire rate, seed and 8 bits can be changed while it grows', async (page) => {
      await growTo(page, 40);
      await page.click('#dish-settings summary');
      await pause(page);
      await settled(page);
      const before = coloured(await cells(page));
      await page.selectOption('#size', '96');
      await settled(page);
      assert.equal((await cells(page)).width, 96);
      assert.equal(coloured(await cells(page)), before);
      await page.check('#eight-bits');
      await settled(page);
      assert.ok(Math.abs(coloured(await cells(page)) - before) < 20);
      await page.selectOption('#edge', 'wrap');
      await page.locator('#fire-rate').fill('0');
      const age = await steps(page);
      await page.click('#step');
      await settled(page);
      assert.equal(await steps(page), age + 1);
      await settled(page);
      const living = await page.textContent('#living');
      await page.selectOption('#size', '512');
      await settled(page);
      assert.match(String(living), /^[1-9]/);
      await page.waitForFunction((count) => document.querySelector('#living')?.textContent === count, living, {
        timeout: 5000,
      });
    });

    await visit('several different organisms grow in one dish, each its own', async (page) => {
      await page.locator('#tools label').nth(1).click();
      await page.click('#keep-it summary');
      await page.setInputFiles('#open', { name: 'other.safetensors', mimeType: '', buffer: readFileSync(LIZARD) });
      await pause(page);
      await page.mouse.dblclick(...(await at(page, 0.2, 0.2)));
      await page.click('#mix');
      await settled(page);
      assert.ok(coloured(await cells(page)) >= 2);
      await page.keyboard.press('.');
    });

    await visit(
      'a link brings back organism, seed, angle and size',
      async (page) => {
        await page.locator('#angle').fill('45');
        await page.keyboard.press('l');
        await page.waitForFunction(() => location.hash.includes('angle=45'));
        assert.match(
          await page.evaluate(() => location.hash),
          /organism=regenerating%2Flizard&seed=77&size=96&angle=45&edge=wrap&rate=0.4/,
        );
        await page.reload();
        await page.waitForSelector('html[data-ready]', { state: 'attached' });
        assert.equal(await page.locator('#angle').inputValue(), '45');
        assert.equal(await page.locator('#seed').inputValue(), '77');
        assert.equal((await cells(page)).width, 96);
        assert.equal(await page.locator('#edge').inputValue(), 'wrap');
        assert.equal(await page.locator('#fire-rate').inputValue(), '0.4');
      },
      { hash: '#organism=regenerating/lizard&seed=77&size=96&edge=wrap&rate=0.4' },
    );

    await visit('a file is opened, and what is none is refused with the reason', async (page) => {
      await page.click('#keep-it summary');
      await page.setInputFiles('#open', { name: 'mine.safetensors', mimeType: '', buffer: readFileSync(LIZARD) });
      await page.waitForSelector('#patterns input[value="mine.safetensors"]:checked', { state: 'attached' });
      const broken = readFileSync(LIZARD);
      const cut = broken.subarray(0, broken.length - 100);
      /** @type {[string, Buffer, RegExp][]} */
      const refused = [
        ['cat.jpg', Buffer.from('not an organism at all'), /cat\.jpg is neither an organism file/],
        ['cut.safetensors', cut, /cut\.safetensors is not a whole safetensors file/],
        [
          'future.safetensors',
          Buffer.from(broken.toString('latin1').replace('"version":"1"', '"version":"3"'), 'latin1'),
          /has version 3; this page reads versions 1 and 2/,
        ],
        ['model.json', Buffer.from('[1, 2]'), /layer 1 of model\.json has nothing; it must have data_b64/],
      ];
      for (const [name, buffer, message] of refused) {
        await page.setInputFiles('#open', { name, mimeType: '', buffer });
        await page.waitForFunction((part) => document.querySelector('#notice p')?.textContent?.includes(part), name);
        assert.match(String(await notice(page)), message);
        await page.click('#notice button.quiet');
      }
    });

    await visit("an organism with filters of one's own grows, and shows what they see", async (page) => {
      const { ridge, many } = ownFilters();
      await page.click('#keep-it summary');
      await page.setInputFiles('#open', { name: 'many.safetensors', mimeType: '', buffer: many });
      await page.waitForSelector('#notice:not([hidden])');
      assert.match(String(await notice(page)), /many\.safetensors has 17 filters; this page has room for 16/);
      await page.click('#notice button.quiet');
      await page.setInputFiles('#open', { name: 'ridge.safetensors', mimeType: '', buffer: ridge });
      await page.waitForSelector('#patterns input[value="ridge.safetensors"]:checked', { state: 'attached' });
      await pause(page);
      await page.click('#reset');
      await page.evaluate(() => {
        for (let step = 0; step < 160; step++) document.getElementById('step')?.click();
      });
      await settled(page);
      const seen = await cells(page);
      const lizard = await page.evaluate(grownLizard, { steps: 160, seed: 5 });
      const difference = seen.data.reduce((most, value, place) => Math.max(most, Math.abs(value - lizard[place])), 0);
      assert.ok(difference <= 2, `a colour differs by ${difference} of 255`);
      await page.click('#look summary');
      await page.selectOption('#view', 'perception');
      assert.match(String(await page.textContent('#view-hint')), /slope along x, my_slope, ridge\.$/);
      await page.selectOption('#index', { label: 'alpha: ridge' });
      await settled(page);
      assert.ok(coloured(await cells(page)) > 50);
    });

    await visit(
      'a model of the article is dropped on the dish and grows',
      async (page) => {
        const folder = String(published);
        const file = readFileSync(join(folder, 'ex3_🦎.json'), 'utf8');
        await page.evaluate((content) => {
          const files = new DataTransfer();
          files.items.add(new File([content], 'ex3_🦎.json'));
          for (const kind of ['dragenter', 'dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true }));
        }, file);
        await page.waitForSelector('#patterns input[value="ex3_🦎.json"]:checked', { state: 'attached' });
        await growTo(page, 30);
        await settled(page);
        assert.ok(coloured(await cells(page)) > 80);
      },
      published
        ? {}
        : {
            before: async () => {
              suite.diagnostic("the article's models are not there");
            },
          },
    );

    await visit('a lost graphics card comes back with the dish intact', async (page) => {
      await growTo(page, 30);
      await pause(page);
      await page.mouse.click(...(await at(page, 0.5, 0.45)));
      await page.click('#step');
      await settled(page);
      const before = await cells(page),
        age = await steps(page);
      await loseCard(page);
      assert.equal(await steps(page), age);
      assert.deepEqual((await cells(page)).data, before.data);
      await page.click('#step');
      await settled(page);
      assert.equal(await steps(page), age + 1);
    });

    await visit(
      'a shader that fails is told',
      async (page) => {
        assert.match(String(await page.textContent('#dead')), /cannot compile update\.fragment\.glsl: .*broken/s);
      },
      {
        before: (page) =>
          page.route('**/main.js', async (route) => {
            const response = await route.fetch();
            await route.fulfill({
              response,
              body: (await response.text()).replace('update.fragment.glsl": `', '$&broken'),
            });
          }),
      },
    );

    await visit(
      'a missing list of organisms is told',
      async (page) => {
        assert.match(String(await notice(page)), /organisms\.json/);
      },
      { before: (page) => page.route('**/organisms.json', (route) => route.fulfill({ status: 404 })), errors: true },
    );

    await visit(
      'where no float textures can be drawn into, 8 bits do',
      async (page) => {
        await fast(page);
        await growTo(page, 200);
        await pause(page);
        assert.ok((await page.locator('#eight-bits').isChecked()) && (await page.locator('#eight-bits').isDisabled()));
        await page.waitForFunction(
          () => parseFloat(document.querySelector('#likeness')?.textContent ?? '') > 90,
          null,
          { timeout: 5000 },
        );
      },
      {
        before: (page) =>
          page.addInitScript(() => {
            const { getExtension } = WebGL2RenderingContext.prototype;
            WebGL2RenderingContext.prototype.getExtension = function (/** @type {string} */ name) {
              return name === 'EXT_color_buffer_float' ? null : getExtension.call(this, name);
            };
          }),
      },
    );

    await visit('a picture, a GIF and a video are saved', async (page) => {
      await growTo(page, 10);
      await page.click('#keep-it summary');
      const [picture] = await Promise.all([page.waitForEvent('download'), page.click('#save-png')]);
      assert.match(picture.suggestedFilename(), /^regenerating-lizard-\d+\.png$/);
      assert.equal(
        readFileSync(await picture.path())
          .subarray(1, 4)
          .toString(),
        'PNG',
      );
      for (const [kind, head] of [
        ['gif', 'GIF89a'],
        ['video', '\x1aE\xdf\xa3'],
      ]) {
        await page.click(`#record-${kind}`);
        await page.waitForTimeout(700);
        const [saved] = await Promise.all([page.waitForEvent('download'), page.click(`#record-${kind}`)]);
        const content = readFileSync(await saved.path());
        assert.ok(content.subarray(0, 8).toString('latin1').startsWith(head), kind);
        if (kind !== 'gif') continue;
        const frames = await page.evaluate(async (data) => {
          const bytes = Uint8Array.from(atob(data), (one) => one.charCodeAt(0));
          // @ts-ignore: newer than the types
          const decoder = new ImageDecoder({ data: bytes, type: 'image/gif' });
          await decoder.completed;
          const { image } = await decoder.decode({ frameIndex: 1 });
          return { count: decoder.tracks.selectedTrack?.frameCount ?? 0, width: image.displayWidth };
        }, content.toString('base64'));
        assert.ok(frames.count >= 3 && frames.width === 288, JSON.stringify(frames));
      }
    });

    await visit(
      'who wants no motion gets a grown organism that stands still',
      async (page) => {
        await settled(page);
        assert.equal(await steps(page), 160);
        assert.equal(await page.locator('#play span').textContent(), 'Play');
      },
      { options: { reducedMotion: 'reduce' } },
    );
  }),
);
