// @ts-check
// A static server for the page and a headless Chromium to look at it. Chromium must be there; CHROMIUM says where.

import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SHARED = [process.env.BLASTEMA_SHARED ?? '', join(ROOT, 'shared'), join(ROOT, '../shared')];
const BROWSERS = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
];
export const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--hide-scrollbars',
  '--mute-audio',
];
/** @type {Record<string, string>} */
export const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.glsl': 'text/plain',
};

export const browserPath = BROWSERS.find((path) => path && existsSync(path));
export const noBrowser = browserPath
  ? false
  : 'there is no Chromium: apt-get install chromium, or set CHROMIUM to its path';

/** The folder of the article's published models, or undefined. */
export const published = SHARED.map((folder) => join(folder, 'distill-models')).find((folder) => existsSync(folder));

/** Serves the files of folders, each under a path. @param {Record<string, string>} folders
 * @param {Record<string, string | Buffer>} made files that are not in a folder */
export async function serve(folders, made = {}) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    const content = made[path] ?? fileOf(folders, path);
    response.writeHead(content === undefined ? 404 : 200, {
      'content-type': TYPES[extname(path) || '.html'] ?? 'application/octet-stream',
    });
    response.end(content ?? 'not found');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => server.close() };
}

/** @param {Record<string, string>} folders @param {string} path */
function fileOf(folders, path) {
  const prefix = Object.keys(folders)
    .sort((a, b) => b.length - a.length)
    .find((start) => path.startsWith(start));
  if (prefix === undefined || normalize(path).includes('..')) return undefined;
  const file = join(folders[prefix], path.slice(prefix.length) || 'index.html');
  return existsSync(file) ? readFileSync(file) : undefined;
}

export const PYTHON =
  [process.env.PYTHON ?? '', join(ROOT, '.venv/bin/python')].find((path) => path && existsSync(path)) ?? 'python3';

/** The page with the zoo and the article's models, as `blastema site` writes it; written once by run.js, or here. */
const site = process.env.BLASTEMA_SITE ?? mkdtempSync(join(tmpdir(), 'blastema-site-'));
if (!process.env.BLASTEMA_SITE) process.on('exit', () => rmSync(site, { recursive: true, force: true }));

/** Python that puts the single modules beside the page's one script, for tests of a module by itself, and gives
 * organisms without a known target, such as the article's models, the picture of their emoji. */
const ADD_MODULES_AND_PICTURES = `
import json, sys
from pathlib import Path
from blastema.formats.page import png, site_files
from blastema.render.colour import rgba
from blastema.targets import load_target
site = Path(sys.argv[1])
for path, content in site_files([]).items():
    if not (site / path).exists():
        (site / path).parent.mkdir(exist_ok=True)
        (site / path).write_bytes(content)
listed = json.loads((site / "organisms.json").read_text())
for entry in listed["organisms"]:
    if entry["picture"] is None:
        entry["picture"] = entry["url"].replace(".safetensors", "-target.png")
        target = load_target(entry["label"], fit=40, height=entry["height"], width=entry["width"])
        (site / entry["picture"]).write_bytes(png(rgba(target)))
(site / "organisms.json").write_text(json.dumps(listed))
`;

/** @returns {string} its folder */
export function writtenSite() {
  if (!existsSync(join(site, 'index.html'))) {
    const models = published
      ? readdirSync(published)
          .filter((file) => file.endsWith('.json'))
          .map((file) => join(published, file))
      : [];
    execFileSync(PYTHON, ['-m', 'blastema', 'site', site, ...models], {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    execFileSync(PYTHON, ['-c', ADD_MODULES_AND_PICTURES, site]);
  }
  return site;
}

/**
 * @returns {{name: string, label: string, experiment: string | null, url: string, picture: string | null,
 *   height: number, width: number}[]}
 */
export function organisms() {
  return JSON.parse(readFileSync(join(writtenSite(), 'organisms.json'), 'utf8')).organisms;
}

/** An empty page beside it, on which a test can use the modules. */
const made = { '/blank.html': '<!doctype html><link rel="icon" href="data:,"><title>blank</title>' };

/**
 * Runs something with a browser of its own and the page's server, gone with all their files afterwards.
 *
 * @param {(tools: {browser: import('playwright-core').Browser, url: string}) => Promise<void>} use
 * @param {string[]} [flags] of Chromium, besides those of all
 */
export async function withBrowser(use, flags = []) {
  const home = mkdtempSync(join(tmpdir(), 'blastema-chromium-'));
  const folders = { '/benchmark/': join(ROOT, 'playground/benchmark/'), '/tests/': join(ROOT, 'playground/tests/') };
  const server = await serve({ '/': `${writtenSite()}/`, ...folders }, made);
  const browser = await chromium.launch({
    executablePath: browserPath,
    args: [...FLAGS, ...flags],
    env: { ...process.env, HOME: home },
  });
  try {
    await use({ browser, url: server.url });
  } finally {
    await browser.close();
    server.close();
    rmSync(home, { recursive: true, force: true });
  }
}
