// @ts-check
// Fingers on the screen, at times of their own: on a busy machine two taps in a row may come a second apart.

import { at } from './visit.js';

/** @typedef {readonly [number, number]} Place  parts of the canvas */

const APART = 20; // milliseconds from one event to the next

/**
 * Returns what puts fingers on the screen, all of them each time, and what lets time pass between them.
 *
 * @param {import('playwright-core').Page} page
 */
export async function fingers(page) {
  const session = await page.context().newCDPSession(page);
  let time = Date.now();
  const touch = async (
    /** @type {'touchStart' | 'touchMove' | 'touchEnd'} */ type,
    /** @type {Place[]} */ ...places
  ) => {
    const touchPoints = await Promise.all(
      places.map(async ([x, y], id) => {
        const [left, top] = await at(page, x, y);
        return { x: left, y: top, id };
      }),
    );
    time += APART;
    await session.send('Input.dispatchTouchEvent', { type, touchPoints, timestamp: time / 1000 });
  };
  const tap = async (/** @type {Place} */ place) => {
    await touch('touchStart', place);
    await touch('touchEnd');
  };
  const wait = (/** @type {number} */ milliseconds) => {
    time += milliseconds;
  };
  return { touch, tap, wait };
}
