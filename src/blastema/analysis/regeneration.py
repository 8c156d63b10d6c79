"""Regeneration: how much regrows after cells are erased (article, experiment 3)."""

import math
from typing import NamedTuple

import numpy as np

from blastema.analysis.subject import GROWN, Subject, lasting
from blastema.damage import Damage, erased
from blastema.rule import Batch, alive

AFTER = (100, 200, 600)
CUT_AT = GROWN
# Centre cuts in a row, as when a visitor keeps erasing, and the CA steps from one to the next.
CUTS_IN_A_ROW, APART = (3, 5, 9), 5
# The parts of the living cells that remnants keep.
REMNANTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "tenth": 1 / 10}


class Regrowth(NamedTuple):
    """The response of organisms to one kind of damage.

    Attributes:
        before, damaged: log10 of the loss, float `(organisms,)`.
        after: the same, `(len(AFTER), organisms)`.
        recovery: `(loss_end - loss_damaged) / (loss_before - loss_damaged)` of each: 1 for full
            recovery, 0 for none, negative if the loss increased.
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
        grown: a batch of it, fully grown; not modified.
        damage: the kind of damage, drawn for each state and each cut.
        draw: random generator of the damages.
        after: CA steps after the last cut, ascending.
        cuts: number of cuts in a row, `APART` CA steps from one to the next.
    """
    height, width = grown.states.shape[1:3]
    batch = grown
    for number in range(cuts):
        batch = subject.grown(batch, APART) if number else batch
        batch = erased(batch, [damage.mask(draw, height, width) for _ in batch.states])
    return regrowth(subject, grown, batch, after)


def remnants(subject: Subject, grown: Batch, part: float, draw: np.random.Generator) -> Regrowth:
    """Leave only a part of the living cells of grown organisms, at a random place, and let them regrow as `AFTER` says.

    Args:
        subject: the organism.
        grown: a batch of it, fully grown; not modified.
        part: share of the living cells that is left.
        draw: random generator of the places.
    """
    rule = subject.organism.rule
    living = alive(grown.states, rule.alive_threshold, rule.edge)[..., 0]
    return regrowth(subject, grown, erased(grown, [~remnant(draw, cells, part) for cells in living]), AFTER)


def remnant(draw: np.random.Generator, living: np.ndarray, part: float) -> np.ndarray:
    """Return the part of the living cells nearest to one of them drawn at random, bool `(height, width)`."""
    rows, columns = np.nonzero(living)
    left = np.zeros_like(living)
    if rows.size:
        place = draw.integers(rows.size)
        nearest = np.argsort((rows - rows[place]) ** 2 + (columns - columns[place]) ** 2, kind="stable")
        nearest = nearest[: math.ceil(part * rows.size)]
        left[rows[nearest], columns[nearest]] = True
    return left


def regrowth(subject: Subject, grown: Batch, batch: Batch, after: tuple[int, ...]) -> Regrowth:
    """Let damaged organisms regrow.

    Args:
        subject: the organism.
        grown: a batch of it before the damage.
        batch: the same after it.
        after: CA steps after the damage, ascending.
    """
    before, damaged, losses, age = subject.log_loss(grown), subject.log_loss(batch), [], 0
    first = batch.states[0]
    for next_age in after:
        batch, age = subject.grown(batch, next_age - age), next_age
        losses.append(subject.log_loss(batch))
    after_all = lasting(np.array(losses))
    return Regrowth(before, damaged, after_all, recovery(before, damaged, after_all[-1]), (first, batch.states[0]))


def recovery(before: np.ndarray, damaged: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return the share of the damage that was repaired, from log10 of losses; 1 where there was no damage.

    >>> recovery(np.array([-4.0]), np.array([-1.0]), np.array([-4.0]))
    array([1.])
    """
    loss_before, loss_damaged, loss_end = 10.0**before, 10.0**damaged, 10.0**end
    added = loss_damaged - loss_before
    return np.where(added > 1e-6, (loss_damaged - loss_end) / np.where(added > 1e-6, added, 1), 1.0)
