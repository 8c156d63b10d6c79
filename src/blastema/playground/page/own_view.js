// @ts-check
// The organism that is open in "Make your own": its training, its panel, and the dish.

import { element, say } from './elements.js';
import { sentenceOf } from './errors.js';
import { examine } from './examination.js';
import { InDish } from './in_dish.js';
import { linkWith } from './own_link.js';
import { OwnPanel } from './own_panel.js';
import { copied } from './share.js';
import { saveFile, saveModel, savePage, saveTarget } from './take_away.js';

/**
 * @typedef {import('./own_training.js').OwnTraining} OwnTraining
 * @typedef {{workers: () => Promise<import('./crew.js').Crew>, freeName: (wanted: string) => Promise<string>,
 *   changed: () => void, leave: () => unknown}} Around
 *   what it needs of the page. freeName: a name like this that no organism has; changed: is called when the training
 *   goes on; leave: goes back to the list
 */

export class OwnView {
  /** @type {OwnTraining | null} */
  training = null;

  /** @param {import('./actions.js').Actions} actions @param {import('./recording.js').Recording} recording
   * @param {Around} around */
  constructor(actions, recording, around) {
    this.actions = actions;
    this.recording = recording;
    this.around = around;
    this.place = element('#own');
    this.inDish = new InDish(actions);
    this.panel = new OwnPanel(this.place);
    this.#listen();
  }

  /** Shows an organism and its training in the panel and in the dish. @param {OwnTraining} training */
  async show(training) {
    this.training = training;
    const { own } = training;
    this.panel.place.dataset.experiment = training.trainer.plan.experiment;
    this.panel.begin(own);
    training.addEventListener('progress', () => {
      this.panel.refresh(training);
      this.inDish.renew(() => training.organism);
      this.#refreshShow();
      this.around.changed();
    });
    training.addEventListener('changed', () => this.#changed(training));
    for (const kind of ['failed', 'unsaved']) {
      training.addEventListener(kind, (event) => this.#failed(kind, /** @type {CustomEvent} */ (event).detail));
    }
    this.panel.refresh(training);
    element('#own h2').focus({ preventScroll: true });
    // On small screens it is above the panel.
    element('#frame').scrollIntoView({ block: 'nearest' });
    await this.#showInDish();
  }

  /** Stops the training; what it learned is kept. */
  async leave() {
    await this.training?.pause();
    this.training = null;
    this.around.changed();
  }

  /** Runs an action and says in the panel what goes wrong. @param {() => unknown} action */
  async attempt(action) {
    try {
      await action();
    } catch (error) {
      this.panel.say(sentenceOf(error), true);
    }
  }

  #listen() {
    const does = /** @type {Record<string, () => unknown>} */ ({
      run: () => (this.training?.isRunning ? this.training.pause() : this.training?.run()),
      more: () => this.training?.extend(this.training.trainer.plan.recipe.steps >> 1),
      show: () => this.#showInDish(),
      measure: () => this.#measure(),
      file: () => this.training && saveFile(this.training.organism),
      page: () => this.training && savePage(this.training.own, this.training.organism),
      model: () => this.training && saveModel(this.training.organism),
      target: () => this.training && saveTarget(this.training.own),
      link: () => this.#link(),
      gif: () => this.recording.toggle('gif'),
      video: () => this.recording.toggle('video'),
      back: () => this.around.leave(),
    });
    for (const button of this.place.querySelectorAll('[data-do]')) {
      const action = does[button.getAttribute('data-do') ?? ''];
      if (action) button.addEventListener('click', () => this.attempt(action));
    }
    element('#own [name=own-name]').addEventListener('change', ({ target }) =>
      this.attempt(() => this.#rename(/** @type {HTMLInputElement} */ (target).value)),
    );
    // What was learned since the last saving would be lost with the page.
    const save = () => this.training?.isRunning && this.training.save();
    addEventListener('pagehide', save);
    document.addEventListener('visibilitychange', () => document.hidden && save());
  }

  /** A training begins or stops. @param {OwnTraining} training */
  #changed(training) {
    this.panel.refresh(training);
    this.around.changed();
    if (training.isRunning) this.panel.say('');
    else if (training.hasEnded) {
      this.panel.say('Training finished. Cut it, measure it, take it away, or train it further.');
      this.inDish.renew(() => training.organism, true);
    }
  }

  /** @param {string} kind @param {string} message */
  #failed(kind, message) {
    const sentence = sentenceOf(message);
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

  /** @param {string} given */
  async #rename(given) {
    const { training } = this;
    const wanted = given.trim().slice(0, 40);
    if (!training || !wanted || wanted === training.own.name) return;
    const name = await this.around.freeName(wanted);
    await training.rename(name);
    this.panel.rename(name);
    if (this.inDish.isShown) await this.#showInDish();
    say(`Renamed to ${name}`);
  }

  async #measure() {
    const { training } = this;
    if (!training) return;
    this.panel.measured('Measuring …');
    const { plan } = training.trainer;
    const { grown, cuts } = await examine(plan, training.organism.weights, await this.around.workers());
    const listed = Object.entries(cuts).map(([name, level]) => `${name} ${level.toFixed(2)}`);
    this.panel.measured(
      `log10 of the loss: grown ${grown.toFixed(2)}; 600 steps after a cut: ${listed.join(', ')}. Lower is better; ` +
        '−3 looks like the target.',
    );
  }

  async #link() {
    if (!this.training) return;
    const { own, organism } = this.training;
    const href = linkWith({ name: own.name, organism, made: own }, this.actions.parts.dish.conditions, null);
    const isCopied = await copied(href);
    const area = /** @type {HTMLTextAreaElement} */ (element('#own-link'));
    area.hidden = false;
    area.value = href;
    const where = isCopied ? 'Link copied' : 'The link is below the buttons';
    this.panel.say(
      `${where}: it holds the organism itself, in 8 bits, ${href.length.toLocaleString('en')} characters.`,
    );
  }
}
