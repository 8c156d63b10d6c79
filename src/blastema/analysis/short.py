"""A short examination: what counts most, in a tenth of the time."""

import numpy as np

from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import CUT_AT, regeneration
from blastema.analysis.subject import Subject, seeds_for
from blastema.damage import ARTICLE_CUTS, DAMAGES

# CA steps after a cut.
AFTER = 600


def short_scores(subject: Subject, organisms: int, oldest: int, seed: int = 0) -> dict[str, float]:
    """Return log10 of the loss: the median when grown, the worst when old, the medians 600 steps after each cut.

    Args:
        subject: the organism.
        organisms: how many are grown.
        oldest: age in CA steps at which they are old.
        seed: determines the organisms' seeds and the random damages, as in `examine`.
    """
    seeds = seeds_for(organisms, seed)
    young, old = persistence(subject, seeds, (CUT_AT, oldest))
    grown = subject.grown(subject.seeds(seeds), CUT_AT)
    losses = {"grown": np.median(young), "old": old.max()}
    for number, name in enumerate(ARTICLE_CUTS):
        draw = np.random.default_rng([seed, number])
        losses[name] = np.median(regeneration(subject, grown, DAMAGES[name], draw, (AFTER,)).after[-1])
    return {name: round(float(value), 3) for name, value in losses.items()}
