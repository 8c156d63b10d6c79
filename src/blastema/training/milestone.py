"""Milestones: what a run keeps of its way, so that it ends with its best organism and survives a collapse."""

import os
import shutil
from pathlib import Path

from blastema.atomic import replacing
from blastema.organism import Organism, load

# The state to go back to, as in the checkpoint, and the best organism so far.
GOOD, BEST = "good.safetensors", "best.safetensors"
# So many in a run, at least so many steps apart.
COUNT, SHORTEST_STAGE = 16, 25


def is_milestone(done: int, steps: int) -> bool:
    """Return whether the training step that was just done, of so many in all, is a milestone; the last one always is.

    >>> [done for done in range(1, 101) if is_milestone(done, 100)]
    [25, 50, 75, 100]
    """
    return done % max(SHORTEST_STAGE, steps // COUNT) == 0 or done == steps


def keep_if_best(organism: Organism, directory: Path) -> None:
    """Write the organism to `best.safetensors` unless one with a lower score is there already."""
    best = directory / BEST
    if not best.exists() or _score(organism) < _score(load(best)):
        organism.save(best)


def keep_good(directory: Path, checkpoint: Path) -> None:
    """Keep the checkpoint that was just written as the state to go back to."""
    with replacing(directory / GOOD) as temporary:
        temporary.unlink()
        try:
            # A checkpoint is never written to again, only replaced, so that both may be the same file.
            os.link(checkpoint, temporary)
        except OSError:
            shutil.copyfile(checkpoint, temporary)


def _score(organism: Organism) -> float:
    return float((organism.scores or {})["held_out"])
