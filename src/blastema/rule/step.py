"""The rule's parameters, and one step of the cellular automaton in the order of the article's figure."""

import dataclasses
import math
from dataclasses import dataclass
from typing import get_args

from blastema.errors import BlastemaError
from blastema.rule.firing import fires
from blastema.rule.grid import Array, Batch, Edge
from blastema.rule.life import alive
from blastema.rule.perception import ARTICLE_FILTERS, FilterLike, check_filters, perceive
from blastema.rule.signal import check_signals, hidden_bias_of
from blastema.rule.update import Weights, update


@dataclass(frozen=True)
class Rule:
    """The parameters of an organism that training does not change.

    Attributes:
        channels: numbers in a cell's state: RGB, alpha, and the hidden channels; 4 to 1024.
        hidden: width of the hidden layer, 1 to 65536.
        filters: what a cell perceives, in order: names of built-in filters (`blastema.rule.FILTERS`) and custom filters
            (`blastema.Filter`).
        alive_threshold: alpha above which a cell is mature, from 0 to below 1.
        fire_rate: probability that a cell fires in a step, 0 to 1.
        edge: what lies past the edge of the grid: empty cells (`dead`, as in the article's training) or the opposite
            side (`wrap`, as on the article's web page).
        signals: names of the signals, up to 256 (see `blastema.rule.signal`); none in the article.

    Raises:
        BlastemaError: a value is out of range.

    >>> Rule().perception
    48
    """

    channels: int = 16
    hidden: int = 128
    filters: tuple[FilterLike, ...] = ARTICLE_FILTERS
    alive_threshold: float = 0.1
    fire_rate: float = 0.5
    edge: Edge = "dead"
    signals: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        allowed = {
            "channels": (
                isinstance(self.channels, int) and 4 <= self.channels <= 1024,
                "a whole number from 4 to 1024",
            ),
            "hidden": (isinstance(self.hidden, int) and 1 <= self.hidden <= 65536, "a whole number from 1 to 65536"),
            "alive_threshold": (
                _is_number(self.alive_threshold) and 0 <= self.alive_threshold < 1,
                "a number from 0 to below 1",
            ),
            "fire_rate": (_is_number(self.fire_rate) and 0 <= self.fire_rate <= 1, "a number from 0 to 1"),
            "edge": (self.edge in get_args(Edge), "dead or wrap"),
        }
        for name, (valid, requirement) in allowed.items():
            if not valid:
                raise BlastemaError(f"{name} of a rule is {getattr(self, name)!r}; it must be {requirement}")
        object.__setattr__(self, "filters", check_filters(self.filters))
        object.__setattr__(self, "signals", check_signals(self.signals))

    @property
    def perception(self) -> int:
        """Length of a cell's perception: the number of filters times the number of channels."""
        return len(self.filters) * self.channels

    def replace(self, **changes: object) -> "Rule":
        """Return this rule with some attributes changed."""
        return dataclasses.replace(self, **changes)  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def step(rule: Rule, weights: Weights, batch: Batch, angle: Array | float = 0.0) -> Batch:
    """Take one CA step and return the new batch.

    Pure and differentiable. NumPy arrays give NumPy arrays; JAX arrays work under `jit`, `grad`, `scan`, `checkpoint`.

    Args:
        rule: whose `channels` are those of the states.
        weights: of the organism, shared by all cells.
        batch: states `(batch, height, width, channel)`, seeds and ages `(batch,)`, signals if the rule has any.
        angle: by which perception is rotated, radians.
    """
    states, seeds, ages, signals = batch
    xp = states.__array_namespace__()
    _, height, width, _ = states.shape

    alive_before = alive(states, rule.alive_threshold, rule.edge)
    perception = perceive(states, rule.filters, angle, rule.edge)
    change = update(perception, weights, hidden_bias_of(weights, signals))
    firing = fires(seeds, ages, height, width, rule.fire_rate)[..., None] & alive_before
    zero = xp.zeros((), dtype=states.dtype)
    grown = states + xp.where(firing, change, zero)
    alive_after = alive(grown, rule.alive_threshold, rule.edge)
    return Batch(xp.where(alive_before & alive_after, grown, zero), seeds, ages + xp.ones_like(ages), signals)
