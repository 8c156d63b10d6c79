// @ts-check
// The organisms that the user made, and the trainings that made them, in the browser's database.

import { PlaygroundError } from './errors.js';

/**
 * @typedef {{steps: number[], losses: number[]}} Curve
 * @typedef {{id: string, name: string, label: string, fit: number, changed: number,
 *   step: number, steps: number, loss: number | null, score: number | null, curve: Curve,
 *   organism: import('./organism.js').Organism, target: Float32Array, height: number, width: number}} Own
 *   label: short, such as an emoji; changed: when, in milliseconds;
 *   score: of the best milestone
 * @typedef {import('./trainer.js').Checkpoint} Checkpoint
 */

const DATABASE = 'blastema';
const [ORGANISMS, CHECKPOINTS] = ['organisms', 'checkpoints'];

/** What a full or missing database means for the user. */
const ADVICE = 'the organism lives on until you close this page; save its file to keep it';

/** The name of the lock that a page holds while an organism is open in it. @param {string} id */
export function lockOf(id) {
  return `blastema training ${id}`;
}

export class OwnOrganisms {
  /** @param {IDBDatabase} database */
  constructor(database) {
    this.database = database;
    database.addEventListener('versionchange', () => database.close());
  }

  /** @throws {PlaygroundError} the browser keeps nothing for this page */
  static async open() {
    try {
      const request = indexedDB.open(DATABASE, 1);
      request.onupgradeneeded = () => {
        for (const store of [ORGANISMS, CHECKPOINTS]) request.result.createObjectStore(store);
      };
      return new OwnOrganisms(await answered(request));
    } catch {
      throw new PlaygroundError(`this browser keeps nothing for this page, perhaps in a private window: ${ADVICE}`);
    }
  }

  /** All of them, the newest first. @returns {Promise<Own[]>} */
  async all() {
    const store = this.database.transaction(ORGANISMS).objectStore(ORGANISMS);
    /** @type {Own[]} */
    const all = await answered(store.getAll());
    return all.sort((a, b) => b.changed - a.changed);
  }

  /** Where its training was. @param {string} id @returns {Promise<Checkpoint | undefined>} */
  checkpoint(id) {
    return answered(this.database.transaction(CHECKPOINTS).objectStore(CHECKPOINTS).get(id));
  }

  /** Keeps an organism, and where its training is. Both or nothing.
   * @param {Own} own @param {Checkpoint} [checkpoint] by default the one that is kept
   * @throws {PlaygroundError} there is no room */
  async keep(own, checkpoint) {
    await this.#write((stores) => {
      stores[ORGANISMS].put(own, own.id);
      if (checkpoint) stores[CHECKPOINTS].put(checkpoint, own.id);
    });
  }

  /** @param {string} id */
  async forget(id) {
    await this.#write((stores) => [ORGANISMS, CHECKPOINTS].forEach((store) => stores[store].delete(id)));
  }

  /** @param {(stores: Record<string, IDBObjectStore>) => void} change */
  async #write(change) {
    try {
      const transaction = this.database.transaction([ORGANISMS, CHECKPOINTS], 'readwrite', { durability: 'relaxed' });
      const ended = new Promise((resolve, reject) => {
        transaction.oncomplete = resolve;
        transaction.onabort = () => reject(transaction.error);
      });
      change(Object.fromEntries([ORGANISMS, CHECKPOINTS].map((store) => [store, transaction.objectStore(store)])));
      await ended;
    } catch (error) {
      const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
      const why = isFull ? 'this browser has no room left for this page' : `the browser could not save (${error})`;
      throw new PlaygroundError(`${why}: ${ADVICE}`);
    }
  }
}

/** @template Result @param {IDBRequest<Result>} request @returns {Promise<Result>} */
function answered(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
