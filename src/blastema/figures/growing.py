"""Organisms that figures show while they grow."""

import numpy as np

from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.library import load
from blastema.organism import Organism
from blastema.rule import Rule, seed_batch
from blastema.targets.emoji import ARTICLE
from blastema.zoo import names

SIDE = 72


def organisms_of(experiment: str, most: int) -> list[str]:
    """Return the names of organisms of the zoo that took part in an experiment, in the article's order of emoji.

    Raises:
        BlastemaError: the zoo has none.
    """
    found = [name for name in (f"{experiment}/{target}" for target in ARTICLE.values()) if name in names()]
    if not found:
        raise BlastemaError(f"the zoo has no {experiment} organism; train some with tools/train_zoo.py")
    return found[:most]


def plain(name: str) -> str:
    """Return the name of an organism of the zoo without that of its experiment.

    >>> plain("growing/lizard")
    'lizard'
    """
    return name.split("/")[-1]


class Growing:
    """One organism in a grid of its own.

    Args:
        organism: it, or its name in the zoo.
        seed: which cells fire when.
        height, width: of the grid.
        rule: instead of its own.

    Attributes:
        age: steps it has taken.
        exploded: its numbers would no longer be finite.
    """

    def __init__(
        self,
        organism: Organism | str,
        seed: int = 0,
        height: int = SIDE,
        width: int = SIDE,
        rule: Rule | None = None,
    ) -> None:
        self.organism = load(organism) if isinstance(organism, str) else organism
        self.rule, self.age = rule or self.organism.rule, 0
        self.batch = seed_batch([seed], height, width, self.rule.channels)
        self.engine, self.exploded = choose_engine(), False

    @property
    def state(self) -> np.ndarray:
        """Its state, float32 `(height, width, channel)`; can be written to."""
        return self.batch.states[0]

    def grown(self, steps: int, angle: float = 0.0) -> np.ndarray:
        """Let it take so many steps; return its state. One that explodes stays as it was before."""
        if not self.exploded:
            with np.errstate(over="ignore", invalid="ignore"):
                batch = self.engine.grow(self.rule, self.organism.weights, self.batch, steps, angle)
            self.exploded = not np.isfinite(batch.states).all()
            self.batch = self.batch if self.exploded else batch
        self.age += steps
        return self.state
