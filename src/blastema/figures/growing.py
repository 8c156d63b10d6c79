"""Organisms of the zoo, grown step by step for figures."""

from dataclasses import replace

import numpy as np

from blastema.errors import BlastemaError
from blastema.library import load
from blastema.organism import Organism
from blastema.rule import Rule
from blastema.simulation import Simulation
from blastema.targets.emoji import ARTICLE_EMOJI
from blastema.zoo import names

SIDE = 72


def organisms_of(experiment: str, most: int) -> list[str]:
    """Return names of the zoo's organisms of an experiment, at most `most`, in the article's order of emoji.

    Raises:
        BlastemaError: the zoo has none.
    """
    matching = [name for name in (f"{experiment}/{target}" for target in ARTICLE_EMOJI.values()) if name in names()]
    if not matching:
        raise BlastemaError(f"the zoo has no {experiment} organism; train some with tools/train_zoo.py")
    return matching[:most]


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
        simulation: in which it grows.
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
        organism = load(organism) if isinstance(organism, str) else organism
        self.organism = replace(organism, rule=rule or organism.rule)
        self.simulation = Simulation(self.organism, seed, height, width)
        self.age, self.exploded = 0, False

    @property
    def state(self) -> np.ndarray:
        """The state, float32 `(height, width, channel)`; it may be modified."""
        return self.simulation.state

    def grown(self, steps: int, angle: float = 0.0) -> np.ndarray:
        """Take this many steps and return the state. If it explodes, the last finite state is kept."""
        if not self.exploded:
            before, self.simulation.angle = self.simulation.batch, angle
            self.exploded = not np.isfinite(self.simulation.step(steps)).all()
            self.simulation.batch = before if self.exploded else self.simulation.batch
        self.age += steps
        return self.state
