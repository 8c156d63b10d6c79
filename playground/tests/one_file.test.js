// @ts-check
// The page as one HTML file, as an organism travels: opened from disk it is the same page.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PYTHON, noBrowser, withBrowser } from './browser.js';

const WRITE = `
import sys
from pathlib import Path
from blastema.hosting.catalogue import catalogue
from blastema.formats.page import site_files
from blastema.playground.inline import one_page
page = one_page(site_files(catalogue(["🦎"])[:1]))
Path(sys.argv[1]).write_text(page, "utf-8")
`;

test('one file holds the page and its organism, and asks for nothing else', { skip: noBrowser }, () =>
  withBrowser(async ({ browser }) => {
    const folder = mkdtempSync(join(tmpdir(), 'blastema-page-'));
    try {
      const file = join(folder, 'lizard.html');
      execFileSync(PYTHON, ['-c', WRITE, file]);
      assert.ok(statSync(file).size < 200_000, `${statSync(file).size} bytes`);
      const page = await browser.newPage();
      /** @type {string[]} */
      const errors = [];
      /** @type {string[]} */
      const asked = [];
      page.on('pageerror', (error) => errors.push(String(error)));
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on('request', (request) => /^(?!data:|blob:)/.test(request.url()) && asked.push(request.url()));
      await page.goto(String(pathToFileURL(file)));
      await page.waitForFunction(() => parseInt(document.querySelector('#living')?.textContent ?? '') > 300, null, {
        timeout: 120_000,
      });
      assert.deepEqual(errors, []);
      assert.deepEqual(asked, [String(pathToFileURL(file))]);
      await page.goto(`${pathToFileURL(file)}?embed`);
      assert.ok(!(await page.locator('header').isVisible()), 'the header is hidden before the program is unpacked');
      await page.waitForSelector('html[data-ready]', { state: 'attached' });
      assert.ok(await page.locator('#dish').isVisible());
      assert.equal(await page.locator('#whole-page').getAttribute('href'), String(pathToFileURL(file)));
      assert.deepEqual(errors, []);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }),
);
