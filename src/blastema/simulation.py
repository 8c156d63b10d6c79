"""An organism growing in a grid, step by step."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from blastema.engines import Engine, choose_engine
from blastema.errors import BlastemaError
from blastema.io.arguments import finite_number, whole_number
from blastema.machine.memory import check_states
from blastema.rule import Batch, seed_batch
from blastema.rule.grid import LARGEST_SIDE, LARGEST_WHOLE

if TYPE_CHECKING:
    from blastema.organism import Organism


class Simulation:
    """One or more grids in which an organism grows from a seed cell each.

    Args:
        organism: which one; its rule decides fire rate and edge (`dataclasses.replace` gives one with another rule).
        seed: which cells fire when, 0 to 2^32 - 1, the same on every engine; a sequence of them gives one grid each.
        height, width: of a grid, in cells, 1 to 65,536, as far as memory holds it; as in training by default.
        angle: by which perception is rotated, radians; may be changed between steps.
        engine: an engine or its name, by default the fastest present.

    Attributes:
        organism, angle, engine: as given.
        batch: states `(grid, height, width, channel)`, seeds and ages; may be replaced by another one that fits.

    Raises:
        BlastemaError: an argument is out of range or of the wrong kind.

    >>> from blastema import Simulation, load
    >>> simulation = Simulation(load("🦎"), seed=3)
    >>> grown = simulation.step(200)
    >>> simulation.damage(np.arange(72)[:, None] >= 36 + np.zeros((72, 72)))
    >>> _ = simulation.step(300)
    >>> simulation.age, simulation.state.shape
    (500, (72, 72, 16))
    """

    def __init__(
        self,
        organism: "Organism",
        seed: int | Sequence[int] | np.ndarray = 0,
        height: int | None = None,
        width: int | None = None,
        angle: float = 0.0,
        engine: str | Engine | None = None,
    ) -> None:
        self.organism, self.angle = organism, finite_number("angle", angle)
        trained_height, trained_width = organism.trained_size
        height = whole_number("height", trained_height if height is None else height, 1, LARGEST_SIDE)
        width = whole_number("width", trained_width if width is None else width, 1, LARGEST_SIDE)
        given = np.atleast_1d(np.asarray(seed, object))
        if not given.size:
            raise BlastemaError(f"seed is {seed!r}; give one or more")
        seeds = [whole_number("seed", value, 0, LARGEST_WHOLE) for value in given.reshape(-1)]
        check_states(len(seeds), height, width, organism.rule.channels)
        self.batch: Batch = seed_batch(seeds, height, width, organism.rule.channels)
        self.engine: Engine = choose_engine(engine) if engine is None or isinstance(engine, str) else engine

    @classmethod
    def from_batch(
        cls, organism: "Organism", batch: Batch, angle: float = 0.0, engine: str | Engine | None = None
    ) -> "Simulation":
        """Return a simulation that continues from the states of a batch, and leaves that as it is."""
        simulation = cls(organism, 0, 1, 1, angle, engine)
        simulation.batch = batch
        return simulation

    @property
    def states(self) -> np.ndarray:
        """The states of all grids, float32 `(grid, height, width, channel)`; can be written to."""
        return self.batch.states

    @property
    def state(self) -> np.ndarray:
        """The state of the first grid, float32 `(height, width, channel)`; can be written to."""
        return self.batch.states[0]

    @property
    def age(self) -> int:
        """CA steps that the first grid has taken since its seed cell."""
        return int(self.batch.ages[0])

    @property
    def exploded(self) -> np.ndarray:
        """Which grids hold numbers that are not finite, bool `(grid,)`."""
        return ~np.isfinite(self.batch.states).all(axis=(1, 2, 3))

    def step(self, steps: int = 1) -> np.ndarray:
        """Take CA steps and return the states. Arrays returned before stay as they were.

        Numbers that overflow are left in the states, without a warning; see `exploded`.

        Args:
            steps: 0 or more, as long as ages stay below 2^32.

        Raises:
            BlastemaError: not so many steps can be taken, or the states cannot be right.
        """
        steps = whole_number("steps", steps, 0, LARGEST_WHOLE)
        with np.errstate(over="ignore", invalid="ignore"):
            self.batch = self.engine.grow(self.organism.rule, self.organism.weights, self.batch, steps, self.angle)
        return self.batch.states

    def damage(self, mask: np.ndarray) -> None:
        """Set cells to zero.

        Args:
            mask: which ones, `(height, width)` for all grids alike or `(grid, height, width)`; true or not zero.

        Raises:
            BlastemaError: the mask has another shape.
        """
        mask = np.asarray(mask, bool)
        if mask.shape not in (self.states.shape[1:3], self.states.shape[:3]):
            raise BlastemaError(f"a mask of shape {mask.shape} does not fit grids of shape {self.states.shape[:3]}")
        states = self.states.copy()
        states[np.broadcast_to(mask, states.shape[:3])] = 0
        self.batch = self.batch._replace(states=states)
