// @ts-check
// What to make: a character, a drawing or a picture, its size, and what it should learn.

import { DrawingBoard } from './drawing_board.js';
import { characterPicture } from './emoji_picture.js';
import { PlaygroundError } from './errors.js';
import { ownTarget } from './own_target.js';
import { photoPicture } from './photo.js';
import { EXPERIMENTS } from './recipe.js';
import { thumbnail } from './target_canvas.js';

/**
 * @typedef {import('./own_target.js').OwnTarget} OwnTarget
 * @typedef {'emoji' | 'drawing' | 'picture'} Source
 * @typedef {{made: OwnTarget, label: string, experiment: string, steps: number, beginsWith: string}} Wish
 *   beginsWith: the name of a trained organism; empty to begin with nothing
 */

const SUGGESTIONS = [...'🦖🐙🍄🌻🐢🍓🚀🦉🌵🐝'];

export class MakeForm {
  /** @type {{file: Blob, name: string} | null} */
  #photo = null;
  /** Counts previews, since pictures take time to open. */
  #previews = 0;
  /** @type {OwnTarget | null} */
  #made = null;

  /** @param {HTMLElement} place of the form @param {(wish: Wish) => void} onTrain
   * @param {import('./entry.js').Entry[]} beginnings trained organisms to begin with, the best first */
  constructor(place, onTrain, beginnings) {
    this.place = place;
    this.onTrain = onTrain;
    this.board = new DrawingBoard(this.#part('.board'), this.#size);
    this.#addChoices(beginnings);
    this.#listen();
    this.#showSource();
  }

  /** Takes an image that was dropped, pasted or chosen. @param {Blob} file @param {string} name */
  take(file, name) {
    this.#photo = { file, name };
    /** @type {HTMLInputElement} */ (this.#part('input[value=picture]')).checked = true;
    this.#part('[data-shows=name]').textContent = name;
    this.#showSource();
  }

  /** @template {HTMLElement} Kind @param {string} selector @returns {Kind} */
  #part(selector) {
    return /** @type {Kind} */ (this.place.querySelector(selector));
  }

  /** @param {string} name of the control */
  #value(name) {
    return /** @type {HTMLInputElement} */ (this.#part(`[name=make-${name}]:is(:checked, :not([type=radio]))`)).value;
  }

  /** @returns {Source} */
  get #source() {
    return /** @type {Source} */ (this.#value('source'));
  }

  get #size() {
    return Number(this.#value('size'));
  }

  /** @param {import('./entry.js').Entry[]} beginnings */
  #addChoices(beginnings) {
    const buttons = SUGGESTIONS.map((emoji) => {
      const button = Object.assign(document.createElement('button'), { type: 'button', textContent: emoji });
      button.addEventListener('click', () => {
        /** @type {HTMLInputElement} */ (this.#part('[name=make-text]')).value = emoji;
        this.#preview();
      });
      return button;
    });
    this.#part('.suggestions').append(...buttons);
    const select = /** @type {HTMLSelectElement} */ (this.#part('[name=make-begins]'));
    for (const { name, label } of beginnings) select.add(new Option(`the trained ${label} (faster)`, name));
    select.add(new Option('nothing: random weights', ''));
  }

  #listen() {
    const { place } = this;
    place.addEventListener('change', ({ target }) => {
      const name = /** @type {HTMLInputElement} */ (target).name;
      if (name === 'make-source') this.#showSource();
      else if (name.startsWith('make-')) this.#preview();
    });
    for (const name of ['size', 'text']) {
      this.#part(`[name=make-${name}]`).addEventListener('input', () => this.#preview());
    }
    this.#part('[type=file]').addEventListener('change', ({ target }) => {
      const [file] = /** @type {HTMLInputElement} */ (target).files ?? [];
      if (file) this.take(file, file.name);
    });
    this.board.addEventListener('drawn', () => this.#preview());
    this.#part('form').addEventListener('submit', (event) => {
      event.preventDefault();
      this.#train();
    });
  }

  #showSource() {
    for (const part of this.place.querySelectorAll('[data-source]')) {
      /** @type {HTMLElement} */ (part).hidden = part.getAttribute('data-source') !== this.#source;
    }
    this.#preview();
  }

  async #preview() {
    this.#part('[data-shows=expect]').textContent = EXPERIMENTS[this.#value('experiment')].expect;
    const isNew = this.#part('[data-shows=size]').textContent !== String(this.#size);
    this.#part('[data-shows=size]').textContent = String(this.#size);
    if (isNew && this.board.drawing.side !== this.#size) this.board.resize(this.#size);
    const preview = ++this.#previews;
    const { made, says, isWrong } = await this.#result();
    if (preview !== this.#previews) return;
    this.#made = made;
    const hint = this.#part('[data-shows=says]');
    hint.textContent = says;
    hint.classList.toggle('wrong', isWrong);
    const canvas = /** @type {HTMLCanvasElement} */ (this.#part('.preview canvas'));
    thumbnail(made ?? { target: new Float32Array(4), height: 1, width: 1 }, canvas);
    canvas.ariaLabel = made ? `the target in ${made.fit} cells` : 'no target yet';
  }

  /** The target that is asked for, or why there is none. */
  async #result() {
    try {
      const { picture, says } = await this.#picture();
      const made = ownTarget(picture, this.#source === 'drawing' ? undefined : this.#size);
      const moved = made.isMoved ? 'Moved a little: growth starts at the middle, where something must be. ' : '';
      const joined = made.isJoined ? 'Faint white lines join its parts, since life does not jump. ' : '';
      return { made, says: `${says} ${moved}${joined}`.trim(), isWrong: false };
    } catch (error) {
      if (!(error instanceof PlaygroundError)) throw error;
      const { message } = error;
      const isEmpty = this.#isUntouched();
      const says = message[0].toUpperCase() + message.slice(1);
      return { made: null, says: `${says}.`, isWrong: !isEmpty };
    }
  }

  /** Whether nothing was typed, drawn or chosen yet. */
  #isUntouched() {
    if (this.#source === 'emoji') return this.#value('text').trim() === '';
    return this.#source === 'drawing' ? this.board.drawing.isEmpty : this.#photo === null;
  }

  async #picture() {
    const source = this.#source;
    if (source === 'emoji') return { picture: characterPicture(this.#value('text')), says: '' };
    if (source === 'drawing') {
      const { side, pixels, isEmpty } = this.board.drawing;
      if (isEmpty) throw new PlaygroundError('draw something first');
      return { picture: { width: side, height: side, pixels }, says: '' };
    }
    if (!this.#photo) throw new PlaygroundError('choose a picture, or drop or paste one');
    const removes = /** @type {HTMLInputElement} */ (this.#part('[name=make-keyed]')).checked;
    return photoPicture(this.#photo.file, this.#photo.name, removes);
  }

  async #train() {
    await this.#preview();
    const made = this.#made;
    if (!made) {
      // What is wrong was not asked for until now.
      this.#part('[data-shows=says]').classList.add('wrong');
      return;
    }
    const label = { emoji: this.#value('text').trim(), drawing: 'Drawing', picture: 'Picture' }[this.#source];
    const [experiment, steps, beginsWith] = ['experiment', 'steps', 'begins'].map((name) => this.#value(name));
    this.onTrain({ made, label, experiment, steps: Number(steps), beginsWith });
  }
}
