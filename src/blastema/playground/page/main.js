// @ts-check
// The page: puts the dish, its organisms and the controls together.

import { Actions } from './actions.js';
import { Acts } from './acts.js';
import { attempt } from './attempt.js';
import { Bodies } from './bodies.js';
import { fitCanvas } from './canvas.js';
import { Caption } from './caption.js';
import { Comparison } from './comparison.js';
import { DEFAULT_CONDITIONS } from './conditions.js';
import { Controls } from './controls.js';
import { Dish } from './dish.js';
import { Display } from './display.js';
import { setUpEmbedding } from './embed.js';
import { element, notice, say } from './elements.js';
import { askedFor, chosenEngine, engineSaid } from './engines.js';
import { randomSeed } from './firing.js';
import { setUpFullScreen } from './full_screen.js';
import { Garden } from './garden.js';
import { Hand } from './hand.js';
import { Inside } from './inside.js';
import { keysOf } from './keys.js';
import { Kiosk } from './kiosk.js';
import { mixtureOf } from './mixture.js';
import { setUpOffline } from './offline.js';
import { Picker } from './picker.js';
import { Player } from './player.js';
import { Probe } from './probe.js';
import { Recording } from './recording.js';
import { replay } from './replay.js';
import { Scars } from './scars.js';
import { readLink } from './link.js';
import { listen } from './shortcuts.js';
import { MakeEntry } from './make_entry.js';
import { growLinked, offerToKeep } from './linked.js';
import { linkedEntry } from './own_link.js';
import { Statistics } from './statistics.js';
import { TileLabels } from './tile_labels.js';
import { Tour } from './tour.js';

/**
 * @typedef {import('./entry.js').Entry} Entry
 * @typedef {{version: string, organisms: Entry[], experiments: Record<string, string>,
 *   training: {events: string} | null}} Catalogue  experiments: what to expect of organisms of each
 * @typedef {ReturnType<typeof readLink>} Link
 */

/** @returns {Promise<Catalogue>} */
async function catalogue() {
  const response = await fetch('organisms.json').catch(() => null);
  if (response?.ok) return response.json();
  throw new Error('The list of organisms (organisms.json) could not be loaded; drop an organism file here instead');
}

/** Makes the parts of the page that show the dish. @param {Dish} dish @param {Catalogue} offer
 * @param {() => void} refit is called when the canvas was fitted again @param {() => void} onError */
function parts(dish, offer, refit, onError) {
  const garden = new Garden(dish, offer.organisms);
  const display = new Display(dish, garden);
  const player = new Player(
    dish,
    () => display.counters(player.rate),
    (error) => {
      onError();
      notice(error instanceof Error ? error.message : String(error));
    },
  );
  const caption = new Caption();
  const scars = new Scars(/** @type {HTMLCanvasElement} */ (element('#scars')), dish);
  const healed = (/** @type {number} */ steps) => caption.tell(`Healed in ${steps.toLocaleString('en')} steps.`);
  const statistics = new Statistics(dish, garden, player, healed);
  const inside = new Inside(dish, garden, () => fit());
  const bodies = new Bodies(dish, garden);
  const fit = fitCanvas(dish, element('#frame'), () => {
    player.show();
    bodies.refresh();
    refit();
  });
  return { dish, garden, player, statistics, inside, display, bodies, caption, scars, fit };
}

/** Makes all parts of the page and connects them. @param {Dish} dish @param {Catalogue} offer */
function connect(dish, offer) {
  const hand = new Hand(dish, element('#brush'), {
    begin: () => {
      all.garden.remember();
      all.caption.used();
      all.statistics.touch();
    },
    cancel: () => actions.undo(),
    erase: (from, to, radius) => actions.erase(from, to, radius),
    plant: (x, y) => actions.plant(x, y),
    paint: (from, to, radius) => actions.paint(from, to, radius),
    say,
  });
  const all = parts(
    dish,
    offer,
    () => hand.refresh(),
    () => actions.showPlaying(),
  );
  const actions = new Actions(all);
  const picker = new Picker(all.garden, offer.experiments, (entry) => attempt(() => actions.pick(entry)));
  const recording = new Recording(dish, () => all.garden.entry?.name ?? 'dish');
  const controls = new Controls(actions, hand);
  const probe = new Probe(actions);
  new TileLabels(dish, all.inside);
  const sheet = /** @type {HTMLDialogElement} */ (element('#sheet'));
  listen(keysOf({ actions, controls, picker, inside: all.inside, recording, probe }), sheet);
  setUpEmbedding(dish, all.garden);
  setUpFullScreen();
  dish.addEventListener('lost', () => notice('The graphics card was lost; the dish will come back when it does.'));
  dish.addEventListener('restored', () => {
    notice('');
    actions.changed();
  });
  const comparison = new Comparison(actions);
  element('#compare').addEventListener('click', () => attempt(() => comparison.open()));
  const acts = new Acts(actions);
  const tour = new Tour(actions, acts, controls);
  // A page in one file does without.
  const making = document.querySelector('#make') ? new MakeEntry(actions, recording) : null;
  if (making) actions.take = (file) => making.take(file);
  return { actions, tour, acts, making };
}

/** Grows what a link asks for, or the first organism. @param {Actions} actions @param {MakeEntry | null} making
 * @param {Link} link */
async function follow(actions, making, link) {
  const { dish, garden } = actions.parts;
  const linked = await attempt(() => linkedEntry(location.hash));
  if (linked) {
    await growLinked(actions, linked, link);
    offerToKeep(making, linked);
    return;
  }
  const wanted = garden.entries.find(({ name }) => name === link.organism);
  if (link.organism && !wanted && garden.entries.length) {
    notice(`The link asks for ${link.organism}, which this page does not have; another organism grows instead.`);
  }
  garden.chosen = new Set(Object.keys(link.conditions));
  // Organisms that were asked for come first, then those that live longest.
  const first = wanted ?? garden.entries[0];
  if (first) {
    await attempt(() => garden.pick(first));
    const mixture = mixtureOf(link.signal, garden.signals);
    if (mixture) dish.setSignal(garden.number, mixture);
    if (wanted || !link.organism) await attempt(() => replay(actions, link.cuts));
  }
}

/** Goes to the station that a link asks for; whether it could. @param {Tour} tour @param {number} number */
async function hasVisited(tour, number) {
  const has = await attempt(() => tour.visit(number));
  if (has === false) notice(`The link asks for station ${number} of the tour, which this page does not have.`);
  return has === true;
}

/** Follows the link that the page was opened with, and lets it grow. @param {ReturnType<typeof connect>} page
 * @param {Link} link */
async function begin({ actions, tour, making }, link) {
  if (link.tour && (await hasVisited(tour, link.tour))) return;
  await follow(actions, making, link);
  actions.start();
  actions.arrived();
  actions.showPlaying();
}

/** Follows a link that was put into the address bar of the open page. @param {ReturnType<typeof connect>} page */
async function turnTo({ actions, tour, making }) {
  notice('');
  const link = readLink(location.hash);
  if (link.makes) {
    await making?.open();
    return;
  }
  if (link.tour && (await hasVisited(tour, link.tour))) return;
  actions.set({ ...DEFAULT_CONDITIONS, seed: randomSeed(), ...link.conditions });
  await follow(actions, making, link);
  actions.settle();
  actions.arrived();
}

/** Shows a running training, in the dish only until the user asks for another organism. @param {Actions} actions */
async function showTraining(actions) {
  const { dish, garden } = actions.parts;
  const place = element('#training'),
    trained = garden.entry;
  let isAway = false,
    returns = false;
  place.hidden = false;
  const { start } = await import('./training.js');
  const training = start({
    element: place,
    loadOrganism: (content, name) =>
      attempt(async () => {
        returns = true;
        if (isAway && trained) await actions.pick(trained);
        isAway = returns = false;
        await actions.replace(content, name);
      }),
    reset: () => actions.restart(),
    age: () => (isAway ? Infinity : dish.age),
  });
  garden.addEventListener('asked', () => {
    if (returns) return;
    isAway = true;
    training.leaveDish();
  });
}

async function main() {
  const canvas = /** @type {HTMLCanvasElement} */ (element('#dish'));
  const link = readLink(location.hash);
  // What is wrong in the address is said, and the page chooses.
  const asked = (await attempt(() => askedFor(location.search))) ?? null;
  const choice = await chosenEngine(asked);
  const dish = new Dish(canvas, { seed: randomSeed(), ...link.conditions }, choice.engine);
  element('#engine').textContent = engineSaid(choice);
  if (link.conditions.eightBits && !dish.conditions.eightBits) {
    notice('The link asks for 8 bits, which need WebGL 2; this dish runs with 32-bit numbers.');
  }
  /** @type {Catalogue} */
  const nothing = { version: '', organisms: [], experiments: {}, training: null };
  const offer = (await attempt(catalogue)) ?? nothing;
  const page = connect(dish, offer);
  const { actions, tour, acts, making } = page;
  await begin(page, link);
  addEventListener('hashchange', () => attempt(() => turnTo(page)));
  const { kiosk, embed } = document.documentElement.dataset;
  if (kiosk) new Kiosk(actions, acts);
  else if (!location.hash && !offer.training && !embed) tour.open();
  document.documentElement.dataset.ready = 'yes';
  setUpOffline();
  if (link.makes) await attempt(async () => making?.open());
  if (link.makes || !location.hash) await attempt(async () => making?.resume());
  if (offer.training) await attempt(() => showTraining(actions));
}

try {
  await main();
} catch (error) {
  // Without a dish, none of the controls does anything.
  element('#dead').textContent = error instanceof Error ? error.message : String(error);
  document.documentElement.dataset.dead = 'dish';
}
