// @ts-check
// The caption in the dish: what hands can do, until they did it, and what happened.

import { element, say } from './elements.js';

/** How long something that happened is told, in milliseconds. */
const SHOWN = 6000;

export class Caption {
  #timer = 0;

  /** What the tool does, until it was used. @param {import('./hand.js').Tool} tool
   * @param {string} planted the name of what would be planted */
  invite(tool, planted) {
    const hint = element('#dish-hint');
    hint.dataset.tool = tool;
    hint.hidden = false;
    element('#plant-hint').textContent = `Click where another ${planted} should grow.`;
  }

  /** The tool was used: its hint is no longer needed. */
  used() {
    element('#dish-hint').hidden = true;
  }

  /** Tells what happened, for a while. @param {string} message @param {boolean} [stays] until the next message */
  tell(message, stays = false) {
    clearTimeout(this.#timer);
    element('#told').textContent = message;
    element('#told').hidden = message === '';
    if (message === '') return;
    say(message);
    if (!stays) this.#timer = window.setTimeout(() => this.tell(''), SHOWN);
  }
}
