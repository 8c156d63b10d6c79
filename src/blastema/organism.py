"""An organism: its weights, its rule, and how they came to be. Load, save, refuse."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from blastema.arguments import finite_number, whole_number
from blastema.errors import BlastemaError
from blastema.rule import Filter, Rule, Weights
from blastema.simulation import LARGEST_AGE, LARGEST_SEED, LARGEST_SIDE, Simulation
from blastema.strict_json import json_text, parse_metadata
from blastema.tensors import read_tensors, write_tensors

FORMAT = "blastema-organism"
# Version 2 is for rules with filters that are not built in; what fits into version 1 is written as version 1.
VERSIONS = ("1", "2")
# No rule that we allow needs more.
LARGEST = 2**31
TENSORS = ("hidden.weight", "hidden.bias", "update.weight", "update.bias")
METADATA = ("format", "version", "rule", "training", "scores")
LARGEST_DISH = 512


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
        steps = whole_number("steps", steps, 0, LARGEST_AGE)
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
        steps = whole_number("steps", steps, 0, LARGEST_AGE)
        return _states(self._simulation(height, width, seed, angle, engine), steps)

    def _simulation(self, height: int, width: int, seed: int, angle: float, engine: str | None) -> Simulation:
        """Return a simulation in one grid; unlike `Simulation`, nothing but the engine may be None."""
        height, width = whole_number("height", height, 1, LARGEST_SIDE), whole_number("width", width, 1, LARGEST_SIDE)
        return Simulation(self, whole_number("seed", seed, 0, LARGEST_SEED), height, width, angle, engine)

    def show(self, height: int | None = None, width: int | None = None, seed: int = 0, angle: float = 0.0) -> Any:
        """Return a Jupyter widget in which the organism grows, and can be cut; the notebook shows it.

        Args:
            height, width: of the grid, in cells, 1 to 512; as in training if not given.
            seed: which cells fire when, 0 to 2^32 - 1.
            angle: rotates the cells' perception, radians; `widget.angle` can be changed later.

        Raises:
            BlastemaError: the extra `[notebook]` is not installed, or a number is out of range or of the wrong kind.
        """
        from blastema.playground.notebook import widget

        height = height if height is None else whole_number("height", height, 1, LARGEST_DISH)
        width = width if width is None else whole_number("width", width, 1, LARGEST_DISH)
        seed, angle = whole_number("seed", seed, 0, LARGEST_SEED), finite_number("angle", angle)
        return widget(self, height, width, seed, angle)

    def save(self, path: Path | str) -> None:
        """Write the organism file; same organism, same bytes. Layout: design of the format in docs/model.md.

        Raises:
            BlastemaError: it cannot be written there, or its training record or scores are not JSON, such as NaN.
        """
        write_tensors(path, dict(zip(TENSORS, self.weights, strict=True)), metadata_of(self, FORMAT))

    @property
    def trained_fit(self) -> int:
        """Cells of the longer side of the picture that it was trained on, 40 where that is not known."""
        return _side(self.training.get("fit"), 40)

    @property
    def trained_size(self) -> tuple[int, int]:
        """(height, width) of the grids that it was trained in, 72x72 where that is not known."""
        side = max(1, self.trained_fit + 2 * _side(self.training.get("pad"), 16))
        return _side(self.training.get("height"), side) or side, _side(self.training.get("width"), side) or side


def _states(simulation: Simulation, steps: int) -> Iterator[np.ndarray]:
    yield simulation.state
    for step in range(1, steps + 1):
        simulation.step()
        if simulation.exploded[0]:
            raise BlastemaError(f"the organism exploded at step {step:,}: its numbers are no longer finite")
        yield simulation.state


def load(path: Path | str) -> Organism:
    """Return an organism of the zoo by its name, or that of a run or of a file in any format that we can read.

    Args:
        path: `🦎`, `persistent/butterfly`, ... (see `blastema.zoo`), an organism file, the directory of a run, or what
            `blastema import` reads (docs/formats.md). Files and directories come before the zoo.

    Raises:
        BlastemaError: there is none, or it holds what we do not know or cannot be right; the message names it.
    """
    from blastema.formats import read

    path = _found(path)
    if path.is_dir() and not (path / "model.json").exists():
        path = path / "organism.safetensors"
        if not path.exists():
            raise BlastemaError(
                f"there is no organism in {path.parent}; give an organism file or the directory of a run"
            )
    return read(path)


def read_organism(path: Path) -> Organism:
    """Return the organism of an organism file.

    Raises:
        BlastemaError: there is none, or it holds what we do not know or cannot be right; the message names it.
    """
    tensors, metadata = read_tensors(path, LARGEST)
    check_metadata(metadata, FORMAT, str(path))
    return organism_of(tensors, metadata, str(path))


def _found(name: Path | str) -> Path:
    """Return the path of the zoo's organism of that name, or the name as a path."""
    from blastema import zoo

    path = Path(name)
    known = None if path.exists() else zoo.path_of(str(name))
    if known is None and not path.exists() and not path.suffix:
        raise BlastemaError(zoo.no_such(str(name)))
    return known or path


def metadata_of(organism: Organism, format_name: str) -> dict[str, str]:
    """Return what a file says of an organism besides its weights, in every format that has room for it.

    Raises:
        BlastemaError: its training record or scores cannot be written as JSON, such as NaN.
    """
    metadata = {
        "format": format_name,
        "version": VERSIONS[any(isinstance(given, Filter) for given in organism.rule.filters)],
        "rule": json_text(asdict(organism.rule), "the rule"),
        "training": json_text(organism.training, "the training record"),
    }
    return metadata if organism.scores is None else metadata | {"scores": json_text(organism.scores, "scores")}


def organism_of(tensors: dict[str, np.ndarray], metadata: dict[str, str], source: str) -> Organism:
    """Return the organism of these tensors and this metadata; see `metadata_of`.

    Raises:
        BlastemaError: they do not fit together, or cannot be right.
    """
    rule = _rule(source, metadata["rule"], own_filters=metadata["version"] != VERSIONS[0])
    return Organism(
        check_weights(rule, tensors, source),
        rule,
        _object(source, "training", metadata["training"]),
        _object(source, "scores", metadata["scores"]) if "scores" in metadata else None,
    )


def check_weights(rule: Rule, tensors: dict[str, np.ndarray], source: str) -> Weights:
    """Return the four tensors as weights.

    Raises:
        BlastemaError: one is missing, unknown, of another shape or type than the rule needs, or not finite.
    """
    unknown, missing = sorted(tensors.keys() - set(TENSORS)), sorted(set(TENSORS) - tensors.keys())
    if unknown or missing:
        what = f"unknown tensors {', '.join(unknown)}" if unknown else f"no tensor {', '.join(missing)}"
        raise BlastemaError(f"{source} has {what}; an organism has exactly {', '.join(TENSORS)}")
    shapes = ((rule.perception, rule.hidden), (rule.hidden,), (rule.hidden, rule.channels), (rule.channels,))
    for name, shape in zip(TENSORS, shapes, strict=True):
        came = tensors[name]
        if came.shape != shape or came.dtype != np.float32:
            raise BlastemaError(f"{name} in {source} is {came.dtype} {came.shape}; its rule needs float32 {shape}")
        if not np.isfinite(came).all():
            raise BlastemaError(f"{name} in {source} has values that are not finite (NaN or infinite); it cannot grow")
    return Weights(*(tensors[name] for name in TENSORS))


def check_metadata(metadata: dict[str, str], format_name: str, source: str) -> None:
    """Raise unless a file of this format may say just this; see `metadata_of`."""
    if metadata.get("format") != format_name:
        raise BlastemaError(f"{source} is no organism: its format is {metadata.get('format')!r}, not {format_name!r}")
    if metadata.get("version") not in VERSIONS:
        allowed = " and ".join(VERSIONS)
        raise BlastemaError(f"{source} has version {metadata.get('version')!r}; this program reads versions {allowed}")
    unknown, missing = sorted(metadata.keys() - set(METADATA)), sorted({"rule", "training"} - metadata.keys())
    if unknown or missing:
        what = f"unknown keys {', '.join(unknown)}" if unknown else f"no key {', '.join(missing)}"
        raise BlastemaError(f"{source} has {what} in its metadata; an organism has {', '.join(METADATA)}")


def _rule(source: str, text: str, own_filters: bool) -> Rule:
    values = _object(source, "rule", text)
    known = asdict(Rule())
    if values.keys() != known.keys():
        wrong = ", ".join(sorted(values.keys() ^ known.keys()))
        raise BlastemaError(f"the rule in {source} has unknown or missing keys: {wrong}; it has {', '.join(known)}")
    filters = values["filters"]
    if not isinstance(filters, list) or not (own_filters or all(isinstance(entry, str) for entry in filters)):
        kind = "names and filters" if own_filters else "names"
        raise BlastemaError(f"filters in {source} is {filters!r}; it must be a list of {kind}")
    try:
        return Rule(**values | {"filters": tuple(_filter(source, entry) for entry in filters)})
    except (BlastemaError, TypeError) as error:
        raise BlastemaError(f"the rule in {source} does not hold: {error}") from None


def _filter(source: str, entry: object) -> str | Filter:
    if isinstance(entry, str):
        return entry
    keys = [field.name for field in fields(Filter)]
    if not isinstance(entry, dict) or sorted(entry) != sorted(keys):
        raise BlastemaError(f"a filter in {source} is neither a name nor an object with {', '.join(keys)}")
    return Filter(**entry)


def _object(source: str, name: str, text: str) -> dict[str, Any]:
    value = parse_metadata(text, f"{name} in the metadata of {source}")
    if not isinstance(value, dict):
        raise BlastemaError(f"{name} in the metadata of {source} is not a JSON object")
    return value


def _side(value: object, otherwise: int) -> int:
    """Return a length that training has noted; files of strangers may note anything."""
    return value if isinstance(value, int) and 0 <= value <= 4096 else otherwise
