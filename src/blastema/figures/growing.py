"""Organisms that figures show while they grow."""

from dataclasses import replace

import numpy as np

from blastema.errors import BlastemaError
from blastema.library import load
from blastema.organism import Organism
from blastema.rule import Rule
from blastema.simulation import Simulation
from blastema.targets.emoji import ARTICLE
from blastema.training.experiments import ExperimentName
from blastema.zoo import names

SIDE = 72


def organisms_of(experiment: ExperimentName, most: int) -> list[str]:
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
        simulation: in which it grows.
        age: steps asked of it.
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
        organism = load(organism) if isinstance(organism, str) else organism
        self.organism = replace(organism, rule=rule or organism.rule)
        self.simulation = Simulation(self.organism, seed, height, width)
        self.age, self.exploded = 0, False

    @property
    def state(self) -> np.ndarray:
        """Its state, float32 `(height, width, channel)`; can be written to."""
        return self.simulation.state

    def grown(self, steps: int, angle: float = 0.0) -> np.ndarray:
        """Take so many steps and return the state. One that explodes stays as it was before."""
        if not self.exploded:
            before, self.simulation.angle = self.simulation.batch, angle
            self.exploded = not np.isfinite(self.simulation.step(steps)).all()
            self.simulation.batch = before if self.exploded else self.simulation.batch
        self.age += steps
        return self.state
