// @ts-check
// What the user can take away of an organism: its file, the page with it, the article's JSON, its
// target.

import { layersOf } from './eight_bits.js';
import { PlaygroundError } from './errors.js';
import { save } from './files.js';
import { oneFile } from './one_file.js';
import { organismFile } from './organism_file.js';
import { picture } from './recorder.js';
import { targetCanvas } from './target_canvas.js';

/**
 * @typedef {import('./own_organisms.js').Own} Own
 * @typedef {import('./organism.js').Organism} Organism
 */

/** A name as files can have it. @param {string} name */
export function stemOf(name) {
  return name.replace(/[^\p{L}\p{N}\p{Extended_Pictographic}]+/gu, '-').replace(/^-+|-+$/g, '') || 'organism';
}

/** @param {Organism} organism */
export function saveFile(organism) {
  save(new Blob([organismFile(organism)]), `${stemOf(organism.name)}.safetensors`);
}

/** Saves the page with an organism as one HTML file. @param {Own} own @param {Organism} organism */
export async function savePage(own, organism) {
  save(await oneFile(own, organism), `${stemOf(own.name)}.html`);
}

/** Saves an organism as a model of the article's page, in 8 bits. @param {Organism} organism */
export function saveModel(organism) {
  const layers = layersOf(organism).map(({ bytes, inputs, outputs, weightScale, biasScale }) => ({
    data_b64: btoa(String.fromCharCode(...bytes)),
    in_ch: inputs,
    out_ch: outputs,
    weight_scale: weightScale,
    bias_scale: biasScale,
    type: 'uint8',
  }));
  save(new Blob([JSON.stringify(layers)], { type: 'application/json' }), `${stemOf(organism.name)}.json`);
}

/** Saves the target as a PNG with a pixel for each cell, under the name that the training record has.
 * @param {Own} own */
export async function saveTarget({ target, height, width, organism }) {
  const cells = organism.training.target;
  if (typeof cells !== 'string') throw new PlaygroundError('the target of this organism is not known');
  save(await picture(targetCanvas(target, height, width)), cells);
}
