// @ts-check
// The stations of the tour: the experiments of the article, and what came later.

/**
 * @typedef {{name: string, organism: string, says: string, asks: string, controls?: string, section: string | null,
 *   angle?: number, scenes: import('./acts.js').Scene[]}} Station
 *   says: what was done and what is seen; asks: one thing to do; controls: the group of controls that it takes, by its
 *   id; section: the anchor of its section in the article; angle: rotation in degrees
 */

export const ARTICLE = 'https://distill.pub/2020/growing-ca/';

/** @type {Station[]} */
export const STATIONS = [
  {
    name: 'Grow',
    organism: 'growing/lizard',
    says:
      'The network was trained to look like the picture after 64 to 96 steps, and nothing was asked of it later. ' +
      'So it does not stop: it overgrows, fades or falls apart.',
    asks: 'Wait for step 500, or pick another pattern and see what becomes of it.',
    section: 'experiment-1',
    scenes: [
      { at: 96, says: 'Step 96: trained up to here.' },
      { at: 300, says: 'Step 300: nobody taught it when to stop.' },
    ],
  },
  {
    name: 'Persist',
    organism: 'persistent/lizard',
    says:
      'In training it also had to keep a picture that was grown already, so the cells now return to it. ' +
      'It was not trained to heal.',
    asks: 'Cut it: it may recover, or grow something strange.',
    section: 'experiment-2',
    scenes: [
      { at: 96, says: 'Step 96: it is grown.' },
      { at: 400, says: 'Step 400: the cells are at work, and the picture stays.' },
    ],
  },
  {
    name: 'Regenerate',
    organism: 'regenerating/lizard',
    says:
      'In training, parts of it were cut away again and again, so it learned to grow back what is missing. ' +
      'No cell has a plan of the whole: each sees only its neighbours.',
    asks: 'Cut it in half, or cut off its head.',
    section: 'experiment-3',
    scenes: [{ at: 160, says: 'A cut across the middle …', cuts: true }],
  },
  {
    name: 'Rotate',
    organism: 'regenerating/lizard',
    says:
      'Each cell senses how its neighbours change along two axes. Turn these axes, and the same network grows a ' +
      'rotated lizard, without any training.',
    asks: 'Move the slider "Rotation" while it lives.',
    controls: 'brush-and-rotation',
    section: 'experiment-4',
    angle: 120,
    scenes: [{ at: 120, says: 'Rotated by 120°, and whole.' }],
  },
  {
    name: 'Transform',
    organism: 'regenerating/ten',
    says:
      'One network, ten bodies. A signal, the same for all cells, says which one to grow; change it, and the cells ' +
      'turn into the other body.',
    asks: 'Press another of its bodies, or paint one into the picture.',
    controls: 'bodies',
    section: null,
    scenes: [{ at: 160, says: 'Now the signal is that of another body.', grows: '🎄' }],
  },
];

/** The opening: half a minute on a slow machine. @type {import('./acts.js').Scene[]} */
export const OPENING = [
  { at: 0, says: 'It grows from a single cell.' },
  { at: 70, says: 'No cell knows the picture. Each sees only its neighbours.' },
  { at: 180, says: 'Now a cut …', cuts: true },
  { at: 215, says: '… and it grows back.' },
  { at: 330 },
];
