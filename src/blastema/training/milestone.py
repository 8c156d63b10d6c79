"""Milestones: what a run saves at intervals, so that it ends with its best organism and can roll back a collapse."""

import math
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.organism import Organism

# The checkpoint of the last milestone, and the organism with the best score so far.
ROLLBACK, BEST = "rollback.safetensors", "best.safetensors"
# Older names of `ROLLBACK` and of the validation score, which are still read.
OLD_ROLLBACK, OLD_SCORE = "good.safetensors", "held_out"
SCORE = "validation"
# Milestones of a run, and training steps that they are at least apart.
COUNT, SHORTEST_STAGE = 16, 25


def is_milestone(done: int, steps: int) -> bool:
    """Return whether a run of `steps` training steps has a milestone after `done` of them; it has one at its end.

    >>> [done for done in range(1, 101) if is_milestone(done, 100)]
    [25, 50, 75, 100]
    """
    return done % max(SHORTEST_STAGE, steps // COUNT) == 0 or done == steps


def rollback_path(directory: Path) -> Path:
    """Return the path of the checkpoint of the last milestone of a run, which older versions named differently."""
    old = directory / OLD_ROLLBACK
    return old if old.exists() and not (directory / ROLLBACK).exists() else directory / ROLLBACK


def is_better(organism: Organism, best: Organism | None) -> bool:
    """Return whether an organism has a better validation score than the best one so far."""
    return best is None or recorded_score(organism) < recorded_score(best)


def recorded_score(organism: Organism) -> float:
    """Return the validation score in an organism's record; the lower, the better.

    Raises:
        BlastemaError: the organism does not hold it.
    """
    scores = organism.scores or {}
    score = scores.get(SCORE, scores.get(OLD_SCORE))
    if isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score):
        raise BlastemaError(f"{BEST} has the validation score {score!r}; remove the file, or restore it")
    return float(score)
