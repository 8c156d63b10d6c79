// @ts-check

/** What the page tells the user as it is: what came, what is allowed, what to do. */
export class PlaygroundError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'PlaygroundError';
  }
}
