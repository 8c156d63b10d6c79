"""Milestones: what a run keeps on its way, so that it ends with its best organism and survives a collapse."""

import math

from blastema.errors import BlastemaError
from blastema.organism import Organism

# The checkpoint of the last milestone, and the organism with the best score so far.
GOOD, BEST = "good.safetensors", "best.safetensors"
# So many in a run, at least so many steps apart.
COUNT, SHORTEST_STAGE = 16, 25


def is_milestone(done: int, steps: int) -> bool:
    """Return whether the training step that was just done, of so many in all, is a milestone; the last one always is.

    >>> [done for done in range(1, 101) if is_milestone(done, 100)]
    [25, 50, 75, 100]
    """
    return done % max(SHORTEST_STAGE, steps // COUNT) == 0 or done == steps


def is_better(organism: Organism, best: Organism | None) -> bool:
    """Return whether an organism has a better validation score than the best one so far."""
    return best is None or validation_score(organism) < validation_score(best)


def validation_score(organism: Organism) -> float:
    """Return the score of the held-out evaluation, the lower, the better.

    Raises:
        BlastemaError: the organism does not hold it.
    """
    score = (organism.scores or {}).get("held_out")
    if isinstance(score, bool) or not isinstance(score, int | float) or not math.isfinite(score):
        raise BlastemaError(f"{BEST} has the validation score {score!r}; remove the file, or restore it")
    return float(score)
