"""An organism: weights, rule, and the record of its training."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.io.arguments import finite_number, whole_number
from blastema.organism_file import Contents, contents_of, named_tensors, read_contents, write_contents
from blastema.records import Scores, TrainingRecord
from blastema.rule import Rule, Weights, mixture
from blastema.rule.grid import LARGEST_SIDE, LARGEST_WHOLE
from blastema.rule.signal import hidden_bias_of
from blastema.simulation import Simulation


# eq=False: a dataclass would compare arrays with ==, which has no single truth value.
@dataclass(frozen=True, eq=False)
class Organism:
    """A trained model: weights, rule, and a record of its training.

    Two organisms are equal if their rules are equal and their weights are equal bit for bit, so that they grow alike;
    training records and scores are not compared. Organisms are hashable.

    Attributes:
        weights: trained parameters, float32.
        rule: parameters that training does not change.
        training: record of the training: experiment, target, recipe, steps, seed, final loss, versions.
        scores: results of its evaluation, if any.
    """

    weights: Weights
    rule: Rule = field(default_factory=Rule)
    training: dict[str, Any] = field(default_factory=dict)
    scores: Scores | None = None

    def __eq__(self, other: object) -> bool:
        return self._identity() == other._identity() if isinstance(other, Organism) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[Any, ...]:
        """Return what equality and hash depend on."""
        arrays = [np.asarray(tensor) for tensor in named_tensors(self.weights).values()]
        return self.rule, *((array.shape, str(array.dtype), array.tobytes()) for array in arrays)

    def with_signal(self, signal: str | Mapping[str, float]) -> "Organism":
        """Return the organism of one body: it has no signals, and grows as this one does with this signal everywhere.

        Args:
            signal: a name in `rule.signals`, or weights by name, which add up to 1.

        Raises:
            BlastemaError: there is no such signal.
        """
        shares, weights = mixture(self.rule.signals, signal), self.weights
        bias = np.asarray(hidden_bias_of(weights, shares[None]))[0, 0, 0]
        targets = self.record.targets
        one = [targets[k] for k in np.flatnonzero(shares == 1) if len(targets) == len(shares)]
        training = {key: value for key, value in self.training.items() if key != "target"}
        return Organism(
            weights._replace(hidden_bias=bias, signal_bias=weights.signal_bias[:0]),
            self.rule.replace(signals=()),
            training
            | ({"target": one[0]} if one else {})
            | {"signal": signal if isinstance(signal, str) else {**signal}},
        )

    def grow(
        self,
        steps: int = 200,
        height: int = 72,
        width: int = 72,
        seed: int = 0,
        angle: float = 0.0,
        engine: str | None = None,
    ) -> np.ndarray:
        """Return the state grown from a seed cell, float32 `(height, width, channel)`.

        Args:
            steps: CA steps, 0 to 2^32 - 1.
            height, width: of the grid, in cells, 1 to 65,536 if memory suffices.
            seed: random seed, which decides what cells fire, the same on every engine; 0 to 2^32 - 1.
            angle: by which perception is rotated, radians.
            engine: name of an engine, by default the fastest that is installed.

        Raises:
            BlastemaError: an argument is out of range or of the wrong type.
        """
        steps = whole_number("steps", steps, 0, LARGEST_WHOLE)
        return self._simulation(height, width, seed, angle, engine).step(steps)[0]

    def frames(
        self,
        steps: int = 200,
        height: int = 72,
        width: int = 72,
        seed: int = 0,
        angle: float = 0.0,
        engine: str | None = None,
    ) -> Iterator[np.ndarray]:
        """Return an iterator over the states after 0, 1, 2, ... `steps` steps; arguments as for `grow`.

        Raises:
            BlastemaError: as for `grow`; or, during iteration, the organism exploded, so that a state would not be
                finite. All states before it have then been yielded.
        """
        steps = whole_number("steps", steps, 0, LARGEST_WHOLE)
        return _states(self._simulation(height, width, seed, angle, engine), steps)

    def _simulation(self, height: int, width: int, seed: int, angle: float, engine: str | None) -> Simulation:
        """Return a simulation in one grid; unlike for `Simulation`, only the engine may be None."""
        height, width = whole_number("height", height, 1, LARGEST_SIDE), whole_number("width", width, 1, LARGEST_SIDE)
        return Simulation(self, whole_number("seed", seed, 0, LARGEST_WHOLE), height, width, angle, engine)

    def show(self, height: int | None = None, width: int | None = None, seed: int = 0, angle: float = 0.0) -> Any:
        """Return a Jupyter widget with the growing organism, which can be cut and seeded.

        Args:
            height, width: of the grid, in cells, 1 to 512; by default as in training.
            seed: random seed, 0 to 2^32 - 1.
            angle: by which perception is rotated, radians; `widget.angle` can be changed later.

        Raises:
            BlastemaError: the extra `[notebook]` is not installed, or an argument is out of range or of the wrong type.
        """
        from blastema.playground.files import LARGEST_DISH
        from blastema.playground.notebook import widget

        height = height if height is None else whole_number("height", height, 1, LARGEST_DISH)
        width = width if width is None else whole_number("width", width, 1, LARGEST_DISH)
        seed, angle = whole_number("seed", seed, 0, LARGEST_WHOLE), finite_number("angle", angle)
        trained_height, trained_width = self.trained_size
        return widget(self.to_bytes(), height or trained_height, width or trained_width, seed, angle)

    def save(self, path: Path | str) -> None:
        """Write the organism file; the same organism gives the same bytes. The layout is described in docs/model.md.

        Raises:
            BlastemaError: the file cannot be written, or the training record or scores cannot be written as JSON.
        """
        write_contents(path, Contents(self.weights, self.rule, self.training, self.scores))

    def to_bytes(self) -> bytes:
        """Return the bytes of the organism file that `save` writes."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "organism.safetensors"
            self.save(path)
            return path.read_bytes()

    @property
    def record(self) -> TrainingRecord:
        """What `training` says, checked."""
        return TrainingRecord.of(self.training)

    @property
    def trained_fit(self) -> int:
        """Longer side in cells of the picture it was trained on; 40 if unknown."""
        return self.record.fit

    @property
    def trained_size(self) -> tuple[int, int]:
        """(height, width) of the grids it was trained in; 72x72 if unknown."""
        record = self.record
        return record.height, record.width


def _states(simulation: Simulation, steps: int) -> Iterator[np.ndarray]:
    yield simulation.state
    for step in range(1, steps + 1):
        simulation.step()
        if simulation.exploded[0]:
            raise BlastemaError(f"the organism exploded at step {step:,}: its state is no longer finite")
        yield simulation.state


def read_organism(path: Path) -> Organism:
    """Return the organism of an organism file.

    Raises:
        BlastemaError: the file is missing, or something in it is unknown or invalid; the message names it.
    """
    return Organism(*read_contents(path))


def organism_of(tensors: dict[str, np.ndarray], metadata: dict[str, str], source: str) -> Organism:
    """Return the organism with these tensors and metadata, from a file of any format that holds them.

    Args:
        tensors: by name, as in an organism file.
        metadata: texts by key, checked by `organism_file.check_metadata`.
        source: name of the file, for messages.

    Raises:
        BlastemaError: they do not fit together, or a value is invalid.
    """
    return Organism(*contents_of(tensors, metadata, source))
