// @ts-check
// The buttons that save pictures, videos and GIFs of the dish.

import { attempt } from './attempt.js';
import { element, say } from './elements.js';
import { picture, recordGif, recordVideo } from './recorder.js';
import { save } from './files.js';

const ENDINGS = /** @type {Record<string, string>} */ ({
  'video/webm': 'webm',
  'video/mp4': 'mp4',
  'image/gif': 'gif',
});

export class Recording {
  /** @type {(() => Blob | Promise<Blob>) | null} */
  #end = null;

  /** @param {import('./dish.js').Dish} dish @param {() => string} name of what grows */
  constructor(dish, name) {
    this.dish = dish;
    this.name = name;
    element('#save-png').addEventListener('click', () => attempt(() => this.savePicture()));
    for (const kind of ['video', 'gif'])
      element(`#record-${kind}`).addEventListener('click', () => attempt(() => this.toggle(kind)));
  }

  async savePicture() {
    this.dish.draw();
    save(await picture(this.dish.canvas), `${this.#stem()}.png`);
    say('Picture saved');
  }

  /** Starts or ends a recording. @param {string} kind 'video' or 'gif' */
  async toggle(kind) {
    if (this.#end) return this.#finish();
    const { tiles, conditions, canvas } = this.dish;
    const cells = { columns: conditions.width * tiles.columns, rows: conditions.height * tiles.rows };
    this.#end = kind === 'gif' ? recordGif(canvas, cells, () => attempt(() => this.#finish())) : recordVideo(canvas);
    this.#show(kind);
    say('Recording');
    return undefined;
  }

  async #finish() {
    const end = this.#end;
    if (!end) return;
    this.#end = null;
    this.#show(null);
    const content = await end();
    save(content, `${this.#stem()}.${ENDINGS[content.type] ?? 'webm'}`);
    say('Recording saved');
  }

  /** @param {string | null} recorded */
  #show(recorded) {
    for (const [kind, name] of [
      ['video', 'video'],
      ['gif', 'GIF'],
    ]) {
      for (const button of document.querySelectorAll(`[data-records=${kind}]`)) {
        button.setAttribute('aria-pressed', String(kind === recorded));
        button.textContent = kind === recorded ? 'Stop and save' : `Record ${name}`;
        button.toggleAttribute('disabled', recorded !== null && kind !== recorded);
      }
    }
  }

  #stem() {
    const name = this.name()
      .replace(/\.(safetensors|json)$/, '')
      .replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/gu, '-');
    return `${name}-${this.dish.age}`;
  }
}
