"""Organisms of the zoo, grown step by step for figures."""

import numpy as np

from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.organism import Organism, load
from blastema.rule import Rule, seed_batch
from blastema.targets.emoji import ARTICLE
from blastema.training.experiments import ExperimentName
from blastema.zoo import names

SIDE = 72


def organisms_of(experiment: ExperimentName, most: int) -> list[str]:
    """Return names of the zoo's organisms of an experiment, at most `most`, in the article's order of emoji.

    Raises:
        BlastemaError: the zoo has none.
    """
    found = [name for name in (f"{experiment}/{target}" for target in ARTICLE.values()) if name in names()]
    if not found:
        raise BlastemaError(f"the zoo has no {experiment} organism; train some with tools/train_zoo.py")
    return found[:most]


def plain(name: str) -> str:
    """Return the name of an organism of the zoo without its experiment.

    >>> plain("growing/lizard")
    'lizard'
    """
    return name.split("/")[-1]


class Growing:
    """One organism growing in its own grid.

    Args:
        organism: the organism, or its name in the zoo.
        seed: decides which cells fire.
        height, width: of the grid.
        rule: overrides the organism's rule.

    Attributes:
        age: number of steps taken.
        exploded: the next states would not be finite.
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
        """The state, float32 `(height, width, channel)`; it may be modified."""
        return self.batch.states[0]

    def grown(self, steps: int, angle: float = 0.0) -> np.ndarray:
        """Take this many steps and return the state. If it explodes, the last finite state is kept."""
        if not self.exploded:
            with np.errstate(over="ignore", invalid="ignore"):
                batch = self.engine.grow(self.rule, self.organism.weights, self.batch, steps, angle)
            self.exploded = not np.isfinite(batch.states).all()
            self.batch = self.batch if self.exploded else batch
        self.age += steps
        return self.state
