// @ts-check
// The page with one of the user's organisms as a single HTML file, as `blastema export --to html` writes it: a template
// that lies beside the page (see bundle.py), in which the organism is filled in.

import { base64, fromBase64 } from './base64.js';
import { PlaygroundError } from './errors.js';
import { fetched } from './fetched.js';
import { entryOf } from './in_dish.js';
import { organismFile } from './organism_file.js';

/**
 * @typedef {import('./own_organisms.js').Own} Own
 * @typedef {import('./organism.js').Organism} Organism
 */

/** The packed program in the template, and where its list of organisms is empty. */
const PACKED = /(?<=atob\(')[^']+(?='\))/;
const NONE = '"organisms": []';
/** Has a meaning between backquotes, where the list is. */
const SPECIAL = /[`\\]|\$(?=\{)/g;

/** @type {Promise<string> | null} */
let template = null;

/** Loads the template, once. @throws {PlaygroundError} it could not be loaded */
export function loadTemplate() {
  template ??= fetched('./one_file.html')
    .then((response) => response.text())
    .catch(() => {
      template = null;
      throw new PlaygroundError(
        'the template of the HTML file could not be loaded; check the connection and try again, or save the ' +
          'organism file and use blastema export FILE --to html',
      );
    });
  return template;
}

/** The page with an organism. @param {Own} own @param {Organism} organism its newest weights
 * @returns {Promise<Blob>} */
export async function oneFile(own, organism) {
  const page = await loadTemplate();
  const [packed] = PACKED.exec(page) ?? [];
  if (!packed) throw new Error('one_file.html has no program');
  const program = await through(fromBase64(packed), new DecompressionStream('gzip')).text();
  const listed = `"organisms": [${JSON.stringify(entryWith(own, organism)).replace(SPECIAL, '\\$&')}]`;
  const filled = new TextEncoder().encode(program.replace(NONE, () => listed));
  const content = await through(filled, new CompressionStream('gzip')).arrayBuffer();
  return new Blob([page.replace(PACKED, base64(new Uint8Array(content)))], { type: 'text/html' });
}

/** What organisms.json says of an organism, with its file and the picture of its target as data URLs.
 * @param {Own} own @param {Organism} organism */
function entryWith(own, organism) {
  const { name, label, experiment, target, height, width, picture } = entryOf(own, organism);
  const url = `data:application/octet-stream;base64,${base64(new Uint8Array(organismFile(organism)))}`;
  return { name, label, experiment, target, height, width, url, picture, regrows: null };
}

/** @param {Uint8Array} bytes @param {CompressionStream | DecompressionStream} stream */
function through(bytes, stream) {
  return new Response(new Blob([/** @type {any} */ (bytes)]).stream().pipeThrough(/** @type {any} */ (stream)));
}
