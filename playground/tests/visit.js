// @ts-check
// A visit of the page in a test of its own, and what tests ask of it.

import assert from 'node:assert/strict';

/** @typedef {import('playwright-core').Page} Page */

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };
export const DESK = { viewport: { width: 1000, height: 640 } };
/** Unless a test asks for another one. The page itself would choose the kernel, since here is no graphics card. */
const ENGINE = `?engine=${process.env.BLASTEMA_ENGINE ?? 'webgl2'}`;

/** Returns what runs such a test. @param {import('node:test').TestContext} suite
 * @param {import('playwright-core').Browser} browser @param {string} url */
export function visitor(suite, browser, url) {
  /**
   * Runs a test with a page that is ready, and checks that it reports no errors.
   *
   * @param {string} name @param {(page: Page, errors: string[]) => Promise<void>} use
   * @param {{search?: string, hash?: string, options?: object, before?: (page: Page) => Promise<unknown>,
   *   errors?: boolean}} [how]
   */
  return (
    name,
    use,
    {
      search = ENGINE,
      hash = '#organism=regenerating/lizard&seed=5&size=72',
      options = {},
      before,
      errors: mayErr = false,
    } = {},
  ) =>
    suite.test(name, async () => {
      // What a service worker does is in offline.test.js.
      const context = await browser.newContext({ ...DESK, serviceWorkers: 'block', ...options });
      const page = await context.newPage();
      /** @type {string[]} */
      const errors = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      try {
        await before?.(page);
        await page.goto(url + search + hash);
        await page.waitForSelector('html[data-ready], html[data-dead], #notice:not([hidden])', {
          state: 'attached',
          timeout: 20_000,
        });
        await use(page, errors);
        if (!mayErr) assert.deepEqual(errors, []);
      } finally {
        await context.close();
      }
    });
}

/** The colours of the cells on the canvas, red, green and blue, one by one. @param {Page} page */
export const cells = (page) =>
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
export function coloured({ width, data }, left = 0, top = 0, right = 1000, bottom = 1000) {
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
export const steps = async (page) => Number((await page.textContent('#steps'))?.replaceAll(',', ''));

/** @param {Page} page @param {number} until */
export async function growTo(page, until) {
  await page.waitForFunction(
    (age) => Number(document.querySelector('#steps')?.textContent?.replaceAll(',', '')) >= age,
    until,
    { timeout: 60_000 },
  );
}

/** Pauses, and grows a number of steps from one cell, whatever the speed of the machine.
 * @param {Page} page @param {number} count */
export async function growExactly(page, count) {
  await page.click('#play');
  await page.click('#reset');
  await page.evaluate((all) => {
    for (let step = 0; step < all; step++) document.getElementById('step')?.click();
  }, count);
  await settled(page);
}

/** Waits until the dish says of itself that it has something, such as its size or what grows.
 * @param {Page} page @param {string} text */
export async function shows(page, text) {
  await page.waitForFunction((part) => document.querySelector('#dish')?.ariaLabel?.includes(part), text);
}

/** Waits until what is drawn is what is so. @param {Page} page */
export const settled = (page) =>
  page.evaluate(
    () =>
      new Promise((resolve) => {
        setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(resolve)), 400);
      }),
  );

/** Takes the graphics card away and brings it back. @param {Page} page */
export async function loseCard(page) {
  await page.evaluate(() => {
    const gl = /** @type {HTMLCanvasElement} */ (document.querySelector('#dish')).getContext('webgl2');
    const card = /** @type {WEBGL_lose_context} */ (gl?.getExtension('WEBGL_lose_context'));
    card.loseContext();
    setTimeout(() => card.restoreContext(), 300);
  });
  await page.waitForSelector('#notice:not([hidden])');
  await page.waitForSelector('#notice[hidden]', { state: 'attached' });
  await settled(page);
}

/** @param {Page} page @param {number} x @param {number} y parts of the canvas */
export async function at(page, x, y) {
  const box = await page.locator('#dish').boundingBox();
  assert.ok(box);
  return /** @type {const} */ ([box.x + x * box.width, box.y + y * box.height]);
}
