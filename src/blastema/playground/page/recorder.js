// @ts-check
// Pictures, videos and GIFs of the dish.

import { PlaygroundError } from './errors.js';
import { gif } from './gif.js';

const VIDEO_TYPES = ['video/webm;codecs=vp9', 'video/webm', 'video/mp4'];
const FRAMES_A_SECOND = 30;
/** A GIF: so many pixels along its longer side at least, frames a second, and frames at most. */
const GIF = { side: 288, rate: 15, most: 300 };

/** The canvas as it is, a PNG. @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export function picture(canvas) {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new PlaygroundError('the browser gives no picture of the dish'));
    }),
  );
}

/** Begins a video of the canvas; returns what ends it and gives it. @param {HTMLCanvasElement} canvas
 * @returns {() => Promise<Blob>} */
export function recordVideo(canvas) {
  const type =
    typeof MediaRecorder === 'undefined' ? undefined : VIDEO_TYPES.find((one) => MediaRecorder.isTypeSupported(one));
  if (!type) throw new PlaygroundError('this browser records no videos; record a GIF instead');
  const recorder = new MediaRecorder(canvas.captureStream(FRAMES_A_SECOND), {
    mimeType: type,
    videoBitsPerSecond: 8_000_000,
  });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = ({ data }) => parts.push(data);
  recorder.start();
  return () =>
    new Promise((resolve) => {
      recorder.onstop = () => resolve(new Blob(parts, { type: type.split(';')[0] }));
      recorder.stop();
    });
}

/**
 * Begins a GIF of the canvas; returns what ends it and gives it.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{columns: number, rows: number}} cells of what the canvas shows, so that each becomes whole pixels
 * @param {() => void} full is called when it can become no longer
 * @returns {() => Blob}
 */
export function recordGif(canvas, { columns, rows }, full) {
  const zoom = Math.max(1, Math.round(GIF.side / Math.max(columns, rows)));
  const width = columns * zoom,
    height = rows * zoom;
  const small = Object.assign(document.createElement('canvas'), { width, height });
  const context = /** @type {CanvasRenderingContext2D} */ (small.getContext('2d', { willReadFrequently: true }));
  context.imageSmoothingEnabled = false;
  /** @type {Uint8ClampedArray[]} */
  const frames = [];
  const take = () => {
    context.drawImage(canvas, 0, 0, width, height);
    frames.push(context.getImageData(0, 0, width, height).data);
    if (frames.length >= GIF.most) full();
  };
  take();
  const timer = setInterval(take, 1000 / GIF.rate);
  return () => {
    clearInterval(timer);
    return gif(frames, width, height, 1000 / GIF.rate);
  };
}
