"""Regeneration: what comes back after cells are erased (article, experiment 3)."""

from typing import NamedTuple

import numpy as np

from blastema.analysis.subject import GROWN, Subject, lasting
from blastema.damage import Damage, erased
from blastema.rule import Batch

AFTER = (100, 200, 600)
CUT_AT = GROWN
# Centre cuts in a row, as when a visitor keeps erasing, and the CA steps from one to the next.
CUTS_IN_A_ROW, APART = (3, 5, 9), 5


class Regrowth(NamedTuple):
    """How organisms took one kind of damage.

    Attributes:
        before, damaged: log10 of the loss, float `(organisms,)`.
        after: the same, `(len(AFTER), organisms)`.
        recovery: `(loss_end - loss_damaged) / (loss_before - loss_damaged)` of each: 1 when all came back, 0 when
            nothing did; below 0 when it grew worse.
        states: of the first organism, damaged and at the end, for pictures.
    """

    before: np.ndarray
    damaged: np.ndarray
    after: np.ndarray
    recovery: np.ndarray
    states: tuple[np.ndarray, np.ndarray]


def regeneration(
    subject: Subject,
    grown: Batch,
    damage: Damage,
    draw: np.random.Generator,
    after: tuple[int, ...] = AFTER,
    cuts: int = 1,
) -> Regrowth:
    """Damage grown organisms and let them regrow.

    Args:
        subject: the organism.
        grown: a batch of it, fully grown; it stays as it is.
        damage: what is erased, drawn for each state and each cut.
        draw: for damages that are random.
        after: CA steps after the last cut, ascending.
        cuts: how many in a row, `APART` CA steps from one to the next.
    """
    height, width = grown.states.shape[1:3]
    batch = grown
    for number in range(cuts):
        batch = subject.grown(batch, APART) if number else batch
        batch = erased(batch, [damage.mask(draw, height, width) for _ in batch.states])
    before, damaged, losses, age = subject.log_loss(grown), subject.log_loss(batch), [], 0
    first = batch.states[0]
    for wanted in after:
        batch, age = subject.grown(batch, wanted - age), wanted
        losses.append(subject.log_loss(batch))
    after_all = lasting(np.array(losses))
    return Regrowth(before, damaged, after_all, recovery(before, damaged, after_all[-1]), (first, batch.states[0]))


def recovery(before: np.ndarray, damaged: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return which share of the damage was made good, from log10 of losses; 1 where there was nothing to make good.

    >>> recovery(np.array([-4.0]), np.array([-1.0]), np.array([-4.0]))
    array([1.])
    """
    healthy, hurt, now = 10.0**before, 10.0**damaged, 10.0**end
    lost = hurt - healthy
    return np.where(lost > 1e-6, (hurt - now) / np.where(lost > 1e-6, lost, 1), 1.0)
