// @ts-check
// The dish: a grid of cells in which organisms grow, drawn on a canvas. It knows the rule and nothing of the page.
//
//     const dish = new Dish(canvas, { height: 72, width: 72, seed: 7 });
//     const lizard = dish.add(readOrganism(await file.arrayBuffer(), file.name));
//     dish.plant(lizard);
//     dish.step(200);
//     dish.draw();

import { DEFAULT_CONDITIONS, checkSize } from './conditions.js';
import { decode, encode, recentred } from './encoding.js';
import { PlaygroundError } from './errors.js';
import { sharedFilters } from './filters.js';
import { History } from './history.js';
import { MOST_ORGANISMS, PICTURE } from './layout.js';
import { DEFAULT_RULE, MOST_FILTERS } from './rule.js';
import { signalsOf } from './signal_names.js';
import { Signals, only } from './signals.js';
import { Strokes, rounded } from './strokes.js';
import { census } from './territory.js';
import { tilesOf } from './views.js';
import { WEBGL2 } from './webgl2.js';

/**
 * @typedef {import('./organism.js').Organism} Organism
 * @typedef {import('./conditions.js').Conditions} Conditions
 * @typedef {import('./engine.js').Simulation} Simulation
 * @typedef {{x: number, y: number}} Point  in cells, the first from 0 to 1
 * @typedef {{age: number, picture: Uint8Array, living: import('./territory.js').Living}} Survey
 *   picture: RGBA premultiplied, 8 bits
 */

/** Fires `lost` and `restored` when the browser loses the graphics context and gets it back, and `drawn`. */
export class Dish extends EventTarget {
  /** Steps taken since the dish was last empty. */
  age = 0;
  /** By number; number 0 is no organism. @type {(Organism | null)[]} */
  organisms = [null];
  /** The filters that the organisms share. */
  filters = sharedFilters([]);
  /** Changed by `setSignal` and `paint`. */
  signals = new Signals();
  /** What was cut and planted since the dish was last empty. */
  strokes = new Strokes();
  /** @type {import('./views.js').View} */
  view = { kind: 'picture', index: null, organism: 1 };
  /** The colours behind the cells and of those that fire: red, green, blue, 0 to 1. */
  ground = [1, 1, 1];
  accent = [0.85, 0.37, 0.1];
  /** Null while the graphics context is lost. @type {Simulation | null} */
  #cells = null;
  #history = new History();
  /** Counts edits, so that a survey from before an edit is not taken for the present. */
  #edits = 0;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {Partial<Conditions>} [conditions]
   * @param {import('./engine.js').Engine} [engine] that runs it
   * @throws {PlaygroundError} the browser lacks what is needed
   */
  constructor(canvas, conditions = {}, engine = WEBGL2) {
    super();
    this.canvas = canvas;
    this.engine = engine;
    /** Never changed in place. @type {Conditions} */
    this.conditions = { ...DEFAULT_CONDITIONS, ...conditions };
    checkSize(this.conditions);
    const lost = () => {
      this.#cells = null;
      this.dispatchEvent(new Event('lost'));
    };
    this.device = engine.open(canvas, { lost, restored: () => this.#restore() });
    this.#cells = this.#setUp();
  }

  get lost() {
    return this.#cells === null;
  }

  // Organisms

  /** Makes an organism known; returns its number in this dish. @param {Organism} organism @returns {number} */
  add(organism) {
    if (this.organisms.length > MOST_ORGANISMS) {
      throw new PlaygroundError(`the dish holds at most ${MOST_ORGANISMS} organisms; clear it before adding another`);
    }
    this.#use([...this.organisms, organism]);
    return this.organisms.length - 1;
  }

  /** Gives living cells other weights, as a running training does. @param {number} number @param {Organism} organism */
  replace(number, organism) {
    this.#check(number);
    this.strokes.disturb();
    const before = this.organisms[number];
    const renewed = (/** @type {(Organism | null)[]} */ all) => all.map((one) => (one === before ? organism : one));
    this.#use(renewed(this.organisms));
    // Undo brings back cells, not the weights of an earlier training step.
    for (const moment of this.#history.moments) moment.organisms = renewed(moment.organisms);
    this.#takeCheckpoint();
  }

  /** Empties the dish and forgets its organisms. */
  forget() {
    this.clear();
    this.#use([null]);
    this.#takeCheckpoint();
  }

  // Changes of the cells

  /** Removes all life, and the signals that were painted; the next step is the first. */
  clear() {
    this.age = 0;
    this.strokes.clear();
    this.#change((cells) => {
      this.age = 0;
      cells.clear();
      this.signals.clear();
      cells.writeSignals(this.#scene);
    });
  }

  /** Plants a seed cell, by default in the middle. @param {number} number of the organism
   * @param {number} [x] @param {number} [y] cell */
  plant(number, x = this.conditions.width >> 1, y = this.conditions.height >> 1) {
    this.#check(number);
    this.strokes.add({ kind: 'plant', age: this.age, x, y, number });
    this.#change((cells) => cells.plant(this.#scene, number, x, y));
  }

  /** Kills all cells whose centre is within a radius of the line between two points.
   * @param {Point} from @param {Point} to @param {number} radius in cells; all are rounded to quarters */
  erase(from, to, radius) {
    const [x0, y0, x1, y1, r] = [from.x, from.y, to.x, to.y, radius].map(rounded);
    this.strokes.add({ kind: 'cut', age: this.age, from: { x: x0, y: y0 }, to: { x: x1, y: y1 }, radius: r });
    this.#change((cells) => cells.erase(this.#scene, [x0, y0, x1, y1], r));
  }

  /** Gives all cells of an organism one of its signals, or a mixture of them; what was painted for it is gone.
   * @param {number} number of the organism @param {number | Float32Array} signal how much of each, in sum 1 */
  setSignal(number, signal) {
    this.#check(number);
    const count = signalsOf(/** @type {Organism} */ (this.organisms[number]).rule).length;
    const mixture = typeof signal === 'number' ? only(signal, count) : signal;
    if (this.age > 0) this.strokes.disturb();
    this.#change((cells) => {
      this.signals.set(number, mixture);
      cells.writeSignals(this.#scene);
    });
  }

  /** Gives an organism's cells another signal, now and later, if their centre is within a radius of a line.
   * @param {number} number of the organism @param {number | null} signal null for that of its other cells
   * @param {import('./signals.js').Stroke} stroke */
  paint(number, signal, stroke) {
    this.#check(number);
    this.strokes.disturb();
    this.#change((cells) => {
      const { height, width, edge } = this.conditions;
      this.signals.paint(number, signal, stroke, { height, width, wraps: edge === 'wrap' });
      cells.writeMap(this.#scene);
    });
  }

  /** Takes steps. @param {number} [steps] */
  step(steps = 1) {
    for (let left = steps; this.#cells && left > 0;) {
      const now = this.strokes.until(this.age, left);
      this.#history.recordSteps(now, this.conditions);
      this.#takeSteps(this.#cells, now);
      this.strokes.stepped(this.conditions);
      this.strokes.act(this.age);
      left -= now;
    }
  }

  /** Keeps this moment for `undo`. @param {unknown} [note] is returned by it */
  remember(note) {
    const { conditions, organisms } = this;
    if (!this.lost) this.#history.remember({ ...this.#moment(), conditions, organisms, note });
  }

  get canUndo() {
    return this.#history.moments.length > 0;
  }

  /** Returns to the moment remembered last, its organisms and size included; null if there is none.
   * @returns {{note: unknown} | null} */
  undo() {
    const moment = this.lost ? undefined : this.#history.moments.pop();
    if (!moment) return null;
    const { height, width, eightBits } = moment.conditions;
    this.set({ height, width, eightBits });
    this.#use(moment.organisms);
    this.#goTo(moment);
    return moment;
  }

  // Conditions

  /** Changes conditions. The cells stay, in the middle of the grid when its size changes.
   * @param {Partial<Conditions>} changes */
  set(changes) {
    const before = this.conditions;
    const after = { ...before, ...changes };
    checkSize(after);
    after.eightBits = this.#possibleBits(after.eightBits);
    const isRebuilt =
      after.height !== before.height || after.width !== before.width || after.eightBits !== before.eightBits;
    const cells = this.#cells;
    const states = isRebuilt && cells ? { values: this.readStates(), owners: this.readOwners() } : null;
    this.conditions = after;
    this.signals.resize(before, after);
    if (!cells || !states) return;
    this.#history = Object.assign(new History(), { moments: this.#history.moments });
    cells.rebuild(this.#scene);
    const moved = recentred(states, before, after);
    this.writeStates(moved.values, moved.owners, this.age);
  }

  // Reading and writing

  /** The states, float32 `(height, width, 16)`, row by row. */
  readStates() {
    return decode(this.#card.read());
  }

  /** The number of each cell's organism, 0 for none, row by row. */
  readOwners() {
    const life = this.#card.readLife();
    return Uint8Array.from({ length: life.length / 4 }, (_, cell) => (life[4 * cell] ? life[4 * cell + 1] : 0));
  }

  /** @param {Float32Array} values as `readStates` returns them
   * @param {Uint8Array | number} owners the number of each cell's organism, or one for all @param {number} age */
  writeStates(values, owners, age) {
    this.strokes.disturb();
    const { height, width, edge, eightBits } = this.conditions;
    const organisms = typeof owners === 'number' ? new Uint8Array(height * width).fill(owners) : owners;
    const thresholds = this.organisms.map((organism) => organism?.rule.alive_above ?? Infinity);
    const grid = { height, width, wraps: edge === 'wrap', eightBits, thresholds };
    this.#goTo({ content: encode(values, organisms, grid), age, signals: this.signals.snapshot() });
  }

  /** What lives in the dish and how it looks, soon; null when the dish was changed in between.
   * @returns {Promise<Survey | null>} */
  async survey() {
    const { age } = this;
    const edits = this.#edits;
    const read = await this.#cells?.survey(this.#scene);
    if (!read || edits !== this.#edits) return null;
    const living = census(read.life, this.conditions.width);
    this.#cells?.narrow(living, this.age - age);
    return { age, picture: read.picture, living };
  }

  /** The picture at this moment, RGBA premultiplied, 8 bits, row by row. */
  readPicture() {
    return this.#card.readPicture(this.#scene, PICTURE.PREMULTIPLIED);
  }

  /** Which cells would fire in the next step, row by row. */
  readFiring() {
    const bytes = this.#card.readPicture(this.#scene, PICTURE.FIRING_MASK);
    return Array.from({ length: bytes.length / 4 }, (_, cell) => bytes[4 * cell] > 0);
  }

  /** The cells around one of them and what their next step depends on, soon; null when the dish was changed in between.
   * @param {number} x @param {number} y cell */
  async patch(x, y) {
    const edits = this.#edits;
    const patch = await this.#cells?.patch(this.#scene, x, y);
    return patch && edits === this.#edits ? patch : null;
  }

  /** Keeps a copy of the cells in main memory, soon, so that nothing is lost with the graphics context. */
  async checkpoint() {
    const history = this.#history;
    const { checkpoint, log } = history;
    if (!this.#cells || log.length === 0) return;
    const { age } = this;
    const signals = this.signals.snapshot();
    const entries = history.close();
    const content = await this.#cells.readLater();
    if (content && history === this.#history && checkpoint === history.checkpoint) {
      history.takeCheckpoint({ content, age, signals }, entries);
    }
  }

  /** Resolves when the graphics card has done everything it was asked to. */
  async done() {
    await this.#cells?.done();
  }

  // Drawing

  /** Columns and rows of tiles that the view shows. */
  get tiles() {
    return tilesOf(this.view, this.organisms[this.view.organism]?.rule ?? DEFAULT_RULE);
  }

  /** Gives what says whether all that the dish was asked to do until now is done. */
  mark() {
    return this.device.mark();
  }

  /** Draws the view on the canvas, in the canvas's size. */
  draw() {
    if (!this.#cells) return;
    const { view, tiles, ground, accent } = this;
    const { width, height } = this.canvas;
    this.#cells.draw(this.#scene, { view, tiles, colours: { ground, accent }, width, height });
    this.dispatchEvent(new Event('drawn'));
  }

  // Inside

  /** @returns {import('./conditions.js').Scene} */
  get #scene() {
    const { conditions, organisms, filters, signals, age } = this;
    return { conditions, organisms, filters, signals, age };
  }

  get #card() {
    if (!this.#cells) throw new PlaygroundError('the graphics card is lost; wait until it is back');
    return this.#cells;
  }

  #setUp() {
    this.conditions = { ...this.conditions, eightBits: this.#possibleBits(this.conditions.eightBits) };
    return this.device.make(this.#scene);
  }

  /** @param {boolean} eightBits */
  #possibleBits(eightBits) {
    const { hasFloats, hasBytes } = this.device;
    return hasBytes && (eightBits || !hasFloats);
  }

  /** Restores the cells from the checkpoint and repeats what happened since. */
  #restore() {
    const { age } = this;
    const { checkpoint, log } = this.#history;
    this.signals.restore(checkpoint?.signals ?? { mixtures: new Map(), map: null }, this.conditions);
    this.signals.use(this.organisms);
    const cells = this.#setUp();
    this.#cells = cells;
    this.#edits++;
    this.age = checkpoint?.age ?? 0;
    if (checkpoint) cells.write(checkpoint.content);
    for (const entry of log) {
      if (typeof entry === 'function') entry();
      else this.#repeat(cells, entry);
    }
    this.age = age;
    this.dispatchEvent(new Event('restored'));
  }

  /** @param {Simulation} cells @param {import('./history.js').Steps} entry */
  #repeat(cells, { steps, conditions }) {
    const present = this.conditions;
    this.conditions = conditions;
    this.#takeSteps(cells, steps);
    this.conditions = present;
  }

  /** Makes a change that can be repeated. @param {(cells: Simulation) => void} change */
  #change(change) {
    const repeat = () => this.#cells && change(this.#cells);
    this.#history.record(repeat);
    this.#edits++;
    repeat();
  }

  /** @returns {import('./history.js').Moment} */
  #moment() {
    const { age, signals, strokes } = this;
    return { content: this.#card.read(), age, signals: signals.snapshot(), strokes: strokes.snapshot() };
  }

  /** Takes a checkpoint and drops the log. */
  #takeCheckpoint() {
    if (!this.lost) this.#history.takeCheckpoint(this.#moment());
  }

  /** @param {import('./history.js').Moment} moment */
  #goTo({ content, age, signals, strokes }) {
    this.#card.write(content);
    this.signals.restore(signals, this.conditions);
    this.signals.use(this.organisms);
    this.#card.writeSignals(this.#scene);
    if (strokes) this.strokes.restore(strokes);
    this.age = age;
    this.#edits++;
    this.#takeCheckpoint();
  }

  /** @param {Simulation} cells @param {number} steps */
  #takeSteps(cells, steps) {
    for (let taken = 0; taken < steps; taken++) {
      cells.step(this.#scene);
      this.age = (this.age + 1) >>> 0;
    }
  }

  /** Makes these the organisms of the dish. @param {(Organism | null)[]} organisms */
  #use(organisms) {
    const filters = sharedFilters(organisms.flatMap((organism) => organism?.rule ?? []));
    if (filters.length > MOST_FILTERS) {
      throw new PlaygroundError(
        `the organisms in the dish would have ${filters.length} different filters; at most ${MOST_FILTERS} fit`,
      );
    }
    this.organisms = organisms;
    this.filters = filters;
    this.signals.use(organisms);
    this.#cells?.upload(this.#scene);
  }

  /** @param {number} number */
  #check(number) {
    if (!this.organisms[number]) {
      throw new PlaygroundError(
        `there is no organism number ${number} in the dish; it has ${this.organisms.length - 1}`,
      );
    }
  }
}
