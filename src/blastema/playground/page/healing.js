// @ts-check
// How long it takes until a picture that was cut is as it was before.

/** How like its target a picture is at least if it is whole: 1 is all of it, 0 nothing. */
const WHOLE = 0.95;
/** The least part of the whole that a cut must take to count. */
const CUT = 0.01;
/** Of what a cut took, the part that must be back. */
const BACK = 0.99;

export class Healing {
  /** @type {{before: number, worst: number, cut: number} | null} likeness then, and the step of the last cut */
  #wound = null;

  /** The dish is being cut. @param {number} age in steps
   * @param {number | null} likeness before */
  cut(age, likeness) {
    if (this.#wound) this.#wound.cut = age;
    else if (likeness !== null && likeness >= WHOLE) this.#wound = { before: likeness, worst: likeness, cut: age };
  }

  /** Nothing is being healed any more. */
  forget() {
    this.#wound = null;
  }

  /** Returns how many steps it took if everything is back now, or null. @param {number} age in steps
   * @param {number | null} likeness now */
  look(age, likeness) {
    const wound = this.#wound;
    if (!wound || likeness === null) return null;
    wound.worst = Math.min(wound.worst, likeness);
    const { before, worst, cut } = wound;
    if (age <= cut || before - worst < CUT || likeness - worst < BACK * (before - worst)) return null;
    this.#wound = null;
    return age - cut;
  }
}
