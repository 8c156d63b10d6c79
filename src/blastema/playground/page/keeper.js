// @ts-check
// Surveys a dish regularly: less has to be drawn once it is known what lives, and copies of the cells outlive a lost
// graphics context.

/** Milliseconds between two surveys, and between two copies. */
const SURVEY_EVERY = 300;
const COPY_EVERY = 2000;

export class Keeper {
  #isDue = true;
  #isBusy = false;
  #copied = 0;

  /** @param {import('./dish.js').Dish} dish @param {import('./player.js').Player} player
   * @param {(survey: import('./dish.js').Survey) => void} [onSurvey] */
  constructor(dish, player, onSurvey = () => {}) {
    this.dish = dish;
    this.player = player;
    this.onSurvey = onSurvey;
    this.timer = setInterval(() => this.#survey(), SURVEY_EVERY);
  }

  /** The cells have changed: the next survey comes even if the dish stands still. */
  refresh() {
    this.#isDue = true;
  }

  stop() {
    clearInterval(this.timer);
  }

  async #survey() {
    const { dish, player } = this;
    if (this.#isBusy || dish.lost || !(player.playing || this.#isDue)) return;
    this.#isBusy = true;
    this.#isDue = false;
    try {
      const survey = await dish.survey();
      if (survey) this.onSurvey(survey);
      else this.#isDue = true;
      if (performance.now() - this.#copied > COPY_EVERY) {
        await dish.checkpoint();
        this.#copied = performance.now();
      }
    } finally {
      this.#isBusy = false;
    }
  }
}
