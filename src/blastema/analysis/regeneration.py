"""Regeneration: what comes back after cells are erased (article, experiment 3)."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from blastema.analysis.subject import Subject
from blastema.rule import Batch
from blastema.training.damage import cut

AFTER = (100, 200, 600)
CUT_AT = 200
# (height, width, random generator) to the cells that are erased, bool (height, width).
Damage = Callable[[int, int, np.random.Generator], np.ndarray]


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


def stripes(height: int, width: int, _: np.random.Generator) -> np.ndarray:
    """Erase every other band of four columns."""
    return np.broadcast_to(np.arange(width) // 4 % 2 == 0, (height, width))


def blocks(height: int, width: int, _: np.random.Generator) -> np.ndarray:
    """Erase the black squares of a chess board, eight cells wide."""
    return (np.arange(height)[:, None] // 8 + np.arange(width) // 8) % 2 == 0


def scattered(height: int, width: int, draw: np.random.Generator) -> np.ndarray:
    """Erase half of all cells at random."""
    return draw.random((height, width)) < 0.5


# The article's five cuts and random discs; and what no training here has seen.
CUTS: dict[str, Damage] = {
    name: partial(lambda name, *where: cut(name, *where), name)
    for name in ("lower", "upper", "right", "left", "centre", "disc")
}
UNSEEN: dict[str, Damage] = {"stripes": stripes, "blocks": blocks, "scattered": scattered}


def regeneration(
    subject: Subject, grown: Batch, damage: Damage, draw: np.random.Generator, after: tuple[int, ...] = AFTER
) -> Regrowth:
    """Damage grown organisms and watch them.

    Args:
        subject: the organism.
        grown: a batch of it, grown up; it stays as it is.
        damage: which cells are erased; asked anew for each organism.
        draw: for damages that are random.
        after: steps after the damage, ascending.
    """
    states = grown.states.copy()
    height, width = states.shape[1:3]
    for state in states:
        state[damage(height, width, draw)] = 0
    batch = grown._replace(states=states)
    before, damaged, found, age = subject.log_loss(grown), subject.log_loss(batch), [], 0
    first = batch.states[0]
    for wanted in after:
        batch, age = subject.grown(batch, wanted - age), wanted
        found.append(subject.log_loss(batch))
    return Regrowth(before, damaged, np.array(found), recovery(before, damaged, found[-1]), (first, batch.states[0]))


def recovery(before: np.ndarray, damaged: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Return which share of the damage was made good, from log10 of losses; 1 where there was nothing to make good.

    >>> recovery(np.array([-4.0]), np.array([-1.0]), np.array([-4.0]))
    array([1.])
    """
    healthy, hurt, now = 10.0**before, 10.0**damaged, 10.0**end
    lost = hurt - healthy
    return np.where(lost > 1e-6, (hurt - now) / np.where(lost > 1e-6, lost, 1), 1.0)
