// @ts-check
// Use without a network: a static site has a service worker that keeps its files (offline_worker.js).

/** Starts the service worker of this site. Where there is none, or where the browser keeps nothing, the page needs the
 * network as before. */
export async function setUpOffline() {
  const { version, embed } = document.documentElement.dataset;
  try {
    if (!version) await forget();
    // Inside another page, which did not ask for so many files, it keeps nothing.
    else if (!embed) await keep(version);
  } catch {
    /* In a private window, in a sandbox, or from disk. */
  }
}

/** @param {string} version of the site */
async function keep(version) {
  const { serviceWorker } = navigator;
  await serviceWorker.register('offline_worker.js', { updateViaCache: 'none' });
  (await serviceWorker.ready).active?.postMessage(version);
}

/** Removes what a site kept that had this address before, such as the port of `blastema play`. */
async function forget() {
  const here = location.origin + location.pathname;
  const registration = await navigator.serviceWorker.getRegistration();
  if (registration?.scope !== here) return;
  await registration.unregister();
  const names = (await caches.keys()).filter((name) => name.startsWith(`blastema ${here} `));
  await Promise.all(names.map((name) => caches.delete(name)));
}
