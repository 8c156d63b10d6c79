// @ts-check
// Pictures, videos and GIFs of the dish.

import { PlaygroundError } from './errors.js';
import { gif } from './gif.js';

const VIDEO_TYPES = ['video/webm;codecs=vp9', 'video/webm', 'video/mp4'];
const FRAMES_PER_SECOND = 30;
/** side: least pixels along the longer side; rate: frames per second; most: frames. */
const GIF = { side: 288, rate: 15, most: 300 };

/** A PNG of the canvas. @param {HTMLCanvasElement} canvas @returns {Promise<Blob>} */
export function picture(canvas) {
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new PlaygroundError('the browser could not make a picture of the dish'));
    }),
  );
}

/** Starts recording a video of the canvas; returns what stops it and returns the video.
 * @param {HTMLCanvasElement} canvas @returns {() => Promise<Blob>} */
export function recordVideo(canvas) {
  const type =
    typeof MediaRecorder === 'undefined' ? undefined : VIDEO_TYPES.find((each) => MediaRecorder.isTypeSupported(each));
  if (!type) throw new PlaygroundError('this browser cannot record videos; record a GIF instead');
  const recorder = new MediaRecorder(canvas.captureStream(FRAMES_PER_SECOND), {
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
 * Starts recording a GIF of the canvas; returns what stops it and returns the GIF.
 *
 * @param {HTMLCanvasElement} canvas
 * @param {{columns: number, rows: number}} cells that the canvas shows, so that each gets whole pixels
 * @param {() => void} full is called when the GIF has as many frames as allowed
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
