// @ts-check
// Picks a pattern, and the kind of training.

import { element } from './elements.js';
import { patternOf } from './pattern.js';

/** @typedef {import('./entry.js').Entry} Entry */

const EMOJI = /^\p{Extended_Pictographic}/u;
const UNKNOWN = 'Its file does not say how it was trained.';

export class Picker {
  /** @param {import('./garden.js').Garden} garden
   * @param {Record<string, string>} experiments what to expect of organisms of each
   * @param {(entry: Entry) => void} pick */
  constructor(garden, experiments, pick) {
    this.garden = garden;
    this.experiments = new Map(Object.entries(experiments));
    this.pick = pick;
    this.tiles = element('#patterns .tiles');
    this.segments = element('#experiments .segments');
    this.expect = element('#expect');
    this.refresh();
    for (const event of ['changed', 'wanted']) garden.addEventListener(event, () => this.refresh());
  }

  /** Shows the patterns, the kinds of training and what is picked. */
  refresh() {
    const { entries } = this.garden,
      entry = this.#shown;
    /** @type {Map<string, Entry>} */
    const patterns = new Map();
    for (const each of entries) {
      const pattern = patternOf(each, entries);
      if (!patterns.has(pattern)) patterns.set(pattern, each);
    }
    const kin = entries.filter((each) => entry && patternOf(each, entries) === patternOf(entry, entries));
    const restoreFocus = this.#focus();
    this.tiles.replaceChildren(...[...patterns].map(([pattern, first]) => this.#tile(pattern, first)));
    // Kinds that no organism here has, or this one cannot be of, are no choice.
    const kinds = [...this.experiments.keys()].filter((name) => entries.some(({ experiment }) => experiment === name));
    const isKnown = kin.some(({ experiment }) => experiment !== null);
    this.segments.replaceChildren(...(isKnown ? kinds : []).map((name) => this.#segment(name, kin)));
    this.segments.hidden = !isKnown || kinds.length < 2;
    element('#patterns').hidden = patterns.size < 2;
    element('#mix').hidden = entries.filter(({ experiment }) => experiment === entry?.experiment).length < 2;
    const expected = this.experiments.get(entry?.experiment ?? '') ?? UNKNOWN;
    this.expect.textContent = [expected, entry?.regrows].filter(Boolean).join(' ');
    element('#dish-hint').classList.toggle('heals-not', entry?.experiment !== 'regenerating');
    restoreFocus();
  }

  /** The organism that is loaded to be picked, or else the one that was. */
  get #shown() {
    return this.garden.wanted ?? this.garden.entry;
  }

  /** Returns what gives the focus to the same choice once all are new. */
  #focus() {
    const { activeElement } = document;
    const lists = [this.tiles, this.segments];
    if (!(activeElement instanceof HTMLInputElement) || !lists.some((list) => list.contains(activeElement)))
      return () => {};
    const inputs = () => lists.flatMap((list) => [...list.querySelectorAll('input')]);
    return () =>
      inputs()
        .find(({ value }) => value === activeElement.value)
        ?.focus();
  }

  /** @param {number} place in the list of patterns, from 0 */
  pickPattern(place) {
    const input = this.tiles.querySelectorAll('input')[place];
    if (input) this.#pickPattern(input.value);
  }

  pickNextPattern() {
    const inputs = [...this.tiles.querySelectorAll('input')];
    this.pickPattern((inputs.findIndex(({ checked }) => checked) + 1) % inputs.length);
  }

  /** Picks the next kind of training of this pattern. */
  pickNextExperiment() {
    const inputs = [...this.segments.querySelectorAll('input')].filter((input) => !input.disabled);
    const next = inputs[(inputs.findIndex((input) => input.checked) + 1) % inputs.length];
    if (next && !next.checked) next.click();
  }

  /** @param {string} pattern @param {Entry} first */
  #tile(pattern, first) {
    const entry = this.#shown;
    const isShown = entry !== null && patternOf(entry, this.garden.entries) === pattern;
    const label = radio('pattern', pattern, isShown);
    label.title = nameOf(first);
    label.ariaBusy = String(isShown && this.garden.wanted !== null);
    const shown = label.querySelector('span');
    const input = label.querySelector('input');
    input?.setAttribute('aria-label', nameOf(first));
    const pictures = picturesOf(first);
    if (pictures.length) {
      shown?.append(...pictures.map(image));
      shown?.classList.toggle('several', pictures.length > 1);
    } else {
      shown?.append(first.label);
      shown?.classList.toggle('emoji', EMOJI.test(first.label));
    }
    input?.addEventListener('change', () => this.#pickPattern(pattern));
    return label;
  }

  /** @param {string} experiment @param {Entry[]} kin */
  #segment(experiment, kin) {
    const entry = kin.find((each) => each.experiment === experiment);
    const label = radio('experiment', experiment, this.#shown?.experiment === experiment);
    label.querySelector('span')?.append(experiment);
    const input = /** @type {HTMLInputElement} */ (label.querySelector('input'));
    input.disabled = !entry;
    if (entry) input.addEventListener('change', () => this.pick(entry));
    else label.title = 'Not available for this pattern; blastema train makes one';
    return label;
  }

  /** Picks the organism of a pattern with the same kind of training as now, or the first. @param {string} pattern */
  #pickPattern(pattern) {
    const { entries } = this.garden;
    const kin = entries.filter((entry) => patternOf(entry, entries) === pattern);
    this.pick(kin.find((entry) => entry.experiment === this.garden.entry?.experiment) ?? kin[0]);
  }
}

/** The picture of what it grows; of several bodies the first four. @param {Entry} entry */
function picturesOf({ picture, signals = [] }) {
  const bodies = signals.flatMap((signal) => signal.picture ?? []).slice(0, 4);
  return bodies.length > 1 ? bodies : picture ? [picture] : [];
}

/** @param {string} src */
function image(src) {
  return Object.assign(document.createElement('img'), { src, alt: '', loading: 'lazy', draggable: false });
}

/** @param {Entry} entry */
function nameOf(entry) {
  return entry.url === '' ? entry.name : (entry.name.split('/').pop() ?? entry.label).replaceAll('-', ' ');
}

/** @param {string} name @param {string} value @param {boolean} checked */
function radio(name, value, checked) {
  const label = document.createElement('label'),
    input = document.createElement('input');
  Object.assign(input, { type: 'radio', name, value, checked });
  label.append(input, document.createElement('span'));
  return label;
}
