// @ts-check
// Runs before the page is shown, and not as a module: browsers run no modules of pages that were opened from disk.

{
  const { dataset } = document.documentElement;
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  dataset.scripts = 'on';
  // In a page that is one file, which opens from disk, this script has no address.
  if (location.protocol === 'file:' && script.src) dataset.dead = 'disk';
  // Without what is around the dish: inside another page, and at an exhibition.
  for (const mode of ['embed', 'kiosk']) {
    if (new RegExp(`[?#&]${mode}(?=[=&#]|$)`).test(location.search + location.hash)) dataset[mode] = 'yes';
  }
  // The organism that the page begins with is requested while the program is still on its way, see bundle.py.
  const { first } = script.dataset;
  if (first && !/[#&]organism=/.test(location.hash)) {
    const request = Object.assign(document.createElement('link'), { rel: 'preload', as: 'fetch', href: first });
    request.crossOrigin = 'anonymous';
    document.head.append(request);
  }
}
