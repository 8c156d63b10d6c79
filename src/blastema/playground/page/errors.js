// @ts-check

/** An error whose message is meant for the user: what was given, what is allowed, what to do. */
export class PlaygroundError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'PlaygroundError';
  }
}

/** What went wrong, as a sentence. @param {unknown} error */
export function sentenceOf(error) {
  const message = error instanceof Error ? error.message : String(error);
  return `${message[0].toUpperCase()}${message.slice(1)}.`;
}
