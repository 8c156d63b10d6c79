// @ts-check
// The page: puts the dish, its organisms and the controls together.

import { Dish } from './dish.js';
import { Garden } from './garden.js';
import { Hand } from './hand.js';
import { Inside } from './inside.js';
import { Life } from './life.js';
import { Picker } from './picker.js';
import { Player, SPEEDS, speedName } from './player.js';
import { Recording } from './recording.js';
import { acceptDrops, contentOf } from './files.js';
import { element, input, notice, say } from './elements.js';
import { degrees, linkTo, readLink } from './share.js';
import { fitCanvas } from './canvas.js';
import { LARGEST } from './rule.js';
import { listen } from './shortcuts.js';

/** @typedef {import('./garden.js').Entry} Entry */
/** @typedef {{version: string, organisms: Entry[], training: {events: string} | null}} Catalogue */

const SIZES = [32, 48, 64, 72, 96, 128, 160, 192, 256, 384, LARGEST];
/** Where motion is unwelcome, what is shown first has grown so far already. */
const GROWN = 160;
const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Whatever goes wrong is told. @template Result @param {() => Result} action @returns {Promise<Awaited<Result> | undefined>} */
async function trying(action) {
  try {
    return await action();
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** @returns {Promise<Catalogue>} */
async function catalogue() {
  const response = await fetch('organisms.json').catch(() => null);
  if (!response?.ok)
    throw new Error('the list of organisms (organisms.json) cannot be had; drop an organism file here instead');
  return response.json();
}

async function main() {
  const canvas = /** @type {HTMLCanvasElement} */ (element('#dish'));
  const link = readLink(location.hash);
  const dish = new Dish(canvas, { seed: Math.floor(Math.random() * 10_000), ...link.conditions });
  /** @type {Catalogue} */
  const offer = (await trying(catalogue)) ?? { version: '', organisms: [], training: null };
  const garden = new Garden(dish, offer.organisms);
  garden.sized = link.conditions.width !== undefined;

  const player = new Player(dish, showCounters, (error) => {
    showPlaying();
    trying(() => {
      throw error;
    });
  });
  const life = new Life(dish, garden, player);
  const inside = new Inside(dish, garden, () => fit());
  const picker = new Picker(garden, (entry) => trying(() => pick(entry)));
  const hand = new Hand(dish, element('#brush'), {
    begin: remember,
    erase: (from, to, radius) => {
      dish.erase(from, to, radius);
      changed();
    },
    plant: (x, y) => {
      garden.plant(x, y);
      changed();
      say('A seed is planted');
    },
    say,
  });
  const fit = fitCanvas(dish, element('#frame'), () => {
    player.show();
    hand.refresh();
  });
  const recording = new Recording(dish, () => garden.entry?.name ?? 'dish', trying);

  // Actions

  /** @param {Entry} entry */
  async function pick(entry) {
    await garden.pick(entry);
    arrived();
    say(
      garden.keeps
        ? `${entry.label} is planted next`
        : `${entry.label}, ${entry.experiment ?? ''}, grows from one cell`,
    );
  }

  /** Another organism, or another size: everything that shows it is brought up to date. */
  function arrived() {
    life.begin();
    inside.refresh();
    showConditions();
    fit();
    changed();
  }

  function changed() {
    element('#undo').toggleAttribute('disabled', !dish.canUndo);
    life.look();
    player.show();
  }

  function remember() {
    dish.remember();
  }

  function toggle() {
    if (player.playing) player.pause();
    else player.play();
    showPlaying();
    life.look();
    say(player.playing ? 'Playing' : `Paused at step ${dish.age}`);
  }

  function step() {
    player.step();
    showPlaying();
    changed();
    say(`Step ${dish.age}`);
  }

  function reset() {
    remember();
    garden.reset();
    life.begin();
    changed();
    say('Begun again from one cell');
  }

  function undo() {
    if (!dish.undo()) return;
    changed();
    say(`Back at step ${dish.age}`);
  }

  async function mix() {
    remember();
    const planted = await garden.mix();
    garden.sized = true;
    arrived();
    say(`${planted} different organisms are planted`);
  }

  /** @param {Partial<import('./dish.js').Conditions>} conditions */
  function set(conditions) {
    dish.set(conditions);
    if ('angle' in conditions) life.aim();
    showConditions();
    changed();
  }

  /** @param {File[]} files */
  async function open(files) {
    for (const file of files) {
      await garden.open(await contentOf(file), file.name);
      arrived();
      say(`${file.name} grows from one cell`);
    }
  }

  async function share() {
    const { entry } = garden;
    const known = entry && entry.url !== '' ? entry.name : null;
    const href = linkTo(known, dish.conditions);
    history.replaceState(null, '', href);
    const copied = await navigator.clipboard?.writeText(href).then(
      () => true,
      () => false,
    );
    const without = known ? '' : ' An organism from a file does not travel with it.';
    notice(
      `${copied ? 'The link is copied' : 'The link is in the address bar'}: it brings back this organism, its seed, angle and size.${without}`,
    );
  }

  // What is shown

  function showCounters() {
    element('#steps').textContent = dish.age.toLocaleString('en');
    element('#rate').textContent =
      player.rate >= 10 ? Math.round(player.rate).toLocaleString('en') : player.rate.toFixed(player.rate ? 1 : 0);
  }

  function showPlaying() {
    element('#play').classList.toggle('playing', player.playing);
    element('#play span').textContent = player.playing ? 'Pause' : 'Play';
    player.show();
  }

  function showConditions() {
    const { height, width, edge, fireRate, angle, seed, eightBits } = dish.conditions;
    const size = /** @type {HTMLSelectElement} */ (element('#size'));
    const named = height === width ? String(width) : `${width}x${height}`;
    if (![...size.options].some(({ value }) => value === named)) size.add(new Option(`${width} × ${height}`, named));
    size.value = named;
    input('#edge').value = edge;
    input('#fire-rate').value = String(fireRate);
    element('#fire-rate-is').textContent = fireRate.toFixed(2);
    input('#angle').value = String(degrees(angle));
    element('#angle-is').textContent = `${degrees(angle)}°`;
    input('#seed').value = String(seed);
    input('#eight-bits').checked = eightBits;
    input('#eight-bits').disabled = !dish.hasFloats;
    if (!dish.hasFloats)
      element('#eight-bits-hint').textContent = 'This device draws into no float textures, so 8 bits it is.';
    input('#brush-size').value = String(hand.radius);
    element('#brush-is').textContent = `${hand.radius}`;
    element('#speed-is').textContent = speedName(player.speed);
    const name = garden.entry
      ? `${garden.entry.label}, ${garden.entry.experiment ?? 'unknown training'}`
      : 'nothing planted';
    canvas.setAttribute('aria-label', `The dish: ${width} by ${height} cells, ${name}`);
  }

  // Controls

  /** @param {string} selector @param {string} event @param {(target: HTMLInputElement) => unknown} then */
  function on(selector, event, then) {
    element(selector).addEventListener(event, ({ currentTarget }) =>
      trying(() => then(/** @type {HTMLInputElement} */ (currentTarget))),
    );
  }

  function changeBrush(/** @type {number} */ by) {
    hand.radius = Math.min(Math.max(hand.radius + by, 1), 40);
    showConditions();
    hand.refresh();
  }

  function changeSpeed(/** @type {number} */ by) {
    const place = Math.min(Math.max(Number(input('#speed').value) + by, 0), SPEEDS.length - 1);
    input('#speed').value = String(place);
    player.speed = SPEEDS[place];
    showConditions();
    input('#speed').setAttribute('aria-valuetext', speedName(player.speed));
  }

  /** @param {'erase' | 'plant'} tool */
  function use(tool) {
    hand.tool = tool;
    input(`#tools [value=${tool}]`).checked = true;
    hand.refresh();
  }

  for (const cells of SIZES)
    /** @type {HTMLSelectElement} */ (element('#size')).add(new Option(`${cells} × ${cells}`, String(cells)));
  on('#play', 'click', toggle);
  on('#step', 'click', step);
  on('#reset', 'click', reset);
  on('#undo', 'click', undo);
  on('#speed', 'input', () => changeSpeed(0));
  on('#tools', 'change', () => use(input('#tools :checked').value === 'plant' ? 'plant' : 'erase'));
  on('#brush-size', 'input', ({ value }) => changeBrush(Number(value) - hand.radius));
  on('#angle', 'input', ({ value }) => set({ angle: (Number(value) * Math.PI) / 180 }));
  on('#size', 'change', ({ value }) => {
    const [width, height] = value.split('x').map(Number);
    garden.sized = true;
    set({ width, height: height ?? width });
    fit();
  });
  on('#edge', 'change', ({ value }) => set({ edge: value === 'wrap' ? 'wrap' : 'dead' }));
  on('#fire-rate', 'input', ({ value }) => set({ fireRate: Number(value) }));
  on('#seed', 'change', ({ value }) => {
    const seed = Math.round(Number(value));
    if (seed >= 0 && seed < 2 ** 32) set({ seed });
    else showConditions();
    reset();
  });
  on('#dice', 'click', () => {
    set({ seed: Math.floor(Math.random() * 10_000) });
    reset();
  });
  on('#eight-bits', 'change', ({ checked }) => set({ eightBits: checked }));
  on('#keep', 'change', ({ checked }) => {
    garden.keeps = checked;
  });
  on('#mix', 'click', mix);
  on('#share', 'click', share);
  on('#open', 'change', async (target) => {
    await trying(() => open([...(target.files ?? [])]));
    target.value = '';
  });
  acceptDrops(element('#drop'), (files) => trying(() => open(files)));
  const sheet = /** @type {HTMLDialogElement} */ (element('#sheet'));
  const help = () => {
    sheet.showModal();
    sheet.scrollTop = 0;
  };
  on('#help', 'click', help);
  sheet.addEventListener('click', ({ target }) => {
    if (target === sheet) sheet.close();
  });
  listen(
    [
      { keys: [' '], shown: 'Space', does: 'play or pause', run: toggle },
      { keys: ['.', 'n'], shown: '.', does: 'one step', run: step },
      { keys: ['r'], shown: 'R', does: 'begin again from one cell', run: reset },
      { keys: ['u'], shown: 'U', does: 'undo the last cut (also Ctrl Z)', run: undo },
      { keys: ['-'], shown: '-', does: 'slower', run: () => changeSpeed(-1) },
      { keys: ['+', '='], shown: '+', does: 'faster', run: () => changeSpeed(1) },
      { keys: ['['], shown: '[', does: 'smaller brush', run: () => changeBrush(-1) },
      { keys: [']'], shown: ']', does: 'larger brush', run: () => changeBrush(1) },
      { keys: ['c'], shown: 'C', does: 'the brush cuts', run: () => use('erase') },
      { keys: ['p'], shown: 'P', does: 'the brush plants', run: () => use('plant') },
      {
        keys: [...'1234567890'],
        shown: '1 … 0',
        does: 'pick a pattern',
        run: ({ key }) => picker.pickPattern((Number(key) + 9) % 10),
      },
      { keys: ['t'], shown: 'T', does: 'the same pattern, trained otherwise', run: () => picker.pickNextExperiment() },
      { keys: ['v'], shown: 'V', does: 'look inside: channels, perception, hidden layer', run: () => inside.next() },
      { keys: ['s'], shown: 'S', does: 'save a picture', run: () => trying(() => recording.savePicture()) },
      { keys: ['l'], shown: 'L', does: 'copy a link to this dish', run: () => trying(share) },
      { keys: ['?'], shown: '?', does: 'this sheet', run: help },
      { keys: [], shown: '← ↑ → ↓', does: 'move the brush (in the dish)' },
      { keys: [], shown: 'X', does: 'cut where the brush is (in the dish)' },
      { keys: [], shown: 'Enter', does: 'plant where the brush is (in the dish)' },
    ],
    sheet,
  );
  dish.addEventListener('lost', () => notice('The graphics card was taken away; the dish comes back when it does.'));
  dish.addEventListener('restored', () => {
    notice('');
    changed();
  });

  // Begin

  const wanted = garden.entries.find(({ name }) => name === link.organism);
  if (link.organism && !wanted && garden.entries.length)
    notice(`The link asks for ${link.organism}, which is not here; something else grows instead.`);
  // The server puts those that were asked for first, and then the liveliest.
  const first = wanted ?? garden.entries[0];
  const { edge, fireRate } = link.conditions;
  if (first) {
    await trying(() => garden.pick(first));
    dish.set({ ...(edge ? { edge } : {}), ...(fireRate === undefined ? {} : { fireRate }) });
  }
  if (still.matches) dish.step(GROWN);
  else player.play();
  arrived();
  showPlaying();
  document.documentElement.dataset.ready = 'yes';
  if (offer.training) {
    const place = element('#training');
    place.hidden = false;
    await trying(async () =>
      (await import('./training.js')).start({
        element: place,
        loadOrganism: (content, name) =>
          trying(async () => {
            await garden.replace(content, name);
            showConditions();
            changed();
          }),
        reset: () => {
          garden.reset();
          life.begin();
          changed();
        },
      }),
    );
  }
}

await trying(main);
