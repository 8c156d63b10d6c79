"""What a training step draws from the pool: which states, for which targets, which are reseeded and which damaged."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np


class Group(NamedTuple):
    """The states of a batch that belong to one target.

    Attributes:
        places: positions in the pool, by descending loss.
        reseeded: number of states, the first, that are replaced by a seed cell.
        damaged: number of states, the last, that are damaged.
    """

    places: np.ndarray
    reseeded: int
    damaged: int


def in_turn(targets: int, batch: int, step: int) -> list[tuple[int, int]]:
    """Return the targets of a training step, and how many states of the batch each gets.

    Each gets two states or more, if the batch has them, so that they can be compared; more targets than fit take turns.

    >>> in_turn(1, 8, 5), in_turn(3, 8, 0), in_turn(3, 4, 1)
    ([(0, 8)], [(0, 3), (1, 3), (2, 2)], [(2, 2), (0, 2)])
    """
    groups = max(1, min(targets, batch // 2))
    sizes = [batch // groups + (group < batch % groups) for group in range(groups)]
    return [((step * groups + group) % targets, size) for group, size in enumerate(sizes)]


def part_of(draw: np.random.Generator, size: int, count: int, batch: int) -> int:
    """Return the part of `count` states of a batch that falls to a group of this size; fractions are drawn.

    >>> part_of(np.random.default_rng(0), 8, 3, 8)
    3
    """
    whole, rest = divmod(size * count, batch)
    return whole + int(draw.random() * batch < rest) if rest else whole


def group_of(
    draw: np.random.Generator,
    choices: np.ndarray,
    size: int,
    losses: Callable[[np.ndarray], np.ndarray],
    parts: Callable[[int], tuple[int, int]],
) -> Group:
    """Draw the states of one target.

    Args:
        draw: random generator of the training step.
        choices: positions in the pool that belong to the target.
        size: number of states.
        losses: of positions; infinite for dead states, which are always reseeded, or the pool would fill with them.
        parts: how many states of a group of this size are reseeded and damaged.
    """
    places = draw.choice(choices, size, replace=False)
    by_place = losses(places)
    order = np.argsort(-by_place, kind="stable")
    reseeded, damaged = parts(size)
    reseeded = max(reseeded, int(np.isinf(by_place).sum()))
    return Group(places[order], reseeded, min(damaged, size - reseeded))


def joined(groups: list[Group], signals: list[int]) -> tuple[Group, np.ndarray]:
    """Return all groups as one, the reseeded states first and the damaged last, and the signal of each state."""
    parts = [
        (rank, place, signal)
        for group, signal in zip(groups, signals, strict=True)
        for rank, place in zip(_ranks(group), group.places, strict=True)
    ]
    parts.sort(key=lambda part: part[0])
    places, numbers = np.array([[place, signal] for _, place, signal in parts]).T
    reseeded, damaged = (sum(getattr(group, name) for group in groups) for name in ("reseeded", "damaged"))
    return Group(places, reseeded, damaged), numbers


def _ranks(group: Group) -> list[int]:
    """Return 0 for each state that is reseeded, 2 for each that is damaged, and 1 for the others."""
    others = len(group.places) - group.reseeded - group.damaged
    return [0] * group.reseeded + [1] * others + [2] * group.damaged
