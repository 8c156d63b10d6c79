// @ts-check
// Looks into one cell of the dish, and goes through one step of it in slow motion: perceive, think, act, live.

import { Aim } from './aim.js';
import { attempt } from './attempt.js';
import { CellPanel, reason } from './cell_panel.js';
import { element, say } from './elements.js';
import { stepOf } from './one_cell.js';
import { Ring } from './over_dish.js';
import { DEFAULT_RULE } from './rule.js';

/**
 * @typedef {import('./one_cell.js').Step} Step
 * @typedef {import('./rule.js').Rule} Rule
 */

/** The stages of a step. What each says of the cell; a dead one only waits for its neighbours.
 * @type {{name: string, says: (step: Step, rule: Rule) => string}[]} */
const STAGES = [
  {
    name: 'perceive',
    says: ({ isAlive }, { filters, channels }) =>
      isAlive
        ? `${filters.length} filters turn the ${channels} channels of its 3 × 3 neighbourhood into ` +
          `${filters.length * channels} numbers.`
        : 'A dead cell perceives nothing.',
  },
  {
    name: 'think',
    says: ({ isAlive, perception }, { hidden, channels }) =>
      isAlive
        ? `${hidden} hidden units turn these ${perception.flat().length} numbers into an update of ${channels} numbers.`
        : 'A dead cell does not run its network.',
  },
  {
    name: 'act',
    says: ({ isAlive, fires }) => {
      if (!isAlive) return 'A dead cell has no update.';
      return fires
        ? 'The cell fires in this step: the update is added to its state.'
        : 'The cell does not fire in this step: its state stays as it is.';
    },
  },
  {
    name: 'live',
    says: ({ lives, alphas }, rule) =>
      `The cell is ${lives ? 'alive' : 'dead'}: ${reason(lives, alphas.then, rule)}. The dish has taken this step.`,
  },
];
const ACT = 2;
const LIVE = 3;
/** Milliseconds between two looks while time goes on. */
const EVERY = 80;

export class Probe {
  isOn = false;
  /** The stage that is shown, null without slow motion. @type {number | null} */
  stage = null;
  /** The step that the last stage has taken. @type {Step | null} */
  #taken = null;
  /** The age of the dish while a stage is shown. */
  #age = 0;
  #isBusy = false;
  #isDue = false;
  #isNew = true;
  /** Whether keys have moved to a cell that was not announced yet. */
  #hasMoved = false;

  /** @param {import('./actions.js').Actions} actions */
  constructor(actions) {
    const { dish } = actions.parts;
    this.actions = actions;
    this.dish = dish;
    this.aim = new Aim(dish, element('#frame'));
    this.ring = new Ring(dish);
    this.panel = new CellPanel(dish);
    const hint = { className: 'for-probe', textContent: 'Point at a cell; a click or tap fixes it.' };
    element('#dish-hint').append(Object.assign(document.createElement('span'), hint));
    dish.addEventListener('drawn', () => this.#look());
    this.aim.addEventListener('moved', () => this.#moved());
    this.aim.addEventListener('fixed', () => this.#mark());
    element('#probe-on').addEventListener('click', () => this.set(!this.isOn));
    element('#stage-next').addEventListener('click', () => attempt(() => this.next()));
    element('#stage-end').addEventListener('click', () => this.#end());
    element('#tools').addEventListener('click', () => this.set(false));
  }

  /** @param {boolean} isOn */
  set(isOn) {
    if (isOn === this.isOn) return;
    this.isOn = this.aim.isOn = isOn;
    document.documentElement.toggleAttribute('data-probe', isOn);
    element('#probe-on').setAttribute('aria-pressed', String(isOn));
    element('#cell').hidden = !isOn;
    this.#end();
    if (!isOn) return;
    /** @type {HTMLDetailsElement} */ (element('#look')).open = true;
    const { width, height } = this.dish.conditions;
    if (this.#isNew) this.aim.moveTo({ x: width >> 1, y: height >> 1 });
    this.#isNew = false;
    this.#look();
    element('#dish-hint').hidden = false;
    element('#cell').scrollIntoView({ block: 'nearest' });
    say('Point at a cell of the dish, or move with the arrow keys in it');
  }

  /** Shows the next stage of the cell's step; the last one takes it. */
  async next() {
    if (this.actions.parts.player.playing) this.actions.toggle();
    if (this.stage === ACT) {
      const patch = await this.dish.patch(this.aim.cell.x, this.aim.cell.y);
      if (!patch || patch.age !== this.#age) return;
      this.#taken = stepOf(patch);
      this.actions.step();
    }
    this.stage = this.stage === null || this.stage === LIVE ? 0 : this.stage + 1;
    if (this.stage !== LIVE) this.#taken = null;
    this.#age = this.dish.age;
    await this.#look();
    const { name } = STAGES[this.stage ?? 0];
    document.querySelector(`#cell [data-stage=${name}]`)?.scrollIntoView({ block: 'nearest' });
    say(element('#stage-says').textContent ?? '');
  }

  #end() {
    this.stage = this.#taken = null;
    this.#showStage(null, DEFAULT_RULE);
  }

  #moved() {
    if (this.stage === LIVE) this.#end();
    this.#hasMoved = this.aim.byKeys;
    this.#look();
  }

  #mark() {
    const { aim } = this;
    aim.moveTo(aim.cell);
    this.ring.show(aim.cell, aim.isFixed);
    element('#cell-fixed').textContent = aim.isFixed ? 'fixed' : '';
  }

  /** Reads the cell from the card and shows it, as often as the card and the eye keep up. */
  async #look() {
    if (!this.isOn) return;
    this.#isDue = true;
    this.#mark();
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      while (this.#isDue && this.isOn) {
        this.#isDue = false;
        const { x, y } = this.aim.cell;
        const patch = await this.dish.patch(x, y);
        if (patch) this.#show(patch);
        if (this.#isDue) await new Promise((resolve) => setTimeout(resolve, EVERY));
      }
    } finally {
      this.#isBusy = false;
    }
  }

  /** @param {import('./patch.js').Patch} patch */
  #show(patch) {
    const { dish, panel } = this;
    if (this.stage !== null && dish.age !== this.#age) this.#end();
    // What was read before time was paused is not the step of the stages.
    if (this.stage !== null && patch.age !== this.#age) return;
    const step = stepOf(patch);
    const rule = (step.organism ?? dish.organisms[dish.view.organism])?.rule ?? DEFAULT_RULE;
    panel.showCell(step, patch, rule);
    this.#sayCell(patch);
    panel.showStep(this.#taken ?? step, rule);
    this.#showStage(this.#taken ?? step, rule);
  }

  /** Says which cell keys have come to. @param {import('./aim.js').Cell} cell */
  #sayCell({ x, y }) {
    if (!this.#hasMoved || x !== this.aim.cell.x || y !== this.aim.cell.y) return;
    this.#hasMoved = false;
    say(`${element('#cell-where').textContent}. ${element('#cell-alive').textContent}`);
  }

  /** @param {Step | null} step @param {Rule} rule */
  #showStage(step, rule) {
    const { stage } = this;
    const next = STAGES[((stage ?? LIVE) + 1) % STAGES.length].name;
    element('#stage-next').textContent = stage === null ? 'Slow motion' : `Next: ${next}`;
    element('#stage-end').hidden = stage === null;
    const says =
      stage === null || !step ? '' : `${stage + 1} of 4, ${STAGES[stage].name}. ${STAGES[stage].says(step, rule)}`;
    element('#stage-says').textContent = says || 'Goes through the next step of this cell in four stages. Time pauses.';
    STAGES.forEach(({ name }, at) => {
      const part = element(`#cell [data-stage=${name}]`);
      part.classList.toggle('now', at === stage);
      part.classList.toggle('later', stage !== null && at > stage);
    });
  }
}
