// @ts-check
// The dish on the whole screen.

import { attempt } from './attempt.js';
import { element } from './elements.js';

/** Whether the browser, and the page that this one is embedded in, allow it. */
export const canFillScreen = document.fullscreenEnabled === true;

/** Fills the screen, or leaves that; Esc leaves it, too. */
export async function toggleFullScreen() {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await element('#stage').requestFullscreen();
}

/** Shows the button, if it can do anything. */
export function setUpFullScreen() {
  const button = element('#full-screen');
  button.hidden = !canFillScreen;
  button.addEventListener('click', () => attempt(toggleFullScreen));
  document.addEventListener('fullscreenchange', () => {
    const isFull = document.fullscreenElement !== null;
    button.setAttribute('aria-pressed', String(isFull));
    button.title = isFull ? 'Leave the full screen (F or Esc)' : 'Full screen (F)';
  });
}
