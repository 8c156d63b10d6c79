// @ts-check
// "Make your own": the panel in which users make a target, train an organism to grow it, and keep it.

import { Crew } from './crew.js';
import { element, notice, say } from './elements.js';
import { PlaygroundError, sentenceOf } from './errors.js';
import { MakeForm } from './make_form.js';
import { loadTemplate } from './one_file.js';
import { OwnOrganisms, lockOf } from './own_organisms.js';
import { OwnTraining } from './own_training.js';
import { OwnView } from './own_view.js';
import { showList } from './own_list.js';
import { cropped, pixelsOf } from './picture.js';
import { stemOf } from './take_away.js';
import { randomSeed } from './firing.js';
import { Trainer } from './trainer.js';

/**
 * @typedef {import('./own_organisms.js').Own} Own
 * @typedef {import('./make_form.js').Wish} Wish
 * @typedef {import('./entry.js').Entry} Entry
 */

/** Organisms whose weights are good to begin with, the best first. */
const BEGINNINGS = ['🐠', '🦎'];
/** The recipe that continues the training of an organism, and its training steps unless more are asked for. */
const CONTINUES = 'further';
const FURTHER_STEPS = 600;

/** Cells of the longer side of the picture in a target. @param {import('./link_target.js').Made} made */
function fitOf({ target, height, width }) {
  const shown = cropped({ height, width, pixels: pixelsOf(target) });
  return shown ? Math.max(shown.width, shown.height) : 0;
}

/** Calls something when the page has nothing to do; Safari has no such call. @param {() => void} does */
function whenIdle(does) {
  if ('requestIdleCallback' in window) requestIdleCallback(does, { timeout: 5000 });
  else setTimeout(does, 1000);
}

export class Make {
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
    /** @type {OwnView} */
    this.view = new OwnView(actions, recording, {
      workers: () => this.#workers(),
      freeName: (wanted) => this.#freeName(wanted),
      changed: onChange,
      leave: () => this.#leave(),
    });
    this.form = new MakeForm(
      element('#make-new'),
      (wish) => this.#attempt(() => this.#train(wish)),
      this.#beginnings(),
    );
  }

  get training() {
    return this.view.training;
  }

  /** Opens the database, and shows what is in it. */
  async begin() {
    try {
      this.#kept = await OwnOrganisms.open();
    } catch (error) {
      notice(sentenceOf(error));
    }
    await this.#showList();
    // Later nothing has to be requested. What is wrong is said when it is needed.
    whenIdle(() => loadTemplate().catch(() => {}));
  }

  /** Goes on with a training that ran when the page was left, unless another page has it. @param {string} id */
  async resume(id) {
    const all = (await this.#kept?.all()) ?? [];
    const own = all.find((each) => each.id === id);
    if (own) await this.#attempt(() => this.#open(own, true));
  }

  /** @returns {Entry[]} */
  #beginnings() {
    const { entries } = this.actions.parts.garden;
    const rank = (/** @type {Entry} */ { label }) => (BEGINNINGS.includes(label) ? BEGINNINGS.indexOf(label) : 99);
    const trained = entries.filter(({ experiment, url, signals }) => experiment === 'regenerating' && url && !signals);
    return trained.sort((a, b) => rank(a) - rank(b)).slice(0, 4);
  }

  /** Runs an action and says what goes wrong. @param {() => unknown} action */
  async #attempt(action) {
    try {
      await action();
    } catch (error) {
      notice(sentenceOf(error));
      // On small screens it is far above the form.
      element('#notice').scrollIntoView({ block: 'center' });
    }
  }

  /** Begins a training. @param {Wish} wish */
  async #train({ made, label, experiment, steps, beginsWith }) {
    this.#busy(true);
    notice('');
    try {
      await this.#begin({ ...made, label, experiment, steps, beginning: await this.#beginning(beginsWith) });
      this.training?.run();
    } finally {
      this.#busy(false);
    }
  }

  /** Keeps an organism that came in a link, ready to be trained further. @param {Entry} entry */
  async keep({ name, label, experiment, made, organism }) {
    if (!made || !organism) return;
    await this.#attempt(async () => {
      const beginning = { ...organism, name };
      const how = { recipe: CONTINUES, steps: FURTHER_STEPS, experiment: experiment ?? undefined };
      await this.#begin({ ...made, fit: fitOf(made), label, beginning, ...how });
      this.view.panel.say('Kept in this browser: cut it, take it away, or train it further.');
    });
  }

  /** Makes an organism whose training has taken no step, keeps it and shows it.
   * @param {{target: Float32Array, height: number, width: number, fit: number, label: string, steps: number,
   *   experiment?: string, recipe?: string, beginning: import('./beginning.js').Beginning | null}} asked */
  async #begin({ target, height, width, fit, label, steps, ...how }) {
    const name = await this.#freeName(label);
    const record = { target: `${stemOf(name)}-target.png`, label: name, fit };
    const asked = { target, height, width, record, seed: randomSeed(), settings: { steps }, ...how };
    const trainer = await Trainer.begin({ ...asked, crew: await this.#workers() });
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    const organism = { ...trainer.organism(), name };
    const own = { id, name, label, fit, target, height, width, organism, changed: Date.now() };
    const nothing = { step: 0, steps, loss: null, score: null, curve: { steps: [], losses: [] } };
    await this.#hold(id);
    await this.#show(new OwnTraining({ ...own, ...nothing }, trainer, this.#kept));
    await this.training?.save();
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

  /** @param {OwnTraining} training */
  async #show(training) {
    this.#view('own');
    await this.view.show(training);
  }

  /** Back to the list and the form. */
  async #leave() {
    await this.view.leave();
    this.#release();
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

  /** A name that no organism of the user has. @param {string} wanted @returns {Promise<string>} */
  async #freeName(wanted) {
    const all = (await this.#kept?.all()) ?? [];
    const taken = new Set(all.filter(({ id }) => id !== this.training?.own.id).map(({ name }) => name));
    for (let number = 1; ; number++) {
      const name = number === 1 ? wanted : `${wanted} ${number}`;
      if (!taken.has(name)) return name;
    }
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
      navigator.locks.request(lockOf(id), { ifAvailable: true }, (lock) => {
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
