"""An organism: its weights, its rule, and how they came to be."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.io.arguments import finite_number, whole_number
from blastema.organism_file import Contents, contents_of, read_contents, write_contents
from blastema.rule import Rule, Weights
from blastema.rule.grid import LARGEST_SIDE, LARGEST_WHOLE
from blastema.simulation import Simulation
from blastema.targets.target import FIT, LARGEST, PAD


# Arrays have no single truth value, so the comparison that a dataclass would get raises an error.
@dataclass(frozen=True, eq=False)
class Organism:
    """A trained update rule, ready to grow.

    Two organisms are equal if they grow alike: same rule, and weights that are equal bit for bit. What is recorded of
    their training, and their scores, makes no difference. Equal organisms have equal hashes.

    Attributes:
        weights: float32, what training found.
        rule: what training did not change.
        training: how the weights came to be: experiment, target, recipe, steps, seed, final loss, versions.
        scores: what was measured of it, if anything.
    """

    weights: Weights
    rule: Rule = field(default_factory=Rule)
    training: dict[str, Any] = field(default_factory=dict)
    scores: dict[str, Any] | None = None

    def __eq__(self, other: object) -> bool:
        return self._identity() == other._identity() if isinstance(other, Organism) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[Any, ...]:
        """What decides how it grows."""
        arrays = [np.asarray(tensor) for tensor in self.weights]
        return self.rule, *((array.shape, str(array.dtype), array.tobytes()) for array in arrays)

    def grow(
        self,
        steps: int = 200,
        height: int = 72,
        width: int = 72,
        seed: int = 0,
        angle: float = 0.0,
        engine: str | None = None,
    ) -> np.ndarray:
        """Return the state of one organism grown from a single cell, float32 `(height, width, channel)`.

        Args:
            steps: how many, 0 to 2^32 - 1.
            height, width: of the grid, in cells, 1 to 65,536, as far as memory holds it.
            seed: which cells fire when, the same on every engine; 0 to 2^32 - 1.
            angle: rotates the cells' perception, radians.
            engine: its name, or None for the fastest present.

        Raises:
            BlastemaError: one of these is out of range or of the wrong kind.
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
        """Return an iterator over the states of a growing organism after 0, 1, 2, ... `steps` steps; see `grow`.

        Raises:
            BlastemaError: as for `grow`; and, while iterating, the organism exploded: after a step its numbers are no
                longer finite. All states before have been yielded by then.
        """
        steps = whole_number("steps", steps, 0, LARGEST_WHOLE)
        return _states(self._simulation(height, width, seed, angle, engine), steps)

    def _simulation(self, height: int, width: int, seed: int, angle: float, engine: str | None) -> Simulation:
        """Return a simulation in one grid; unlike `Simulation`, nothing but the engine may be None."""
        height, width = whole_number("height", height, 1, LARGEST_SIDE), whole_number("width", width, 1, LARGEST_SIDE)
        return Simulation(self, whole_number("seed", seed, 0, LARGEST_WHOLE), height, width, angle, engine)

    def show(self, height: int | None = None, width: int | None = None, seed: int = 0, angle: float = 0.0) -> Any:
        """Return a Jupyter widget in which the organism grows, and can be cut; the notebook shows it.

        Args:
            height, width: of the grid, in cells, 1 to 512; as in training if not given.
            seed: which cells fire when, 0 to 2^32 - 1.
            angle: rotates the cells' perception, radians; `widget.angle` can be changed later.

        Raises:
            BlastemaError: the extra `[notebook]` is not installed, or a number is out of range or of the wrong kind.
        """
        from blastema.playground.files import LARGEST_DISH
        from blastema.playground.notebook import widget

        height = height if height is None else whole_number("height", height, 1, LARGEST_DISH)
        width = width if width is None else whole_number("width", width, 1, LARGEST_DISH)
        seed, angle = whole_number("seed", seed, 0, LARGEST_WHOLE), finite_number("angle", angle)
        trained_height, trained_width = self.trained_size
        return widget(self.to_bytes(), height or trained_height, width or trained_width, seed, angle)

    def save(self, path: Path | str) -> None:
        """Write the organism file; same organism, same bytes. The layout is described in docs/model.md.

        Raises:
            BlastemaError: it cannot be written there, or its training record or scores are not JSON, such as NaN.
        """
        write_contents(path, Contents(self.weights, self.rule, self.training, self.scores))

    def to_bytes(self) -> bytes:
        """Return the content of the organism file, as `save` writes it."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "organism.safetensors"
            self.save(path)
            return path.read_bytes()

    @property
    def trained_fit(self) -> int:
        """Cells of the longer side of the picture that it was trained on, 40 where that is not known."""
        return _side(self.training.get("fit"), FIT)

    @property
    def trained_size(self) -> tuple[int, int]:
        """(height, width) of the grids that it was trained in, 72x72 where that is not known."""
        side = max(1, self.trained_fit + 2 * _side(self.training.get("pad"), PAD))
        return _side(self.training.get("height"), side) or side, _side(self.training.get("width"), side) or side


def _states(simulation: Simulation, steps: int) -> Iterator[np.ndarray]:
    yield simulation.state
    for step in range(1, steps + 1):
        simulation.step()
        if simulation.exploded[0]:
            raise BlastemaError(f"the organism exploded at step {step:,}: its numbers are no longer finite")
        yield simulation.state


def read_organism(path: Path) -> Organism:
    """Return the organism of an organism file.

    Raises:
        BlastemaError: there is none, or it holds what we do not know or cannot be right; the message names it.
    """
    return Organism(*read_contents(path))


def organism_of(tensors: dict[str, np.ndarray], metadata: dict[str, str], source: str) -> Organism:
    """Return the organism of these tensors and this metadata, of a file in any format that has them.

    Raises:
        BlastemaError: they do not fit together, or cannot be right.
    """
    return Organism(*contents_of(tensors, metadata, source))


def _side(value: object, otherwise: int) -> int:
    """Return a length that training has noted; files of strangers may note anything."""
    return value if isinstance(value, int) and 0 <= value <= LARGEST else otherwise
