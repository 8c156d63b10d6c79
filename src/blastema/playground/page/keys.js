// @ts-check
// The keys of the page, from which the help is made, too.

import { attempt } from './attempt.js';
import { canFillScreen, toggleFullScreen } from './full_screen.js';

/**
 * The keys that work in the whole page, and those of the dish (see hand.js), which are only listed.
 *
 * @param {{actions: import('./actions.js').Actions, controls: import('./controls.js').Controls,
 *   picker: import('./picker.js').Picker, inside: import('./inside.js').Inside,
 *   recording: import('./recording.js').Recording, probe: import('./probe.js').Probe}} parts
 * @returns {import('./shortcuts.js').Shortcut[]}
 */
export function keysOf({ actions, controls, picker, inside, recording, probe }) {
  const fillScreen = () => attempt(toggleFullScreen);
  const pick = (/** @type {KeyboardEvent} */ { key }) => picker.pickPattern((Number(key) + 9) % 10);
  const use = (/** @type {import('./hand.js').Tool} */ tool) => {
    probe.set(false);
    controls.use(tool);
  };
  return [
    { keys: [' '], shown: 'Space', does: 'play or pause', run: () => actions.toggle() },
    { keys: ['.', 'n'], shown: '.', does: 'one step', run: () => actions.step() },
    { keys: ['r'], shown: 'R', does: 'restart from one cell', run: () => actions.reset() },
    { keys: ['u'], shown: 'U', does: 'undo the last change (also Ctrl Z)', run: () => actions.undo() },
    { keys: ['-'], shown: '-', does: 'slower', run: () => controls.changeSpeed(-1) },
    { keys: ['+', '='], shown: '+', does: 'faster', run: () => controls.changeSpeed(1) },
    { keys: ['['], shown: '[', does: 'smaller brush', run: () => controls.changeBrush(-1) },
    { keys: [']'], shown: ']', does: 'larger brush', run: () => controls.changeBrush(1) },
    { keys: ['c'], shown: 'C', does: 'the brush cuts', run: () => use('erase') },
    { keys: ['p'], shown: 'P', does: 'the brush plants', run: () => use('plant') },
    { keys: ['b'], shown: 'B', does: 'the brush paints a body', run: () => use('paint'), needs: 'signals' },
    { keys: ['g'], shown: 'G', does: 'grow the next body', run: () => actions.nextBody(), needs: 'signals' },
    { keys: [...'1234567890'], shown: '1 … 0', does: 'pick one of the first ten patterns', run: pick },
    { keys: ['m'], shown: 'M', does: 'pick the next pattern', run: () => picker.pickNextPattern() },
    { keys: ['t'], shown: 'T', does: 'switch the kind of training', run: () => picker.pickNextExperiment() },
    { keys: ['v'], shown: 'V', does: 'look inside: channels, perception, hidden layer', run: () => inside.next() },
    { keys: ['i'], shown: 'I', does: 'look into one cell', run: () => probe.set(!probe.isOn) },
    { keys: ['s'], shown: 'S', does: 'save a picture', run: () => attempt(() => recording.savePicture()) },
    { keys: ['l'], shown: 'L', does: 'copy a link to this dish', run: () => attempt(() => actions.share()) },
    ...(canFillScreen ? [{ keys: ['f'], shown: 'F', does: 'full screen (Esc leaves)', run: fillScreen }] : []),
    { keys: ['?'], shown: '?', does: 'show this help', run: () => actions.help() },
    { keys: [], shown: '← ↑ → ↓', does: 'move the brush (in the dish)' },
    { keys: [], shown: 'X', does: 'cut at the brush (in the dish)' },
    { keys: [], shown: 'Enter', does: 'plant or paint at the brush (in the dish)' },
  ];
}
