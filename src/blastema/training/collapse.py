"""Collapse: training has gone wrong so far that rolling back is better than continuing."""

import math
from collections.abc import Sequence

import numpy as np

from blastema.rule import ALPHA
from blastema.training.trainer import Report

# The loss often jumps for a moment (article, experiment 1). A collapse is a median over `STAYS` steps that is more than
# `JUMP` times the median over the `LOOKS_BACK` steps before.
JUMP, STAYS, LOOKS_BACK = 5.0, 20, 200
# Number of losses needed.
REMEMBERED = STAYS + LOOKS_BACK


def collapse(report: Report, losses: Sequence[float]) -> str | None:
    """Return the kind of collapse, `exploded`, `died` or `worsened`, or None.

    Args:
        report: of the last training step.
        losses: since the last rollback, that of the last step included.

    >>> collapse(Report(1, math.inf, 64, *[None] * 2), [])
    'exploded'
    """
    if not math.isfinite(report.loss):
        return "exploded"
    if not report.after.states[..., ALPHA].any():
        return "died"
    if len(losses) >= STAYS + LOOKS_BACK:
        now, before = np.median(losses[-STAYS:]), np.median(losses[-STAYS - LOOKS_BACK : -STAYS])
        # A loss of the user's may be below zero, where a multiple says nothing.
        if now > JUMP * before > 0:
            return "worsened"
    return None
