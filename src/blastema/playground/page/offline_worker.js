// @ts-check
// The service worker of a static site: keeps all its files, so that the page runs without a network. `blastema site`
// fills in SITE; `blastema play` has no such worker.
//
// Start pages come from the network if there is one. A page gets all other files from the version that its start page
// names: from the cache if that version is kept, otherwise from the network. So versions never mix.

/** All files but the start page, path to SHA-256, and a hash of them all.
 * @type {{version: string, files: Record<string, string>}} */
const SITE = { version: '', files: {} };

/** @typedef {Event & {waitUntil: (work: Promise<unknown>) => void}} Lasting */
/** @typedef {Lasting & {request: Request, clientId: string, resultingClientId: string,
 *   respondWith: (answer: Promise<Response>) => void}} Asked */
/** @typedef {{id: string}} Client */

/** What TypeScript's DOM library lacks of the scope of a service worker.
 * @type {{registration: ServiceWorkerRegistration, skipWaiting: () => Promise<void>,
 *   clients: {claim: () => Promise<void>, matchAll: (which: object) => Promise<Client[]>},
 *   addEventListener: (kind: string, does: (event: any) => void) => void}} */
const worker = /** @type {any} */ (globalThis);
const HOME = worker.registration.scope;
const START = 'index.html';
/** Milliseconds to wait for the network if the page is kept. */
const PATIENCE = 4000;
/** Names of caches begin with it. Another site on the same host has another one. */
const OURS = `blastema ${HOME} `;
/** In a cache: a page that needs it. @param {string} id */
const markOf = (id) => `${HOME}?page=${id}`;
/** Pages that are on their way, and so not among the clients yet. @type {Set<string>} */
const arriving = new Set();

/** @param {string} version */
const cacheOf = (version) => caches.open(OURS + version);

/** The path of a file of the site. @param {string} address */
function pathOf(address) {
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`.replace(HOME, '') || START;
}

/** The version of a start page; undefined if it has none. @param {string} text */
function versionOf(text) {
  return /<html [^>]*data-version="(\w+)"/.exec(text)?.[1];
}

/** @param {ArrayBuffer} content */
async function hashOf(content) {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A file of this version: from any cache, or from the network. @param {string} path @returns {Promise<Response>} */
async function checked(path) {
  const address = path === START ? HOME : HOME + path;
  for (const source of [() => caches.match(address), () => fetch(address), () => fetch(address, { cache: 'reload' })]) {
    const found = await source();
    if (!found?.ok) continue;
    const content = await found.arrayBuffer();
    const isRight =
      path === START
        ? versionOf(new TextDecoder().decode(content)) === SITE.version
        : (await hashOf(content)) === SITE.files[path];
    if (isRight) return new Response(content, { headers: headersOf(found) });
  }
  throw new Error(`${path} is not that of this version of the site`);
}

/** The headers of a response, for a copy that is the same for all requests. @param {Response} response */
function headersOf(response) {
  const headers = new Headers(response.headers);
  headers.delete('vary');
  return headers;
}

/** Keeps all files, or none. */
async function install() {
  const paths = [...Object.keys(SITE.files), START];
  const contents = await Promise.all(paths.map(checked));
  const cache = await cacheOf(SITE.version);
  // The start page last: a cache that has it has everything.
  for (const [place, path] of paths.entries()) await cache.put(path === START ? HOME : HOME + path, contents[place]);
  await worker.skipWaiting();
}

/** Notes which version a page has. @param {string} id @param {string} version */
async function mark(id, version) {
  try {
    if (id) await (await cacheOf(version)).put(markOf(id), new Response());
  } catch {
    // Without room for it, the page gets its files from the network.
  }
}

/** The cache of the version that a page has, if it is kept. @param {string} id */
async function cacheFor(id) {
  for (const name of await caches.keys()) {
    if (!name.startsWith(OURS)) continue;
    const cache = await caches.open(name);
    if ((await cache.match(markOf(id))) && (await cache.match(HOME))) return cache;
  }
  return null;
}

/** Removes the versions that no page has any more. */
async function tidy() {
  for (const name of await caches.keys()) {
    if (!name.startsWith(OURS)) continue;
    const cache = await caches.open(name);
    const marked = (await cache.keys()).filter(({ url }) => url.startsWith(markOf('')));
    const pages = await worker.clients.matchAll({ includeUncontrolled: true });
    const needed = new Set([...arriving, ...pages.map(({ id }) => id)].map(markOf));
    const gone = marked.filter(({ url }) => !needed.has(url));
    await Promise.all(gone.map((each) => cache.delete(each)));
    if (name !== OURS + SITE.version && gone.length === marked.length) await caches.delete(name);
  }
}

/** The start page from the network and its version; null if there is none. @param {Request} request */
async function newest({ url }) {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const page = await fetch(url, { cache: 'no-cache', redirect: 'manual', credentials: 'same-origin', signal });
    return page.status < 500 ? { page, version: versionOf(await page.clone().text()) } : null;
  } catch {
    return null;
  }
}

/** @param {Asked} event @returns {Promise<Response>} */
async function startPage({ request, resultingClientId }) {
  const kept = { page: await caches.match(HOME, { cacheName: OURS + SITE.version }), version: SITE.version };
  const { page, version } = (await newest(request)) ?? kept;
  arriving.add(resultingClientId);
  if (version) await mark(resultingClientId, version);
  return page ?? fetch(request);
}

/** @param {Asked} event @returns {Promise<Response>} */
async function file({ request, clientId }) {
  const kept = await (await cacheFor(clientId))?.match(HOME + pathOf(request.url));
  // Not what the browser kept of an older version.
  return kept ?? fetch(request, { cache: 'no-cache' });
}

/** A page says which version it has; the first was there before this worker.
 * @param {string} id @param {string} version */
async function meet(id, version) {
  await mark(id, version);
  arriving.delete(id);
  // A new version is not complete while it is installed.
  if (!worker.registration.installing) await tidy();
}

/** @param {Asked} event */
function answer(event) {
  const { method, mode, url } = event.request;
  const path = pathOf(url);
  if (method !== 'GET' || !url.startsWith(HOME)) return;
  if (mode === 'navigate' && path === START) event.respondWith(startPage(event));
  else if (event.clientId && Object.hasOwn(SITE.files, path)) event.respondWith(file(event));
}

worker.addEventListener('install', (event) => event.waitUntil(install()));
worker.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => worker.clients.claim())));
worker.addEventListener('message', (event) => event.waitUntil(meet(event.source.id, event.data)));
worker.addEventListener('fetch', answer);
