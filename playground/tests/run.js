// @ts-check
// Runs all tests: two files at a time, because they often wait, and then those of speed by themselves.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('.', import.meta.url));
const ALONE = ['speed.test.js'];
/** The longest first, so that none is left over at the end. */
const FIRST = ['crew.test.js', 'page.test.js', 'growth.test.js', 'verdicts.test.js'];

const files = readdirSync(HERE).filter((file) => file.endsWith('.test.js') && !ALONE.includes(file));
files.sort((a, b) => Number(FIRST.includes(b)) - Number(FIRST.includes(a)));
const site = mkdtempSync(join(tmpdir(), 'blastema-site-'));
process.env.BLASTEMA_SITE = site;
try {
  const { writtenSite } = await import('./browser.js');
  writtenSite();
  const runs = [[...files], ALONE].map((names) => {
    const paths = names.map((name) => join(HERE, name));
    const options = ['--test', '--test-concurrency=2', '--test-timeout=600000', '--test-reporter=spec'];
    return spawnSync(process.execPath, [...options, ...paths], { stdio: 'inherit' }).status;
  });
  process.exitCode = runs.every((status) => status === 0) ? 0 : 1;
} finally {
  rmSync(site, { recursive: true, force: true });
}
