// @ts-check
// "Make your own": the panel in which users make a target, train an organism to grow it, and keep it.

import { Crew } from './crew.js';
import { copied } from './share.js';
import { element, notice, say } from './elements.js';
import { examine } from './examination.js';
import { PlaygroundError } from './errors.js';
import { InDish } from './in_dish.js';
import { MakeForm } from './make_form.js';
import { OwnOrganisms } from './own_organisms.js';
import { OwnPanel } from './own_panel.js';
import { OwnTraining } from './own_training.js';
import { showList } from './own_list.js';
import { saveFile, saveModel, saveTarget, stemOf } from './take_away.js';
import { randomSeed } from './firing.js';
import { linkWith } from './own_link.js';
import { Trainer } from './trainer.js';

/**
 * @typedef {import('./own_organisms.js').Own} Own
 * @typedef {import('./make_form.js').Wish} Wish
 * @typedef {import('./entry.js').Entry} Entry
 */

/** Organisms whose weights are good to begin with, the best first. */
const BEGINNINGS = ['🐠', '🦎'];

export class Make {
  /** @type {OwnTraining | null} */
  training = null;
  /** @type {OwnOrganisms | null} */
  #kept = null;
  /** @type {Promise<Crew> | null} */
  #crew = null;
  /** Lets another page train the organism. @type {() => void} */
  #release = () => {};

  /** @param {import('./actions.js').Actions} actions @param {import('./recording.js').Recording} recording
   * @param {() => void} onChange is called when the training goes on */
  constructor(actions, recording, onChange) {
    this.actions = actions;
    this.recording = recording;
    this.onChange = onChange;
    this.place = element('#make');
    this.inDish = new InDish(actions);
    this.panel = new OwnPanel(element('#own'));
    this.form = new MakeForm(
      element('#make-new'),
      (wish) => this.#attempt(() => this.#train(wish)),
      this.#beginnings(),
    );
    this.#listen();
  }

  /** Opens the database, and shows what is in it. */
  async begin() {
    try {
      this.#kept = await OwnOrganisms.open();
    } catch (error) {
      notice(messageOf(error));
    }
    await this.#showList();
  }

  /** Goes on with the training that ran when the page was left, unless another page has it. */
  async resume() {
    const all = (await this.#kept?.all()) ?? [];
    const own = all.find(({ training }) => training);
    if (own) await this.#attempt(() => this.#open(own, true));
  }

  /** @returns {Entry[]} */
  #beginnings() {
    const { entries } = this.actions.parts.garden;
    const rank = (/** @type {Entry} */ { label }) => (BEGINNINGS.includes(label) ? BEGINNINGS.indexOf(label) : 99);
    const trained = entries.filter(({ experiment, url, signals }) => experiment === 'regenerating' && url && !signals);
    return trained.sort((a, b) => rank(a) - rank(b)).slice(0, 4);
  }

  #listen() {
    const does = /** @type {Record<string, () => unknown>} */ ({
      run: () => (this.training?.isRunning ? this.training.pause() : this.training?.run()),
      more: () => this.training?.extend(this.training.trainer.plan.recipe.steps >> 1),
      show: () => this.#showInDish(),
      measure: () => this.#measure(),
      file: () => this.training && saveFile(this.training.organism),
      model: () => this.training && saveModel(this.training.organism),
      target: () => this.training && saveTarget(this.training.own),
      link: () => this.#link(),
      gif: () => this.recording.toggle('gif'),
      video: () => this.recording.toggle('video'),
      back: () => this.#leave(),
    });
    for (const button of this.place.querySelectorAll('#own [data-do]')) {
      const action = does[button.getAttribute('data-do') ?? ''];
      if (action) button.addEventListener('click', () => this.#attempt(action));
    }
    element('#own [name=own-name]').addEventListener('change', ({ target }) =>
      this.#attempt(() => this.#rename(/** @type {HTMLInputElement} */ (target).value)),
    );
    // What was learned since the last saving would be lost with the page.
    const save = () => this.training?.isRunning && this.training.save();
    addEventListener('pagehide', save);
    document.addEventListener('visibilitychange', () => document.hidden && save());
  }

  /** Runs an action and says in the panel what goes wrong. @param {() => unknown} action */
  async #attempt(action) {
    try {
      await action();
    } catch (error) {
      const where = element('#own').hidden ? null : this.panel;
      if (where) where.say(messageOf(error), true);
      else notice(messageOf(error));
    }
  }

  /** Begins a training. @param {Wish} wish */
  async #train({ made, label, experiment, steps, beginsWith }) {
    this.#busy(true);
    try {
      const { target, height, width, fit } = made;
      const name = await this.#freeName(label);
      const beginning = await this.#beginning(beginsWith);
      const record = { target: `${stemOf(name)}-target.png`, label: name, fit };
      const asked = { target, height, width, experiment, beginning, record, seed: randomSeed(), settings: { steps } };
      const trainer = await Trainer.begin({ ...asked, crew: await this.#workers() });
      const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
      const organism = { ...trainer.organism(), name };
      const own = { id, name, label, fit, target, height, width, organism, changed: Date.now(), training: true };
      const nothing = { step: 0, steps, loss: null, score: null, curve: { steps: [], losses: [] } };
      await this.#hold(id);
      await this.#show(new OwnTraining({ ...own, ...nothing }, trainer, this.#kept));
      this.training?.run();
    } finally {
      this.#busy(false);
    }
  }

  /** @param {string} name @returns {Promise<import('./beginning.js').Beginning | null>} */
  async #beginning(name) {
    const { garden } = this.actions.parts;
    const entry = name && garden.entries.find((each) => each.name === name);
    return entry ? { ...(await garden.load(entry)), name: entry.label } : null;
  }

  /** Opens one of the user's organisms. @param {Own} own @param {boolean} [goesOn] whether its training goes on */
  async #open(own, goesOn = false) {
    await this.#hold(own.id);
    const checkpoint = await this.#kept?.checkpoint(own.id);
    if (!checkpoint) throw new PlaygroundError(`the training of ${own.name} is not there any more; make it again`);
    await this.#show(new OwnTraining(own, Trainer.resume(checkpoint, await this.#workers()), this.#kept));
    if (goesOn) this.training?.run();
  }

  /** Shows an organism and its training in the panel and in the dish. @param {OwnTraining} training */
  async #show(training) {
    this.training = training;
    const { own } = training;
    this.panel.place.dataset.experiment = training.trainer.plan.experiment;
    this.panel.begin(own);
    this.#view('own');
    training.addEventListener('progress', () => {
      this.panel.refresh(training);
      this.inDish.renew(() => training.organism);
      this.#refreshShow();
      this.onChange();
    });
    training.addEventListener('changed', () => this.#changed(training));
    for (const kind of ['failed', 'unsaved']) {
      training.addEventListener(kind, (event) => this.#failed(kind, /** @type {CustomEvent} */ (event).detail));
    }
    this.panel.refresh(training);
    element('#own h2').focus();
    await this.#showInDish();
  }

  /** A training begins or stops. @param {OwnTraining} training */
  #changed(training) {
    this.panel.refresh(training);
    this.onChange();
    if (training.isRunning) this.panel.say('');
    else if (training.hasEnded) {
      this.panel.say('Training finished. Cut it, measure it, take it away, or train it further.');
      this.inDish.renew(() => training.organism, true);
    }
  }

  /** @param {string} kind @param {string} message */
  #failed(kind, message) {
    const sentence = `${message[0].toUpperCase()}${message.slice(1)}.`;
    this.panel.say(
      kind === 'failed' ? `The training stopped: ${message}. Press "Go on" to try again.` : sentence,
      true,
    );
  }

  async #showInDish() {
    if (this.training) await this.inDish.show(this.training.own, this.training.organism);
    this.#refreshShow();
  }

  #refreshShow() {
    element('#own [data-do=show]').hidden = this.inDish.isShown;
  }

  /** Back to the list and the form. */
  async #leave() {
    await this.training?.pause();
    this.training = null;
    this.#release();
    this.onChange();
    await this.#showList();
    this.#view('make-new');
    element('#make-title').focus();
  }

  async #showList() {
    const all = (await this.#kept?.all()) ?? [];
    showList(element('#make-mine'), all, {
      open: (own) => this.#attempt(() => this.#open(own)),
      forget: (own) => this.#attempt(() => this.#forget(own)),
    });
  }

  /** @param {Own} own */
  async #forget(own) {
    await this.#hold(own.id);
    this.#release();
    await this.#kept?.forget(own.id);
    await this.#showList();
    say(`${own.name} deleted`);
    element('#make-title').focus();
  }

  /** @param {string} given */
  async #rename(given) {
    const { training } = this;
    const wanted = given.trim().slice(0, 40);
    if (!training || !wanted || wanted === training.own.name) return;
    const name = await this.#freeName(wanted);
    await training.rename(name);
    this.panel.rename(name);
    if (this.inDish.isShown) await this.#showInDish();
    say(`Renamed to ${name}`);
  }

  /** A name that no organism of the user has. @param {string} wanted */
  async #freeName(wanted) {
    const all = (await this.#kept?.all()) ?? [];
    const taken = new Set(all.filter(({ id }) => id !== this.training?.own.id).map(({ name }) => name));
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted} ${number}`;
      if (!taken.has(name)) return name;
    }
  }

  async #measure() {
    const { training } = this;
    if (!training) return;
    this.panel.measured('Measuring …');
    const { plan } = training.trainer;
    const { grown, cuts } = await examine(plan, training.organism.weights, await this.#workers());
    const listed = Object.entries(cuts).map(([name, level]) => `${name} ${level.toFixed(2)}`);
    this.panel.measured(
      `log10 of the loss: grown ${grown.toFixed(2)}; 600 steps after a cut: ${listed.join(', ')}. Lower is better; ` +
        '−3 looks like the target.',
    );
  }

  async #link() {
    if (!this.training) return;
    const href = linkWith(this.training.organism, this.actions.parts.dish.conditions);
    const isCopied = await copied(href);
    const area = /** @type {HTMLTextAreaElement} */ (element('#own-link'));
    area.hidden = false;
    area.value = href;
    const where = isCopied ? 'Link copied' : 'The link is below the buttons';
    this.panel.say(
      `${where}: it holds the organism itself, in 8 bits, ${href.length.toLocaleString('en')} characters.`,
    );
  }

  /** The workers, started when they are first needed. */
  #workers() {
    this.#crew ??= Crew.of(undefined, { onLoss: (message) => say(message) }).catch((error) => {
      this.#crew = null;
      throw error;
    });
    return this.#crew;
  }

  /** Keeps other pages from training the same organism. @param {string} id */
  async #hold(id) {
    this.#release();
    const isHeld = await new Promise((resolve) => {
      if (!navigator.locks) return resolve(true);
      const wait = new Promise((release) => (this.#release = () => release(null)));
      navigator.locks.request(`blastema training ${id}`, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        return lock && wait;
      });
      return undefined;
    });
    if (!isHeld) throw new PlaygroundError('this organism is open in another tab; go on there, or close that tab');
  }

  /** @param {'own' | 'make-new'} view */
  #view(view) {
    element('#own').hidden = view !== 'own';
    element('#make-new').hidden = view !== 'make-new';
    element('#make-title').scrollIntoView({ block: 'nearest' });
  }

  /** @param {boolean} isBusy */
  #busy(isBusy) {
    const button = element('#make-new [type=submit]');
    button.toggleAttribute('disabled', isBusy);
    button.textContent = isBusy ? 'Preparing …' : 'Train';
  }
}

/** @param {unknown} error */
function messageOf(error) {
  const message = error instanceof Error ? error.message : String(error);
  return `${message[0].toUpperCase()}${message.slice(1)}.`;
}
