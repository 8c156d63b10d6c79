"""Validation: how well an organism does what its experiment asks, with seeds that training never draws."""

import numpy as np

from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import CUTS, regeneration
from blastema.analysis.subject import Subject, seeds_for
from blastema.organism import Organism
from blastema.training.experiments import ExperimentName
from blastema.training.trainer import Trainer

ORGANISMS = 4
# Ages at which organisms are compared with their target: a growing one need not last, the others must.
AGES: dict[ExperimentName, tuple[int, ...]] = {
    "growing": (80, 96),
    "persistent": (100, 200, 1000),
    "regenerating": (200, 1000),
}
GROWN, AFTER = 200, 400
# Numbers of consecutive centre cuts, where the recipe makes several.
CUTS_IN_A_ROW = (5, 9)


def validation_score(trainer: Trainer, experiment: ExperimentName) -> float:
    """Return the mean of log10 of the loss over organisms and conditions; the lower, the better.

    The conditions are the ages in `AGES`. For regenerating organisms they are also `AFTER` steps after each of the
    article's five cuts and after a random disc; where the recipe makes several cuts in a row, also after
    `CUTS_IN_A_ROW` centre cuts.
    """
    subject = Subject(Organism(trainer.weights, trainer.rule), trainer.target, trainer.engine)
    seeds = seeds_for(ORGANISMS, trainer.seed)
    scores = list(persistence(subject, seeds, AGES[experiment]))
    if experiment == "regenerating":
        grown, draw = subject.grown(subject.seeds(seeds), GROWN), np.random.default_rng(trainer.seed)
        scores += [regeneration(subject, grown, damage, draw, (AFTER,)).after[-1] for damage in CUTS.values()]
        if trainer.recipe.cuts[1] > 1:
            centre = CUTS["centre"]
            scores += [regeneration(subject, grown, centre, draw, (AFTER,), n).after[-1] for n in CUTS_IN_A_ROW]
    return float(np.mean(scores))
