"""Collapse: a training step after which it is better to go back to an earlier state than to go on."""

import math
from collections.abc import Sequence

import numpy as np

from blastema.rule import ALPHA
from blastema.training.trainer import Report

# A jump of the loss is nothing unusual (article, experiment 1); one that stays this long and this high is.
JUMP, STAYS, LOOKS_BACK = 5.0, 20, 200
# Losses that this takes.
REMEMBERED = STAYS + LOOKS_BACK


def collapse(report: Report, losses: Sequence[float]) -> str | None:
    """Return what went wrong, in a word, or None when all is well.

    Args:
        report: of the last training step.
        losses: of the training steps so far, the last one included, that can be compared with it.

    >>> collapse(Report(1, math.inf, 64, *[None] * 2), [])
    'exploded'
    """
    if not math.isfinite(report.loss):
        return "exploded"
    if not report.after.states[..., ALPHA].any():
        return "died"
    if len(losses) >= STAYS + LOOKS_BACK:
        now, before = np.median(losses[-STAYS:]), np.median(losses[-STAYS - LOOKS_BACK : -STAYS])
        if now > JUMP * before:
            return "worsened"
    return None
