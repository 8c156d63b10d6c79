// @ts-check
// Mixtures of signals as text: `🎄`, `🦎=0.3,🎄=0.7`, as on the command line.

import { only } from './signals.js';

/** @param {Float32Array} mixture @param {string[]} names of the signals */
export function mixtureText(mixture, names) {
  const parts = names.flatMap((name, signal) => (mixture[signal] ? [[name, shareText(mixture[signal])]] : []));
  return parts.length === 1 ? parts[0][0] : parts.map((part) => part.join('=')).join(',');
}

/** A mixture in words: `🎄`, `30 % 🦎, 70 % 🎄`. @param {Float32Array} mixture @param {string[]} names of the signals */
export function mixtureSaid(mixture, names) {
  const parts = names.flatMap((name, signal) => (mixture[signal] ? [[name, Math.round(100 * mixture[signal])]] : []));
  return parts.length === 1 ? String(parts[0][0]) : parts.map(([name, share]) => `${share} % ${name}`).join(', ');
}

/** The mixture of a text, null if it is not one. @param {string | null} text @param {string[]} names of the signals */
export function mixtureOf(text, names) {
  if (text === null) return null;
  if (names.includes(text)) return only(names.indexOf(text), names.length);
  const mixture = new Float32Array(names.length);
  for (const part of text.split(',')) {
    const [name, share] = part.split('=');
    const [signal, value] = [names.indexOf(name), share ? Number(share) : NaN];
    if (signal < 0 || !(value >= 0 && value <= 1)) return null;
    mixture[signal] += value;
  }
  const sum = mixture.reduce((total, share) => total + share, 0);
  return Math.abs(sum - 1) < 1e-5 ? mixture : null;
}

/** @param {number} share */
const shareText = (share) => String(Number(share.toFixed(6)));
