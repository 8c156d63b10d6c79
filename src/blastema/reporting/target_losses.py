"""The loss of each target of a training with several."""

import math
import statistics

from blastema.training.run import Run

RECENT = 20


def target_losses(run: Run) -> dict[str, float]:
    """Return the median of the last losses of each target, by the name of its signal; empty with one target.

    Those that are infinite are left out, and those of targets whose turn has not come since the process started.
    """
    medians = {name: statistics.median(losses[-RECENT:]) for name, losses in run.target_losses.items()}
    return {name: loss for name, loss in medians.items() if math.isfinite(loss)}
