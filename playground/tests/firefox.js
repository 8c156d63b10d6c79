// @ts-check
// A Firefox to look at the page, on a screen of its own: without one it has no WebGL.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { serve, writtenSite } from './browser.js';

const PATHS = [process.env.FIREFOX ?? '', '/usr/bin/firefox-esr', '/usr/bin/firefox'];
const SCREEN = '/usr/bin/Xvfb';
const firefoxPath = PATHS.find((path) => path && existsSync(path));
const missing = [firefoxPath ? '' : 'firefox-esr', existsSync(SCREEN) ? '' : 'xvfb'].filter(Boolean);

/** Why it cannot be used, or false; with CI set it has to be there. */
export const noFirefox =
  missing.length && !process.env.CI
    ? `there is no ${missing.join(', no ')}: apt-get install ${missing.join(' ')}`
    : false;

/** Runs something with a Firefox of its own and the page's server.
 * @param {(tools: {browser: import('puppeteer-core').Browser, url: string}) => Promise<void>} use */
export async function withFirefox(use) {
  const screen = spawn(SCREEN, ['-displayfd', '1', '-screen', '0', '1400x1000x24'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [display] = await once(screen.stdout, 'data');
  // Without the article's models, so that the zoo comes first, as on a real site.
  const listed = JSON.parse(readFileSync(join(writtenSite(), 'organisms.json'), 'utf8'));
  listed.organisms = listed.organisms.filter((/** @type {{name: string}} */ { name }) => name.includes('/'));
  const made = { '/blank.html': '<!doctype html><title>blank</title>', '/organisms.json': JSON.stringify(listed) };
  const server = await serve({ '/': `${writtenSite()}/` }, made);
  try {
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: firefoxPath,
      headless: false,
      env: { ...process.env, DISPLAY: `:${String(display).trim()}` },
      extraPrefsFirefox: { 'webgl.force-enabled': true, 'ui.prefersReducedMotion': 0 },
    });
    try {
      await use({ browser, url: server.url });
    } finally {
      await browser.close();
    }
  } finally {
    server.close();
    screen.kill();
  }
}
