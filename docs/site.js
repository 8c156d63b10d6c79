// What the theme leaves out for those who use a keyboard or a screen reader.
function complete() {
  document.querySelector('.md-search')?.setAttribute('aria-label', 'Search');
  for (const table of document.querySelectorAll('.md-typeset__scrollwrap')) table.tabIndex = 0;
}

complete();
// The theme wraps tables later.
new MutationObserver(complete).observe(document.body, { childList: true, subtree: true });
