"""One step of the cellular automaton, in the order of the article's figure."""

import dataclasses
import math
from dataclasses import dataclass
from typing import get_args

from blastema.errors import BlastemaError
from blastema.rule.firing import fires
from blastema.rule.grid import Array, Batch, Edge
from blastema.rule.life import alive
from blastema.rule.perception import ARTICLE_FILTERS, FilterLike, check_filters, perceive
from blastema.rule.update import Weights, update


@dataclass(frozen=True)
class Rule:
    """The fixed part of an organism: all that training does not change.

    Attributes:
        channels: numbers in a cell's state: RGB, alpha, and the hidden ones. 4 or more.
        hidden: width of the hidden layer.
        filters: what a cell perceives, in order: names of built-in filters (`blastema.rule.FILTERS`), and filters of
            your own (`blastema.rule.Filter`).
        alive_above: the alpha above which a cell is mature.
        fire_rate: the chance of a living cell to act in a step, 0 to 1.
        edge: past the grid's edge lies nothing (`dead`, as in the article's training) or its other side (`wrap`, as in
            the article's web page).

    Raises:
        BlastemaError: a value outside of these ranges.

    >>> Rule().perception
    48
    """

    channels: int = 16
    hidden: int = 128
    filters: tuple[FilterLike, ...] = ARTICLE_FILTERS
    alive_above: float = 0.1
    fire_rate: float = 0.5
    edge: Edge = "dead"

    def __post_init__(self) -> None:
        allowed = {
            "channels": (
                isinstance(self.channels, int) and 4 <= self.channels <= 1024,
                "a whole number from 4 to 1024",
            ),
            "hidden": (isinstance(self.hidden, int) and 1 <= self.hidden <= 65536, "a whole number from 1 to 65536"),
            "alive_above": (_is_number(self.alive_above) and 0 <= self.alive_above < 1, "a number from 0 to below 1"),
            "fire_rate": (_is_number(self.fire_rate) and 0 <= self.fire_rate <= 1, "a number from 0 to 1"),
            "edge": (self.edge in get_args(Edge), "dead or wrap"),
        }
        for name, (fits, what) in allowed.items():
            if not fits:
                raise BlastemaError(f"{name} of a rule is {getattr(self, name)!r}; it must be {what}")
        object.__setattr__(self, "filters", check_filters(self.filters))

    @property
    def perception(self) -> int:
        """How many numbers a cell perceives: one of each filter for each channel."""
        return len(self.filters) * self.channels

    def replace(self, **changes: object) -> "Rule":
        """Return this rule with some attributes changed."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def step(rule: Rule, weights: Weights, batch: Batch, angle: Array | float = 0.0) -> Batch:
    """Return the organisms one step older.

    Pure and differentiable: NumPy arrays give NumPy arrays, JAX arrays work under `jit`, `grad`, `scan`, `checkpoint`.

    Args:
        rule: its `channels` must be those of the states.
        weights: shared by all cells of all organisms.
        batch: states `(batch, height, width, channel)`, seeds and ages `(batch,)`.
        angle: by how much the cells' senses are turned, radians.
    """
    states, seeds, ages = batch
    xp = states.__array_namespace__()
    _, height, width, _ = states.shape

    alive_before = alive(states, rule.alive_above, rule.edge)
    perception = perceive(states, rule.filters, angle, rule.edge)
    change = update(perception, weights)
    acts = fires(seeds, ages, height, width, rule.fire_rate)[..., None] & alive_before
    zero = xp.zeros((), dtype=states.dtype)
    grown = states + xp.where(acts, change, zero)
    alive_after = alive(grown, rule.alive_above, rule.edge)
    return Batch(xp.where(alive_before & alive_after, grown, zero), seeds, ages + xp.ones_like(ages))
