"""Switching: does a grown body turn into another when the signal of all its cells changes?"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from blastema.analysis.records import SwitchScores
from blastema.analysis.regeneration import recovery
from blastema.analysis.subject import GROWN, Subject
from blastema.rule import Batch

# CA steps after the switch.
AFTER = 600


class Switch(NamedTuple):
    """What became of bodies whose signal was switched.

    Attributes:
        before: log10 of the loss of the new body, grown from seed cells, float `(organisms,)`.
        at: of the old body, compared with the new target.
        after: of the same organisms, `AFTER` steps after the switch.
        state: of the first organism then.
    """

    before: np.ndarray
    at: np.ndarray
    after: np.ndarray
    state: np.ndarray

    @property
    def recovery(self) -> np.ndarray:
        """`(loss_after - loss_at) / (loss_before - loss_at)` of each organism: 1 if the new body is complete."""
        return recovery(self.before, self.at, self.after)


def switching(subject: Subject, targets: np.ndarray, seeds: np.ndarray) -> list[list[Switch]]:
    """Switch every body of an organism to every other; return a row for each old body, with one entry for each new one.

    On the diagonal nothing is switched.

    Args:
        subject: the organism, with any of its targets.
        targets: float32 `(signal, height, width, 4)`.
        seeds: uint32, one for each organism grown.
    """
    subjects = [replace(subject, target=target) for target in targets]
    grown = [_with_signal(subject, subject.seeds(seeds), number, GROWN) for number in range(len(targets))]
    before = [one.log_loss(batch) for one, batch in zip(subjects, grown, strict=True)]
    rows = []
    for batch in grown:
        row = []
        for number, one in enumerate(subjects):
            after = _with_signal(one, batch, number, AFTER)
            row.append(Switch(before[number], one.log_loss(batch), one.log_loss(after), after.states[0]))
        rows.append(row)
    return rows


def scores(switch: Switch) -> SwitchScores:
    """Return the numbers for the report."""
    return {
        "median": round(float(np.median(switch.after)), 3),
        "worst": round(float(switch.after.max()), 3),
        "recovery": round(float(np.median(switch.recovery)), 5),
        "least_recovery": round(float(switch.recovery.min()), 5),
    }


def _with_signal(subject: Subject, batch: Batch, number: int, steps: int) -> Batch:
    count = len(subject.organism.rule.signals)
    signals = np.tile(np.eye(count, dtype=np.float32)[number], (len(batch.states), 1))
    return subject.grown(batch._replace(signals=signals), steps)
