// @ts-check
// The page's readers judge every file as Python's do: tests/attacks/verdicts.py writes them, and says which it reads.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { PYTHON, ROOT, writtenSite } from './browser.js';

// Node fetches no files; the page's modules ask for rule.json, which only a site has.
globalThis.fetch = async (/** @type {unknown} */ url) =>
  new Response(readFileSync(join(writtenSite(), basename(String(url)))));
const { readOrganism } = await import('../../src/blastema/playground/page/organism.js');

const SPOILT = 60;
const MOST_SECONDS = 2;

/** @param {Buffer} content @param {string} name */
function verdict(content, name) {
  try {
    readOrganism(Uint8Array.from(content).buffer, name);
    return true;
  } catch (error) {
    assert.equal(
      /** @type {Error} */ (error).name,
      'PlaygroundError',
      `${name}: ${error instanceof Error ? error.stack : error}`,
    );
    return false;
  }
}

test('the page reads what Python reads and refuses what Python refuses', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blastema-verdicts-'));
  try {
    execFileSync(PYTHON, [join(ROOT, 'tests/attacks/verdicts.py'), folder, String(SPOILT)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    /** @type {Record<string, [string, boolean]>} */
    const verdicts = JSON.parse(readFileSync(join(folder, 'verdicts.json'), 'utf8'));
    const different = [];
    for (const [name, [file, expected]] of Object.entries(verdicts)) {
      const content = readFileSync(join(folder, file));
      const began = performance.now();
      if (verdict(content, name) !== expected) different.push(`${name}: Python ${expected ? 'reads' : 'refuses'} it`);
      assert.ok(performance.now() - began < 1000 * MOST_SECONDS, `${name} took ${performance.now() - began} ms`);
    }
    assert.deepEqual(different, []);
    const read = Object.values(verdicts).filter(([, isRead]) => isRead).length;
    assert.ok(read > 10 && read < Object.keys(verdicts).length - 100);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
