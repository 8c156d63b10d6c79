// @ts-check
// The way to "Make your own": its button, its link #make, and pictures that are dropped or pasted.

import { attempt } from './attempt.js';
import { element } from './elements.js';
import { isImage } from './files.js';
import { lockOf } from './own_organisms.js';
import { store, stored } from './stored.js';

/** Where it is kept which training runs, so that it goes on after the page was left. */
const RUNNING = 'blastema-training';
const HASH = '#make';

export class MakeEntry {
  /** @type {Promise<import('./make.js').Make> | null} */
  #made = null;

  /** @param {import('./actions.js').Actions} actions @param {import('./recording.js').Recording} recording */
  constructor(actions, recording) {
    this.actions = actions;
    this.recording = recording;
    element('#make-open').addEventListener('click', () => attempt(() => this.open()));
    element('#make-close').addEventListener('click', () => this.close());
    addEventListener('paste', (event) => {
      const image = [...(event.clipboardData?.files ?? [])].find(isImage);
      if (image) attempt(() => this.take(image));
    });
  }

  get isOpen() {
    return !element('#make').hidden;
  }

  async open() {
    this.#made ??= this.#make().catch((error) => {
      this.#made = null;
      throw error;
    });
    await this.#made;
    this.#show(true);
    history.replaceState(null, '', HASH);
    (element('#own').hidden ? element('#make-title') : element('#own h2')).focus();
  }

  /** Goes on with a training that ran when the page was left. */
  async resume() {
    const running = stored(RUNNING);
    // Another page may train it.
    const { held = [] } = (await navigator.locks?.query()) ?? {};
    if (!running || held.some(({ name }) => name === lockOf(running))) return;
    await this.open();
    await (await this.#made)?.resume(running);
  }

  close() {
    this.#show(false);
    if (location.hash === HASH) history.replaceState(null, '', location.pathname + location.search);
    element('#make-open').focus();
  }

  /** Takes an image as what to make. @param {File} file */
  async take(file) {
    await this.open();
    const made = await this.#made;
    if (element('#own').hidden) made?.form.take(file, file.name);
  }

  /** Keeps an organism that came in a link. @param {import('./entry.js').Entry} entry */
  async keep(entry) {
    await this.open();
    await (await this.#made)?.keep(entry);
  }

  async #make() {
    const { Make } = await import('./make.js');
    const make = new Make(this.actions, this.recording, () => this.#say(make));
    await make.begin();
    return make;
  }

  /** @param {boolean} isOpen */
  #show(isOpen) {
    element('#make').hidden = !isOpen;
    if (isOpen) document.documentElement.dataset.making = 'yes';
    else delete document.documentElement.dataset.making;
  }

  /** Says on the button how the training goes. @param {import('./make.js').Make} make */
  #say({ training }) {
    const isRunning = training?.isRunning ?? false;
    const { own } = training ?? {};
    if (own && isRunning) store(RUNNING, own.id);
    else if (stored(RUNNING) === own?.id) store(RUNNING, null);
    const part = own ? Math.floor((100 * own.step) / own.steps) : 0;
    element('#make-open span').textContent =
      own && isRunning ? `${own.name} is being trained: ${part} %` : 'Make your own';
  }
}
