"""A simulation: an organism growing in one or more grids, step by step."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np

from blastema.engines import Engine, choose_engine
from blastema.errors import BlastemaError
from blastema.io.arguments import finite_number, whole_number
from blastema.machine.memory import check_states
from blastema.rule import Batch, Rule, Weights, mixture, seed_batch
from blastema.rule.grid import LARGEST_SIDE, LARGEST_WHOLE

# What `Simulation.set_signal` takes.
Signal = str | Mapping[str, float] | np.ndarray | None


class Grows(Protocol):
    """What a simulation needs of an organism. `blastema.Organism` has it, and grows by a simulation itself."""

    @property
    def rule(self) -> Rule:
        """What training does not change."""

    @property
    def weights(self) -> Weights:
        """What training found."""

    @property
    def trained_size(self) -> tuple[int, int]:
        """(height, width) of the grids that it was trained in."""


class Simulation:
    """One or more grids in which an organism grows from a seed cell each.

    Args:
        organism: whose weights and rule are used; for another fire rate or edge, `dataclasses.replace` its rule.
        seed: random seed, 0 to 2^32 - 1, which decides what cells fire, the same on every engine; a sequence gives one
            grid per seed.
        height, width: of a grid, in cells, 1 to 65,536 if memory suffices; by default as in training.
        angle: by which perception is rotated, radians; may be changed between steps.
        engine: an engine or its name, by default the fastest that is installed.
        signal: what to grow if the rule has signals, see `set_signal`; by default the first.

    Attributes:
        organism, angle, engine: as given.
        batch: states `(grid, height, width, channel)`, seeds and ages; may be replaced by a batch of the same rule.

    Raises:
        BlastemaError: an argument is out of range or of the wrong type.

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
        organism: Grows,
        seed: int | Sequence[int] | np.ndarray = 0,
        height: int | None = None,
        width: int | None = None,
        angle: float = 0.0,
        engine: str | Engine | None = None,
        signal: Signal = None,
    ) -> None:
        self.organism, self.angle = organism, finite_number("angle", angle)
        trained_height, trained_width = organism.trained_size
        height = whole_number("height", trained_height if height is None else height, 1, LARGEST_SIDE)
        width = whole_number("width", trained_width if width is None else width, 1, LARGEST_SIDE)
        values = np.atleast_1d(np.asarray(seed, object))
        if not values.size:
            raise BlastemaError(f"seed is {seed!r}; give at least one")
        seeds = [whole_number("seed", value, 0, LARGEST_WHOLE) for value in values.reshape(-1)]
        check_states(len(seeds), height, width, organism.rule.channels)
        self.batch: Batch = seed_batch(seeds, height, width, organism.rule.channels)
        self.engine: Engine = choose_engine(engine) if engine is None or isinstance(engine, str) else engine
        self.set_signal(signal)

    @classmethod
    def from_batch(
        cls, organism: Grows, batch: Batch, angle: float = 0.0, engine: str | Engine | None = None
    ) -> "Simulation":
        """Return a simulation that continues from a batch; the batch is not modified."""
        simulation = cls(organism, 0, 1, 1, angle, engine)
        simulation.batch = batch
        return simulation

    @property
    def states(self) -> np.ndarray:
        """States of all grids, float32 `(grid, height, width, channel)`; writable."""
        return self.batch.states

    @property
    def state(self) -> np.ndarray:
        """State of the first grid, float32 `(height, width, channel)`; writable."""
        return self.batch.states[0]

    @property
    def age(self) -> int:
        """Age of the first grid: CA steps since its seed cell."""
        return int(self.batch.ages[0])

    @property
    def exploded(self) -> np.ndarray:
        """Which grids have states that are not finite, bool `(grid,)`."""
        return ~np.isfinite(self.batch.states).all(axis=(1, 2, 3))

    def step(self, steps: int = 1) -> np.ndarray:
        """Take CA steps and return the new states. Arrays returned earlier do not change.

        Overflow gives states that are not finite, without a warning; see `exploded`.

        Args:
            steps: 0 or more; ages must stay below 2^32.

        Raises:
            BlastemaError: the number of steps is out of range, or `batch` was replaced by an invalid one.
        """
        steps = whole_number("steps", steps, 0, LARGEST_WHOLE)
        with np.errstate(over="ignore", invalid="ignore"):
            self.batch = self.engine.grow(self.organism.rule, self.organism.weights, self.batch, steps, self.angle)
        return self.batch.states

    def set_signal(self, signal: Signal) -> None:
        """Set the signal of all cells, from the next step on.

        Args:
            signal: a name in `Rule.signals`; weights by name, which add up to 1; a map, uint8 `(height, width)` for all
                grids or `(grid, height, width)`, which gives each cell the number of its own; None for the first.

        Raises:
            BlastemaError: there is no such signal, or the map has another shape.

        >>> from blastema.rule import Rule, initial_weights
        >>> from blastema import Organism
        >>> rule = Rule(signals=("lizard", "tree"))
        >>> weights = initial_weights(np.random.default_rng(0), signals=2)
        >>> simulation = Simulation(Organism(weights, rule), signal="tree")
        >>> simulation.set_signal({"lizard": 0.5, "tree": 0.5})
        >>> simulation.batch.signals
        array([[0.5, 0.5]], dtype=float32)
        """
        names, (count, height, width) = self.organism.rule.signals, self.states.shape[:3]
        if signal is None:
            signals = None
        elif isinstance(signal, str | Mapping):
            signals = np.tile(mixture(names, signal), (count, 1))
        else:
            signals = signal_maps(signal, len(names), (count, height, width))
        self.batch = self.batch._replace(signals=signals)

    def damage(self, mask: np.ndarray) -> None:
        """Set cells to zero.

        Args:
            mask: nonzero where cells are erased, `(height, width)` for all grids or `(grid, height, width)`.

        Raises:
            BlastemaError: the mask has another shape.
        """
        mask = np.asarray(mask, bool)
        if mask.shape not in (self.states.shape[1:3], self.states.shape[:3]):
            raise BlastemaError(
                f"the mask has shape {mask.shape}; it must be {self.states.shape[1:3]} or {self.states.shape[:3]}"
            )
        states = self.states.copy()
        states[np.broadcast_to(mask, states.shape[:3])] = 0
        self.batch = self.batch._replace(states=states)


def signal_maps(values: np.ndarray, count: int, shape: tuple[int, int, int]) -> np.ndarray:
    """Return the signal of each cell, uint8 `(grid, height, width)`.

    Args:
        values: whole numbers `(height, width)` or `(grid, height, width)`.
        count: number of signals of the rule.
        shape: (grid, height, width).

    Raises:
        BlastemaError: they have another shape or type, or are out of range.
    """
    maps = np.asarray(values)
    if maps.dtype.kind not in "iu" or maps.shape not in (shape, shape[1:]):
        raise BlastemaError(
            f"the map of signals is {maps.dtype} {maps.shape}; it must be whole numbers {shape[1:]} or {shape}"
        )
    if maps.min() < 0 or maps.max() >= count:
        raise BlastemaError(
            f"the map has the signals {maps.min()} to {maps.max()}; "
            + (f"this rule has 0 to {count - 1}" if count else "this rule has none")
        )
    return np.broadcast_to(maps, shape).astype(np.uint8)
