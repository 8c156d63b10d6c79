"""Validation: how well an organism does what its experiment asks, with seeds that training never draws."""

import numpy as np

from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import regeneration
from blastema.analysis.subject import GROWN, Subject, seeds_for
from blastema.damage import CUTS, DAMAGES, erased
from blastema.loss import state_losses
from blastema.organism import Organism
from blastema.rule import Batch
from blastema.training.experiments import EXPERIMENTS, Experiment
from blastema.training.trainer import Trainer

ORGANISMS = 4
AFTER = 400
# Numbers of consecutive centre cuts, where the recipe makes several.
CUTS_IN_A_ROW = (5, 9)


def validation_score(trainer: Trainer, experiment: str) -> float:
    """Return the mean of log10 of the loss over organisms and conditions; the lower, the better.

    The conditions are the ages of the experiment. For regenerating organisms they are also `AFTER` steps after each of
    the article's five cuts and after a random disc; where the recipe makes several cuts in a row, also after
    `CUTS_IN_A_ROW` centre cuts. With several targets it is the mean over them. With a loss of the user's it is the mean
    of that loss, see `_own_score`.
    """
    organism = Organism(trainer.final_weights, trainer.rule)
    if len(trainer.targets) == 1 and not trainer.rule.signals:
        return _score(trainer, experiment, organism, trainer.target)
    bodies = [organism.with_signal(name) for name in trainer.rule.signals]
    scores = [_score(trainer, experiment, *pair) for pair in zip(bodies, trainer.targets, strict=True)]
    return float(np.mean(scores))


def _score(trainer: Trainer, experiment: str, organism: Organism, target: np.ndarray) -> float:
    """Return the validation score of an organism of one body."""
    subject = Subject(organism, target, trainer.engine)
    seeds = seeds_for(ORGANISMS, trainer.seed)
    if trainer.own_loss is not None:
        return _own_score(trainer, subject, subject.seeds(seeds), EXPERIMENTS[experiment])
    scores = list(persistence(subject, seeds, EXPERIMENTS[experiment].ages))
    if EXPERIMENTS[experiment].damaged:
        grown, draw = subject.grown(subject.seeds(seeds), GROWN), np.random.default_rng(trainer.seed)
        scores += [regeneration(subject, grown, DAMAGES[name], draw, (AFTER,)).after[-1] for name in CUTS]
        if trainer.recipe.cuts[1] > 1:
            centre = DAMAGES["centre"]
            scores += [regeneration(subject, grown, centre, draw, (AFTER,), n).after[-1] for n in CUTS_IN_A_ROW]
    return float(np.mean(scores))


def _own_score(trainer: Trainer, subject: Subject, batch: Batch, experiment: Experiment) -> float:
    """Return the mean of the user's loss over the same ages and, if the experiment damages, the same damages.

    Not of its logarithm, because it may be below zero. Losses that are not finite count as the largest number of
    float32.
    """
    batches, age = [], 0
    for next_age in experiment.ages:
        batch, age = subject.grown(batch, next_age - age), next_age
        batches.append(batch)
    if experiment.damaged:
        grown, draw = subject.grown(subject.seeds(batch.seeds), GROWN), np.random.default_rng(trainer.seed)
        for name in CUTS:
            masks = [DAMAGES[name].mask(draw, *subject.target.shape[:2]) for _ in grown.seeds]
            batches.append(subject.grown(erased(grown, masks), AFTER))
    losses = np.array([state_losses(batch.states, subject.target, trainer.own_loss) for batch in batches])
    most = float(np.finfo(np.float32).max)
    return float(np.mean(np.clip(np.nan_to_num(losses, nan=most), -most, most)))
