// @ts-check

/** An error whose message is meant for the user: what was given, what is allowed, what to do. */
export class PlaygroundError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'PlaygroundError';
  }
}
