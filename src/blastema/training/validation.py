"""Validation: how well an organism does what its experiment asks, with seeds that training never draws."""

import numpy as np

from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import regeneration
from blastema.analysis.subject import GROWN, Subject, seeds_for
from blastema.damage import CUTS, DAMAGES
from blastema.organism import Organism
from blastema.training.experiments import EXPERIMENTS
from blastema.training.trainer import Trainer

ORGANISMS = 4
AFTER = 400
# Numbers of consecutive centre cuts, where the recipe makes several.
CUTS_IN_A_ROW = (5, 9)


def validation_score(trainer: Trainer, experiment: str) -> float:
    """Return the mean of log10 of the loss over organisms and conditions; the lower, the better.

    The conditions are the ages of the experiment. For regenerating organisms they are also `AFTER` steps after each of
    the article's five cuts and after a random disc; where the recipe makes several cuts in a row, also after
    `CUTS_IN_A_ROW` centre cuts.
    """
    subject = Subject(Organism(trainer.weights, trainer.rule), trainer.target, trainer.engine)
    seeds = seeds_for(ORGANISMS, trainer.seed)
    scores = list(persistence(subject, seeds, EXPERIMENTS[experiment].ages))
    if EXPERIMENTS[experiment].damaged:
        grown, draw = subject.grown(subject.seeds(seeds), GROWN), np.random.default_rng(trainer.seed)
        scores += [regeneration(subject, grown, DAMAGES[name], draw, (AFTER,)).after[-1] for name in CUTS]
        if trainer.recipe.cuts[1] > 1:
            centre = DAMAGES["centre"]
            scores += [regeneration(subject, grown, centre, draw, (AFTER,), n).after[-1] for n in CUTS_IN_A_ROW]
    return float(np.mean(scores))
