// @ts-check
// Runs before the page is shown, and not as a module: browsers run no modules of pages that were opened from disk.

document.documentElement.dataset.scripts = 'on';
if (location.protocol === 'file:') document.documentElement.dataset.dead = 'disk';

// The organism that the page begins with is requested while the program is still on its way, see bundle.py.
const { first } = /** @type {HTMLScriptElement} */ (document.currentScript).dataset;
if (first && !/[#&]organism=/.test(location.hash)) {
  const request = Object.assign(document.createElement('link'), { rel: 'preload', as: 'fetch', href: first });
  request.crossOrigin = 'anonymous';
  document.head.append(request);
}
