// @ts-check
// "Make your own", in a real browser: what becomes a target, a training in the page, what is kept and taken away.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { deflateSync, gunzipSync } from 'node:zlib';
import { violations } from './axe.js';
import { PYTHON, noBrowser, withBrowser } from './browser.js';
import { PHONE, cells, coloured, growExactly, visitor } from './visit.js';

/** @typedef {import('playwright-core').Page} Page */

/** What Python says of an organism and of how well it grows its target. */
const SCORES = `
import json, sys
import numpy as np
from blastema import load
from blastema.analysis.subject import GROWN, Subject, seeds_for
from blastema.engines import choose_engine
from blastema.library import target_of
path = sys.argv[1]
organism = load(path)
subject = Subject(organism, target_of(organism, path), choose_engine(None))
grown = subject.log_loss(subject.grown(subject.seeds(seeds_for(16, 0)), GROWN))
print(json.dumps({"training": organism.training, "grown": float(np.median(grown))}))
`;

const step = async (/** @type {Page} */ page) =>
  Number((await page.textContent('[data-figure=step]'))?.split(' ')[0].replace(',', ''));
const loss = async (/** @type {Page} */ page) => Number(await page.textContent('[data-figure=loss]'));
const says = (/** @type {Page} */ page) => page.textContent('[data-shows=says]');

/** @param {Page} page @param {number} count */
async function trainTo(page, count) {
  await page.waitForFunction(
    (least) =>
      Number(document.querySelector('[data-figure=step]')?.textContent?.split(' ')[0].replace(',', '')) >= least,
    count,
    { timeout: 240_000 },
  );
}

/** @param {Page} page */
async function pause(page) {
  await page.click('#own [data-do=run]');
  await page.waitForFunction(() => document.querySelector('#own [data-do=run]')?.textContent === 'Go on');
}

/** The picture of the target in the panel. @param {Page} page @returns {Promise<string>} */
const targetSeen = (page) =>
  page.$eval('#own .own-target canvas', (canvas) => /** @type {HTMLCanvasElement} */ (canvas).toDataURL());

/** Clicks a button of the panel that saves a file; its path. @param {Page} page @param {string} what
 * @param {string} folder */
async function taken(page, what, folder) {
  const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#own [data-do=${what}]`)]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

/** Opens what is folded up in the panel. @param {Page} page */
async function unfold(page) {
  for (const summary of await page.locator('#own summary').all()) await summary.click();
}

/** A name that means something in the program that holds it. */
const NASTY = 'A `${1}` \\ "<b>" strawberry';

/** Opens an HTML file, lets it grow, and checks that it asks for nothing else.
 * @param {Page} page @param {string} path */
async function growsFromDisk(page, path) {
  const address = String(pathToFileURL(path));
  const errors = /** @type {string[]} */ ([]),
    asked = /** @type {string[]} */ ([]);
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  page.on('request', (request) => /^(?!data:|blob:)/.test(request.url()) && asked.push(request.url()));
  await page.goto(address);
  await page.waitForFunction(() => parseInt(document.querySelector('#living')?.textContent ?? '') > 20, null, {
    timeout: 60_000,
  });
  assert.equal(await page.locator('#patterns .tiles label').getAttribute('title'), NASTY);
  assert.equal(await page.locator('#make, #make-open').count(), 0);
  assert.deepEqual([errors, asked], [[], [address]]);
}

/** Of a page in one file: all but its program, its program without the list of organisms, and that list.
 * @param {string} path */
function partsOf(path) {
  const text = readFileSync(path, 'utf8');
  const packed = /atob\('([^']+)'\)/.exec(text)?.[1] ?? '';
  const program = gunzipSync(Buffer.from(packed, 'base64')).toString();
  const line = /^ {2}"organisms\.json": (`.*`),$/m;
  // The list is a literal of JavaScript.
  const list = JSON.parse(eval(line.exec(program)?.[1] ?? ''));
  return { around: text.replace(packed, ''), program: program.replace(line, ''), list };
}

/** Begins to train an emoji of few cells. @param {Page} page @param {string} emoji */
async function train(page, emoji, { size = '20', experiment = 'growing' } = {}) {
  await page.fill('[name=make-text]', emoji);
  await page.locator('[name=make-size]').fill(size);
  await page.check(`[name=make-experiment][value=${experiment}]`, { force: true });
  await page.click('#make-new [type=submit]');
  await page.waitForSelector('#own:not([hidden])');
}

/** A PNG of one colour with a square of another in it. @param {number} width @param {number} height
 * @param {number[]} ground @param {number[]} square red, green, blue */
function png(width, height, ground, square) {
  const rows = Buffer.alloc(height * (1 + 3 * width));
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const isInside = Math.abs(2 * x - width) < width / 2 && Math.abs(2 * y - height) < height / 2;
      rows.set(isInside ? square : ground, y * (1 + 3 * width) + 1 + 3 * x);
    }
  const chunk = (/** @type {string} */ kind, /** @type {Buffer} */ content) => {
    const named = Buffer.concat([Buffer.from(kind), content]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(content.length);
    sum.writeUInt32BE(checksum(named));
    return Buffer.concat([length, named, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const begin = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
  return Buffer.concat([begin, chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

/** The CRC of a chunk. @param {Buffer} content */
function checksum(content) {
  let sum = -1;
  for (const byte of content) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ -1) >>> 0;
}

test('make your own', { skip: noBrowser, timeout: 900_000 }, (suite) =>
  withBrowser(async ({ browser, url }) => {
    const visit = visitor(suite, browser, url);
    const empty = { hash: '#make' };

    await visit(
      'an emoji is learned, is shown in the dish, goes on after a reload, and Python scores its file alike',
      async (page) => {
        const folder = mkdtempSync(join(tmpdir(), 'blastema-make-'));
        await train(page, '🦖');
        await trainTo(page, 60);
        assert.ok((await loss(page)) < 0.03, `the loss is ${await loss(page)}`);
        assert.deepEqual(await violations(page), []);
        // Saved when the page is hidden, and so at once.
        await pause(page);
        const [before, was] = [await step(page), await loss(page)];
        await page.reload();
        await page.click('#make-mine li button');
        await page.waitForSelector('#own:not([hidden])');
        assert.deepEqual([await step(page), await loss(page)], [before, was]);
        await page.click('#own [data-do=run]');
        await trainTo(page, before + 5);
        // In the middle of training, without a chance to do anything before.
        await page.reload();
        await trainTo(page, before + 6);
        await trainTo(page, 150);
        await pause(page);
        assert.ok((await loss(page)) < 0.02, `the loss is ${await loss(page)}`);
        await page.click('#reset');
        await page.waitForFunction(
          () => Number(document.querySelector('#steps')?.textContent?.replaceAll(',', '')) > 80,
          null,
          { timeout: 60_000 },
        );
        assert.ok(coloured(await cells(page)) > 80);
        for (const summary of await page.locator('#own summary').all()) await summary.click();
        await page.click('#own [data-do=measure]');
        const measured = page.locator('[data-shows=measured]:has-text("grown")');
        const shown = Number(/grown (-[\d.]+)/.exec((await measured.textContent()) ?? '')?.[1]);
        const paths = [];
        for (const what of ['target', 'file']) {
          const [download] = await Promise.all([page.waitForEvent('download'), page.click(`#own [data-do=${what}]`)]);
          paths.push(join(folder, download.suggestedFilename()));
          await download.saveAs(paths[paths.length - 1]);
        }
        const judged = JSON.parse(execFileSync(PYTHON, ['-c', SCORES, paths[1]], { cwd: folder, encoding: 'utf8' }));
        assert.equal(judged.training.experiment, 'growing');
        assert.equal(judged.training.from.name, '🐠');
        assert.ok(Math.abs(judged.grown - shown) < 0.1, `Python says ${judged.grown}, the page ${shown}`);
        rmSync(folder, { recursive: true, force: true });
      },
      empty,
    );

    await visit(
      'a drawing by keys alone, trained, renamed and deleted by keys alone',
      async (page) => {
        const tabTo = async (/** @type {string} */ selector, key = 'Tab') => {
          for (let tabs = 0; tabs < 60; tabs++) {
            if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
            await page.keyboard.press(key);
          }
          assert.fail(`no way to ${selector} by Tab`);
        };
        await tabTo('[name=make-source]');
        await page.keyboard.press('ArrowRight');
        await tabTo('.board canvas');
        await page.keyboard.press('Enter');
        for (let times = 0; times < 6; times++) await page.keyboard.press('Shift+ArrowRight');
        for (let times = 0; times < 6; times++) await page.keyboard.press('Shift+ArrowDown');
        const drawn = async () => (await page.locator('.preview canvas').getAttribute('aria-label')) ?? '';
        assert.match(await drawn(), /in 8 cells/);
        await page.keyboard.press('Control+z');
        assert.match(await drawn(), /in 8 cells/);
        assert.deepEqual(await violations(page), []);
        await tabTo('[name=make-size]');
        await page.keyboard.press('Home');
        assert.match(await drawn(), /in [56] cells/);
        await tabTo('#make-new [type=submit]');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#own:not([hidden])');
        await trainTo(page, 3);
        await tabTo('#own [data-do=run]');
        await page.keyboard.press('Enter');
        await page.waitForFunction(() => document.querySelector('#own [data-do=run]')?.textContent === 'Go on');
        await tabTo('#own details:last-of-type summary');
        await page.keyboard.press('Enter');
        await tabTo('[name=own-name]');
        await page.keyboard.press('Control+a');
        await page.keyboard.type('Corner');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#own h2:has-text("Corner, regenerating")');
        await tabTo('#own [data-do=back]', 'Shift+Tab');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#make-mine li:has-text("Corner")');
        assert.deepEqual(await violations(page), []);
        await tabTo('#make-mine li > :last-child');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#make-mine li :text("Really?")');
        await page.keyboard.press('Enter');
        await page.waitForSelector('#make-mine', { state: 'hidden' });
      },
      empty,
    );

    await visit(
      'what cannot be a target is refused in one clear sentence, and photos lose their background',
      async (page) => {
        const wrong = async (/** @type {RegExp} */ message) => {
          await page.click('#make-new [type=submit]');
          await page.waitForSelector('[data-shows=says].wrong');
          assert.match(String(await says(page)), message);
          assert.ok(await page.locator('#own').isHidden());
        };
        await wrong(/^Type an emoji first, such as 🦖\.$/);
        await page.fill('[name=make-text]', '🦖🐙');
        await wrong(/^🦖🐙 has 2 characters; type one/);
        await page.fill('[name=make-text]', '\u{1fbff}');
        await wrong(/^This device's font has no picture of/);
        await page.check('[name=make-source][value=drawing]', { force: true });
        await wrong(/^Draw something first\.$/);
        await page.check('[name=make-source][value=picture]', { force: true });
        await wrong(/^Choose a picture, or drop or paste one\.$/);
        const give = async (/** @type {string} */ name, /** @type {Buffer} */ buffer) =>
          page.setInputFiles('#make-new [type=file]', { name, mimeType: 'image/png', buffer });
        await give('note.png', Buffer.from('not an image'));
        await page.waitForSelector('[data-shows=says].wrong:has-text("note.png is not an image")');
        await give('plain.png', png(40, 40, [200, 30, 30], [200, 30, 30]));
        await page.waitForSelector('[data-shows=says].wrong:has-text("plain.png is empty once its background")');
        await give('large.png', png(9000, 7200, [255, 255, 255], [200, 30, 30]));
        await page.waitForSelector('[data-shows=says].wrong:has-text("at most 64 megapixels are allowed")');
        // 20 megapixels are none too many.
        await give('photo.png', png(5000, 4000, [250, 250, 250], [200, 30, 30]));
        await page.waitForSelector('.preview canvas[aria-label="the target in 24 cells"]');
        const seen = await page.evaluate(() => {
          const canvas = /** @type {HTMLCanvasElement} */ (document.querySelector('.preview canvas'));
          const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
          const { width, height } = canvas;
          return [0, height >> 1].map((y) => [...context.getImageData(width >> 1, y, 1, 1).data]);
        });
        assert.deepEqual(seen, [
          [0, 0, 0, 0],
          [200, 30, 30, 255],
        ]);
      },
      empty,
    );

    await visit(
      'an organism travels in a link; a damaged one is refused',
      async (page) => {
        await train(page, '🍓', { size: '16' });
        await trainTo(page, 5);
        await pause(page);
        for (const summary of await page.locator('#own summary').all()) await summary.click();
        await page.click('#own [data-do=link]');
        await page.waitForSelector('#own-link:not([hidden])');
        const link = await page.inputValue('#own-link');
        assert.ok(link.replace(/&target=[^&]*/, '').length < 12_000, `${link.length} characters`);
        assert.ok(link.length < 13_000, `${link.length} characters`);
        const other = await page.context().newPage();
        await other.goto(link);
        await other.waitForSelector('html[data-ready]', { state: 'attached' });
        assert.match(String(await other.getAttribute('#dish', 'aria-label')), /🍓, growing/);
        await other.waitForFunction(() => Number(document.querySelector('#steps')?.textContent) > 20);
        assert.ok(coloured(await cells(other)) > 10);
        await other.goto('about:blank');
        await other.goto(link.slice(0, -100));
        await other.waitForSelector('#notice:has-text("the link was cut off")');
        assert.ok(await other.locator('#dish').isVisible());
        await other.goto('about:blank');
        await other.goto(link.replace(/(?<=target=)./, ''));
        await other.waitForSelector('#notice:has-text("the link was cut off")');
        assert.ok(await other.locator('#notice-offer').isHidden());
        await other.close();
      },
      empty,
    );

    await visit(
      'a link to a self-made organism carries its cuts; the recipient can keep the organism and train it further',
      async (page) => {
        await train(page, '🍓', { size: '16', experiment: 'persistent' });
        await trainTo(page, 5);
        await pause(page);
        const target = await targetSeen(page);
        await page.click('#make-close');
        await growExactly(page, 20);
        const box = await page.locator('#dish').boundingBox();
        assert.ok(box);
        await page.mouse.click(box.x + 0.5 * box.width, box.y + 0.45 * box.height);
        await page.click('#share');
        await page.waitForSelector('#notice:has-text("it holds this organism itself, in 8 bits, its random seed")');
        assert.doesNotMatch(String(await page.textContent('#notice p')), /cannot carry/);
        const context = await browser.newContext(PHONE);
        const other = await context.newPage();
        await other.goto(page.url());
        await other.waitForSelector('#notice:has-text("🍓 came in this link")');
        const said = String(await page.getAttribute('#dish', 'aria-label'));
        assert.equal(await other.getAttribute('#dish', 'aria-label'), said);
        assert.match(page.url(), /&cuts=/);
        assert.deepEqual(await violations(other), []);
        await other.click('#notice-offer');
        await other.waitForSelector('#own h2:has-text("🍓, persistent")');
        assert.equal(await targetSeen(other), target);
        await other.click('#own [data-do=run]:has-text("Train it further")');
        await trainTo(other, 2);
        await pause(other);
        const reached = await step(other);
        await other.reload();
        await other.click('#make-mine li button');
        await other.waitForSelector('#own:not([hidden])');
        assert.equal(await step(other), reached);
        await context.close();
      },
      empty,
    );

    await visit(
      'an organism is taken away as the HTML file that Python writes, without another request',
      async (page) => {
        const folder = mkdtempSync(join(tmpdir(), 'blastema-make-'));
        await page.waitForFunction(() =>
          performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/one_file.html')),
        );
        await train(page, '🍓', { size: '16' });
        await trainTo(page, 5);
        await pause(page);
        await unfold(page);
        await page.fill('[name=own-name]', NASTY);
        await page.keyboard.press('Enter');
        await page.waitForSelector(`#own h2:has-text("strawberry")`);
        /** @type {string[]} */
        const asked = [];
        page.on('request', (request) => asked.push(request.url()));
        const [file, organism] = [await taken(page, 'page', folder), await taken(page, 'file', folder)];
        assert.deepEqual(asked, []);
        assert.ok(statSync(file).size < 200_000, `${statSync(file).size} bytes`);
        const made = join(folder, 'python.html');
        execFileSync(PYTHON, ['-m', 'blastema', 'export', organism, '--to', 'html', '--out', made], {
          stdio: 'ignore',
        });
        const [ours, theirs] = [file, made].map(partsOf);
        assert.ok(ours.around === theirs.around && ours.program === theirs.program, 'the same page');
        const [one, other] = [ours, theirs].map(({ list }) => list.organisms[0]);
        assert.ok(one.url.endsWith(`;base64,${readFileSync(organism).toString('base64')}`), 'the same organism');
        assert.deepEqual(Object.keys(one).sort(), Object.keys(other).sort());
        assert.deepEqual({ ...ours.list, organisms: [] }, { ...theirs.list, organisms: [] });
        rmSync(organism);
        rmSync(made);
        await growsFromDisk(await page.context().newPage(), file);
        rmSync(folder, { recursive: true, force: true });
      },
      empty,
    );

    await visit(
      'full storage and dead workers are told, and the training lives on',
      async (page) => {
        await train(page, '🍄', { size: '16' });
        await trainTo(page, 2);
        await pause(page);
        await page.waitForSelector('.training-status.wrong:has-text("no room left for this page")');
        await page.evaluate(() =>
          /** @type {any} */ (window).workers.forEach((/** @type {Worker} */ each) => each.terminate()),
        );
        const before = await step(page);
        await page.click('#own [data-do=run]');
        await trainTo(page, before + 2);
      },
      {
        ...empty,
        before: (page) =>
          page.addInitScript(() => {
            const shared = /** @type {any} */ (window);
            shared.workers = [];
            const Started = Worker;
            shared.Worker = class extends Started {
              /** @param {...any} given */
              constructor(...given) {
                // @ts-ignore: as given
                super(...given);
                shared.workers.push(this);
              }
            };
            IDBObjectStore.prototype.put = () => {
              throw new DOMException('full', 'QuotaExceededError');
            };
          }),
      },
    );
  }),
);
