// @ts-check
// The page as users have it: hands, keys, files, links, loss of the graphics card, and what it says when something fails.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ROOT, noBrowser, published, withBrowser } from './browser.js';

/** @typedef {import('playwright-core').Page} Page */

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const LIZARD = join(ROOT, 'src/blastema/zoo/regenerating-lizard.safetensors');
const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
const DESK = { viewport: { width: 1000, height: 640 } };

/** The colours of the cells on the canvas, red, green and blue, one by one. @param {Page} page */
const cells = (page) =>
  page.evaluate(() => {
    const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('#dish'));
    const [width, height] = (/(\d+) by (\d+)/.exec(canvas.getAttribute('aria-label') ?? '') ?? []).slice(1).map(Number);
    const copy = Object.assign(document.createElement('canvas'), { width, height });
    const context = /** @type {CanvasRenderingContext2D} */ (copy.getContext('2d'));
    context.imageSmoothingEnabled = false;
    context.drawImage(canvas, 0, 0, width, height);
    return { width, height, data: [...context.getImageData(0, 0, width, height).data] };
  });

/** How many cells in a box are not white. @param {{width: number, data: number[]}} seen */
function coloured({ width, data }, left = 0, top = 0, right = 1000, bottom = 1000) {
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const x = (i / 4) % width,
      y = Math.floor(i / 4 / width);
    const isInside = x >= left && x < right && y >= top && y < bottom;
    if (isInside && Math.min(data[i], data[i + 1], data[i + 2]) < 240) count++;
  }
  return count;
}

/** @param {Page} page */
const steps = async (page) => Number((await page.textContent('#steps'))?.replaceAll(',', ''));

/** @param {Page} page @param {number} until */
async function growTo(page, until) {
  await page.waitForFunction(
    (age) => Number(document.querySelector('#steps')?.textContent?.replaceAll(',', '')) >= age,
    until,
    { timeout: 60_000 },
  );
}

/** Waits until what is drawn is what is so. @param {Page} page */
const settled = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)), 400);
      }),
  );

/** @param {Page} page @param {number} x @param {number} y parts of the canvas */
async function at(page, x, y) {
  const box = await page.locator('#dish').boundingBox();
  assert.ok(box);
  return /** @type {const} */ ([box.x + x * box.width, box.y + y * box.height]);
}

test('the page', { skip: noBrowser }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    /**
     * A page that has begun, and its errors, of which there must be none.
     *
     * @param {string} name @param {(page: Page, errors: string[]) => Promise<void>} use
     * @param {{hash?: string, options?: object, before?: (page: Page) => Promise<unknown>, errors?: boolean}} [how]
     */
    const visit = (
      name,
      use,
      { hash = '#organism=regenerating/lizard&seed=5&size=72', options = {}, before, errors: mayErr = false } = {},
    ) =>
      suite.test(name, async () => {
        const context = await browser.newContext({ ...DESK, ...options });
        const page = await context.newPage();
        /** @type {string[]} */
        const errors = [];
        page.on('pageerror', (error) => errors.push(String(error)));
        page.on('console', (message) => {
          if (message.type() === 'error') errors.push(message.text());
        });
        try {
          await before?.(page);
          await page.goto(url + hash);
          await page.waitForSelector('html[data-ready], #notice:not([hidden])', { state: 'attached', timeout: 20_000 });
          await use(page, errors);
          if (!mayErr) assert.deepEqual(errors, []);
        } finally {
          await context.close();
        }
      });
    const pause = (/** @type {Page} */ page) => page.click('#play');
    const fast = (/** @type {Page} */ page) => page.locator('#speed').fill('12');
    const notice = (/** @type {Page} */ page) => page.locator('#notice p').textContent();

    await visit(
      'a drag across the middle removes cells, undo brings them back, and without it the lizard heals',
      async (page) => {
        // Step by step, so that how fast the page is decides nothing.
        await pause(page);
        await page.click('#reset');
        await page.evaluate(() => {
          for (let step = 0; step < 200; step++) document.getElementById('step')?.click();
        });
        await settled(page);
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
        assert.ok(await page.locator('#undo').isDisabled());
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
        assert.ok(
          difference < 0.003,
          `${difference}; ${await page.textContent('#counters')}, ${await page.textContent('#legend')}`,
        );
        // And so says the page, which compares with the target.
        assert.ok(Number(await page.textContent('#loss')) < 0.003, String(await page.textContent('#legend')));
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

    await visit('pause stops, a step is one step, reset begins again, and the counters say so', async (page) => {
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
    });

    await visit('rotation turns the senses, and the picture that is aimed at', async (page) => {
      await page.locator('#angle').fill('90');
      await page.click('#reset');
      await fast(page);
      await growTo(page, 200);
      await pause(page);
      await page.waitForFunction(() => Number(document.querySelector('#loss')?.textContent) < 0.003, null, {
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
        await page.touchscreen.tap(...(await at(page, 0.5, 0.5)));
        await settled(page);
        assert.equal(coloured(await cells(page)), 0);
        await page.waitForTimeout(500);
        await page.touchscreen.tap(...(await at(page, 0.3, 0.3)));
        await page.touchscreen.tap(...(await at(page, 0.3, 0.3)));
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
      await page.click('#dish-settings summary');
      await page.check('#keep');
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
        await page.click('#notice button');
      }
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
      await page.evaluate(() => {
        const gl = /** @type {HTMLCanvasElement} */ (document.querySelector('#dish')).getContext('webgl2');
        const card = /** @type {WEBGL_lose_context} */ (gl?.getExtension('WEBGL_lose_context'));
        card.loseContext();
        setTimeout(() => card.restoreContext(), 300);
      });
      await page.waitForSelector('#notice:not([hidden])');
      await page.waitForSelector('#notice[hidden]', { state: 'attached' });
      await settled(page);
      assert.equal(await steps(page), age);
      assert.deepEqual((await cells(page)).data, before.data);
      await page.click('#step');
      await settled(page);
      assert.equal(await steps(page), age + 1);
    });

    await visit(
      'a shader that fails is told',
      async (page) => {
        assert.match(String(await notice(page)), /cannot compile update\.fragment\.glsl: .*broken/s);
      },
      { before: (page) => page.route('**/update.fragment.glsl', (route) => route.fulfill({ body: 'broken' })) },
    );

    await visit(
      'a browser without WebGL 2 is told',
      async (page) => {
        assert.match(String(await notice(page)), /does not offer WebGL 2/);
      },
      {
        before: (page) =>
          page.addInitScript(() => {
            HTMLCanvasElement.prototype.getContext = () => null;
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
        await page.waitForFunction(() => Number(document.querySelector('#loss')?.textContent) < 0.01, null, {
          timeout: 5000,
        });
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

    for (const viewport of [
      { width: 1280, height: 900 },
      { width: 1000, height: 640 },
      { width: 390, height: 500 },
      { width: 844, height: 390 },
    ]) {
      await visit(
        `the button that closes the help is whole in sight (${viewport.width} x ${viewport.height})`,
        async (page) => {
          await page.click('#help');
          for (const scrolled of [0, 10_000]) {
            const { sheet, button, hit, text } = await page.evaluate((top) => {
              const dialog = /** @type {HTMLDialogElement} */ (document.querySelector('#sheet'));
              dialog.scrollTop = top;
              const close = /** @type {HTMLElement} */ (dialog.querySelector('form button'));
              const inside = close.getBoundingClientRect();
              const rows = [...dialog.querySelectorAll('p, tr')].map((row) => row.getBoundingClientRect().bottom);
              const at = (/** @type {number} */ y) =>
                document.elementFromPoint(inside.x + inside.width / 2, y) === close;
              return {
                sheet: dialog.getBoundingClientRect().toJSON(),
                button: inside.toJSON(),
                hit: at(inside.top + 2) && at(inside.bottom - 2),
                text: Math.max(...rows),
              };
            }, scrolled);
            if (scrolled) assert.ok(text <= button.top, 'the last line is in sight');
            assert.ok(
              hit && button.bottom <= sheet.bottom - 8 && sheet.bottom <= viewport.height && button.top >= sheet.top,
              JSON.stringify({ scrolled, sheet, button, hit }),
            );
          }
          if (process.env.PICTURES)
            await page.screenshot({ path: `${process.env.PICTURES}/help-${viewport.width}.png` });
          await page.click('#sheet form button');
          assert.ok(!(await page.locator('#sheet').isVisible()));
        },
        { options: { viewport } },
      );
    }

    for (const [name, options] of Object.entries({
      desk: DESK,
      'desk, dark': { ...DESK, colorScheme: 'dark' },
      phone: PHONE,
      'phone, dark': { ...PHONE, colorScheme: 'dark' },
    })) {
      await visit(
        `accessibility (${name}): axe finds no violations`,
        async (page) => {
          await page.addScriptTag({ path: AXE });
          await page.evaluate(() =>
            document.querySelectorAll('details').forEach((one) => {
              one.open = true;
            }),
          );
          for (const open of [false, true]) {
            if (open) await page.click('#help');
            // @ts-ignore: axe is what the script above brought
            const { violations } = await page.evaluate(() => axe.run(document));
            assert.deepEqual(
              violations.map(
                (/** @type {{id: string, nodes: {html: string}[]}} */ { id, nodes }) =>
                  `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join('; ')}`,
              ),
              [],
            );
          }
        },
        { options },
      );
    }
  }),
);
