// @ts-check
// Runs before the page is shown, and not as a module: browsers run no modules of pages that were opened from disk.

document.documentElement.dataset.scripts = 'on';
if (location.protocol === 'file:') document.documentElement.dataset.dead = 'disk';
