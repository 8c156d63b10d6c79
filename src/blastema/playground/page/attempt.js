// @ts-check

import { notice } from './elements.js';

/** Runs an action and shows the user what goes wrong. @template Result @param {() => Result} action
 * @returns {Promise<Awaited<Result> | undefined>} */
export async function attempt(action) {
  try {
    return await action();
  } catch (error) {
    notice(error instanceof Error ? error.message : String(error));
    return undefined;
  }
}
