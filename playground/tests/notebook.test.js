// @ts-check
// The widget that `organism.show()` gives a notebook: its one text in a real browser, with a model as anywidget has it.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { PYTHON, noBrowser, withBrowser } from './browser.js';

const WIDGET = `
import base64, json
from blastema import load
widget = load("🦎").show(seed=7)
names = ("height", "width", "seed", "angle")
state = {name: getattr(widget, name) for name in names} | {"content": base64.b64encode(widget.content).decode()}
print(json.dumps({"esm": widget._esm, "css": widget._css, "state": state}))
`;

/** As anywidget does: the text becomes a module of its own, and its default export renders. */
const render = async (/** @type {{esm: string, css: string, state: any}} */ { esm, css, state }) => {
  document.head.append(Object.assign(document.createElement('style'), { textContent: css }));
  const module = await import(URL.createObjectURL(new Blob([esm], { type: 'text/javascript' })));
  const content = Uint8Array.from(atob(state.content), (letter) => letter.charCodeAt(0));
  /** @type {Record<string, () => void>} */
  const listeners = {};
  const values = { ...state, content: new DataView(content.buffer) };
  const model = {
    get: (/** @type {string} */ name) => values[name],
    on: (/** @type {string} */ event, /** @type {() => void} */ then) => {
      listeners[event] = then;
    },
    off: (/** @type {string} */ event) => {
      delete listeners[event];
    },
  };
  const el = document.createElement('div');
  document.body.append(el);
  const end = module.default.render({ model, el });
  Object.assign(window, {
    end,
    listeners,
    set: (/** @type {string} */ name, /** @type {any} */ value) => {
      values[name] = value;
      listeners[`change:${name}`]?.();
    },
  });
};

/** Pixels of the canvas that are not white. */
const covered = () => {
  const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('canvas'));
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (copy.getContext('2d'));
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) count += Number(data[i] + data[i + 1] + data[i + 2] < 720);
  return count / (canvas.width * canvas.height);
};

/** Waits until the share of the canvas that is covered is in a range. @param {import('playwright-core').Page} page
 * @param {number} from @param {number} to */
async function drawn(page, from, to) {
  for (const begin = Date.now(); Date.now() - begin < 10_000; await page.waitForTimeout(50)) {
    const share = await page.evaluate(covered);
    if (share >= from && share < to) return;
  }
  assert.fail(`${await page.evaluate(covered)} of the canvas is covered, not ${from} to ${to}`);
}

test('an organism shown in a notebook grows, is cut, grows again, and leaves', { skip: noBrowser }, () =>
  withBrowser(async ({ browser, url }) => {
    const widget = JSON.parse(execFileSync(PYTHON, ['-c', WIDGET], { encoding: 'utf8', maxBuffer: 1 << 24 }));
    const page = await browser.newPage();
    /** @type {string[]} */
    const errors = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on(
      'console',
      (message) =>
        message.type() === 'error' && !message.location().url.endsWith('favicon.ico') && errors.push(message.text()),
    );
    await page.goto(`${url}blank.html`);
    await page.evaluate(render, widget);
    const steps = async () => Number((await page.locator('output').textContent())?.replace(/\D/g, ''));
    while ((await steps()) < 150) await page.waitForTimeout(200);
    await page.click('text=Pause');
    await page.waitForSelector('text=Play');
    const grown = await page.evaluate(covered);
    assert.ok(grown > 0.1 && grown < 0.4, `the lizard covers ${grown} of the canvas`);
    const paused = await steps();
    await page.click('text=Step');
    await page.waitForFunction((text) => document.querySelector('output')?.textContent === text, `${paused + 1} steps`);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/notebook.png` });

    const box = /** @type {{x: number, y: number, width: number, height: number}} */ (
      await page.locator('canvas').boundingBox()
    );
    await page.mouse.move(box.x + box.width * 0.2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2, { steps: 5 });
    assert.ok(await page.locator('.brush').isVisible());
    await page.mouse.up();
    await drawn(page, 0, 0.8 * grown);
    if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/notebook-cut.png` });
    await page.click('text=Play');
    while ((await steps()) < paused + 200) await page.waitForTimeout(200);
    assert.ok((await page.evaluate(covered)) > 0.9 * grown);

    await page.click('text=Pause');
    await page.click('text=Reset');
    await drawn(page, 0, 0.01);
    await page.mouse.dblclick(box.x + box.width * 0.3, box.y + box.height * 0.3);
    // The first of the two clicks cuts; the seed cell in the middle is out of its reach.
    await drawn(page, 1.9 / (72 * 72), 2.1 / (72 * 72));
    await page.evaluate(() => /** @type {any} */ (window).set('angle', Math.PI / 2));
    assert.deepEqual(errors, []);
    await page.evaluate(() => /** @type {any} */ (window).end());
    assert.deepEqual(await page.evaluate(() => Object.keys(/** @type {any} */ (window).listeners)), []);
  }),
);
