// @ts-check
// Which pattern, and what it was trained for.

/** @typedef {import('./garden.js').Entry} Entry */

/** What the article calls its experiments, and what to expect of such an organism. */
export const EXPERIMENTS = {
  growing: 'It learned only to reach its picture. Left alone it does not rest: it may overgrow, fade or fall apart.',
  persistent:
    'It learned to reach its picture and stay. Wounds it never practised: it may heal them, or grow something strange.',
  regenerating: 'It learned to heal: cut away as much as you like. What is left grows the rest again.',
};
const UNKNOWN = 'How it was trained is not known; see for yourself.';

export class Picker {
  /** @param {import('./garden.js').Garden} garden @param {(entry: Entry) => void} pick */
  constructor(garden, pick) {
    this.garden = garden;
    this.pick = pick;
    this.tiles = element('#patterns .tiles');
    this.segments = element('#experiments .segments');
    this.expect = element('#expect');
    this.refresh();
    garden.addEventListener('changed', () => this.refresh());
  }

  /** Shows what is on offer, and what is picked. */
  refresh() {
    const { entries, entry } = this.garden;
    /** @type {Map<string, Entry>} */
    const patterns = new Map();
    for (const one of entries) if (!patterns.has(patternOf(one))) patterns.set(patternOf(one), one);
    const focused = /** @type {HTMLInputElement | null} */ (document.activeElement)?.value;
    const wasHere = this.tiles.contains(document.activeElement) || this.segments.contains(document.activeElement);
    this.tiles.replaceChildren(...[...patterns].map(([pattern, one]) => this.#tile(pattern, one)));
    const kin = entries.filter((one) => entry && patternOf(one) === patternOf(entry));
    this.segments.replaceChildren(...Object.keys(EXPERIMENTS).map((experiment) => this.#segment(experiment, kin)));
    this.expect.textContent = EXPERIMENTS[/** @type {keyof EXPERIMENTS} */ (entry?.experiment)] ?? UNKNOWN;
    if (wasHere)
      [...document.querySelectorAll('#patterns input, #experiments input')].forEach((input) => {
        if (input instanceof HTMLInputElement && input.value === focused) input.focus();
      });
  }

  /** The place in the list of patterns, from 0. @param {number} place */
  pickPattern(place) {
    const input = this.tiles.querySelectorAll('input')[place];
    if (input) this.#pickPattern(input.value);
  }

  /** The next way in which this pattern was trained. */
  pickNextExperiment() {
    const inputs = [...this.segments.querySelectorAll('input')].filter((input) => !input.disabled);
    const next = inputs[(inputs.findIndex((input) => input.checked) + 1) % inputs.length];
    if (next && !next.checked) next.click();
  }

  /** @param {string} pattern @param {Entry} one */
  #tile(pattern, one) {
    const { entry } = this.garden;
    const label = radio('pattern', pattern, entry !== null && patternOf(entry) === pattern);
    label.title = nameOf(one);
    const shown = label.querySelector('span');
    const input = label.querySelector('input');
    input?.setAttribute('aria-label', nameOf(one));
    if (one.picture) {
      const image = document.createElement('img');
      Object.assign(image, { src: one.picture, alt: '', loading: 'lazy', draggable: false });
      shown?.append(image);
    } else {
      shown?.append(one.label);
    }
    input?.addEventListener('change', () => this.#pickPattern(pattern));
    return label;
  }

  /** @param {string} experiment @param {Entry[]} kin */
  #segment(experiment, kin) {
    const entry = kin.find((one) => one.experiment === experiment);
    const label = radio('experiment', experiment, this.garden.entry?.experiment === experiment);
    label.querySelector('span')?.append(experiment);
    const input = /** @type {HTMLInputElement} */ (label.querySelector('input'));
    input.disabled = !entry;
    if (entry) input.addEventListener('change', () => this.pick(entry));
    else label.title = 'There is none of this pattern here; blastema train grows one';
    return label;
  }

  /** The organism of that pattern that was trained as the present one, or the first. @param {string} pattern */
  #pickPattern(pattern) {
    const kin = this.garden.entries.filter((entry) => patternOf(entry) === pattern);
    this.pick(kin.find((entry) => entry.experiment === this.garden.entry?.experiment) ?? kin[0]);
  }
}

/** Organisms of one target are the same pattern; one without is its own. @param {Entry} entry */
function patternOf(entry) {
  return entry.organism && entry.url === '' ? entry.name : (entry.target ?? entry.name);
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

/** @param {string} selector @returns {HTMLElement} */
function element(selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}
