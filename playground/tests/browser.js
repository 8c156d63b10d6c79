// @ts-check
// A static server for the page and a headless Chromium to look at it. Chromium must be there; CHROMIUM says where.

import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
export const PAGE = join(ROOT, 'src/blastema/playground/page');
const ZOO = join(ROOT, 'src/blastema/zoo');
const SHARED = [process.env.BLASTEMA_SHARED ?? '', join(ROOT, 'shared'), join(ROOT, '../shared')];
const BROWSERS = [process.env.CHROMIUM ?? '', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const FLAGS = [
  '--no-sandbox', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
  '--disable-sync', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--hide-scrollbars', '--mute-audio',
];
/** @type {Record<string, string>} */
const TYPES = {
  '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.png': 'image/png',
  '.svg': 'image/svg+xml',
};

export const browserPath = BROWSERS.find((path) => path && existsSync(path));
export const noBrowser = browserPath ? false : 'there is no Chromium: apt-get install chromium, or set CHROMIUM to its path';

/** The folder of the article's published models, or undefined. */
export const published = SHARED.map((folder) => join(folder, 'distill-models')).find((folder) => existsSync(folder));

/** The files of a folder under a path of the server. @param {Record<string, string>} folders @param {Record<string, string | Buffer>} made */
export async function serve(folders, made = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const content = made[path] ?? fileOf(folders, path);
    response.writeHead(content === undefined ? 404 : 200, { 'content-type': TYPES[extname(path) || '.html'] ?? 'application/octet-stream' });
    response.end(content ?? 'not found');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** @param {Record<string, string>} folders @param {string} path */
function fileOf(folders, path) {
  const prefix = Object.keys(folders).sort((a, b) => b.length - a.length).find((start) => path.startsWith(start));
  if (prefix === undefined || normalize(path).includes('..')) return undefined;
  const file = join(folders[prefix], path.slice(prefix.length) || 'index.html');
  return existsSync(file) ? readFileSync(file) : undefined;
}

/** The list of the zoo's organisms as the page's server gives it. */
export function zoo() {
  const files = readdirSync(ZOO).filter((file) => file.endsWith('.safetensors')).sort();
  return files.map((file) => {
    const { training } = metadataOf(readFileSync(join(ZOO, file)));
    const stem = file.replace('.safetensors', '');
    const [experiment, ...rest] = stem.split('-');
    return {
      name: `${experiment}/${rest.join('-')}`, label: training.target, experiment, target: training.target,
      height: training.height ?? 72, width: training.width ?? 72, url: `organisms/${file}`,
      picture: pictureOf(training.target) ? `organisms/${stem}.png` : null, scores: null,
    };
  });
}

/** @param {Buffer} file */
function metadataOf(file) {
  const length = Number(file.readBigUInt64LE(0));
  const metadata = JSON.parse(file.subarray(8, 8 + length).toString()).__metadata__;
  return { rule: JSON.parse(metadata.rule), training: JSON.parse(metadata.training) };
}

/** The drawing of one of the article's ten emoji. @param {string} target */
export function pictureOf(target) {
  const code = target.codePointAt(0)?.toString(16);
  const folder = join(ROOT, 'src/blastema/targets/article_emoji');
  const file = readdirSync(folder).find((name) => name.includes(`${code}`) && name.endsWith('.png'));
  return file ? join(folder, file) : null;
}

/** The page's folder, the zoo and its list. @param {object} [training] */
export async function servePage(training) {
  const organisms = zoo();
  /** @type {Record<string, string | Buffer>} */
  const made = { '/blank.html': '<!doctype html><title>blank</title>', '/organisms.json': JSON.stringify({ version: '0.1.0', organisms, training: training ?? null }) };
  for (const { target, picture } of organisms) {
    const file = pictureOf(target);
    if (picture && file) made[`/${picture}`] = readFileSync(file);
  }
  return serve({ '/': `${PAGE}/`, '/organisms/': `${ZOO}/`, '/published/': `${published}/`, '/benchmark/': join(ROOT, 'playground/benchmark/') }, made);
}

/**
 * Runs something with a browser of its own and the page's server, gone with all their files afterwards.
 *
 * @param {(tools: {browser: import('playwright-core').Browser, url: string}) => Promise<void>} use
 */
export async function withBrowser(use) {
  const home = mkdtempSync(join(tmpdir(), 'blastema-chromium-'));
  const server = await servePage();
  const browser = await chromium.launch({ executablePath: browserPath, args: FLAGS, env: { ...process.env, HOME: home } });
  try {
    await use({ browser, url: server.url });
  } finally {
    await browser.close();
    server.close();
    rmSync(home, { recursive: true, force: true });
  }
}
