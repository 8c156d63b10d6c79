"""The configuration of a run, checked when it is made."""

import dataclasses
import json
import os
from dataclasses import dataclass, field
from numbers import Integral
from pathlib import Path
from typing import Any

import numpy as np

from blastema.engines import ENGINES, default_engine
from blastema.errors import BlastemaError
from blastema.machine.memory import check_memory
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.targets.remarks import remarks
from blastema.targets.target import FIT, LARGEST_TARGET, PAD
from blastema.training.experiments import EXPERIMENTS, RECIPES, Recipe

# The value of `Config.target` if the picture was given as an array.
ARRAY = "array"
MOST_STEPS = 10**9
# Batches of states that a training step holds at least; bytes per number; numbers per cell of the target.
COPIES, FLOAT, COLOURS = 3, 4, 4


@dataclass(frozen=True)
class Config:
    """The configuration of a run: together with the versions in the organism's record, it determines the organism.

    The same configuration gives the same organism, byte for byte, on the same engine, instruction set and version of
    NumPy, for any number of threads. Other engines and instruction sets round differently, and trainings diverge within
    some steps.

    Attributes:
        target: a name or path for `blastema.targets.load_target`, or an array `(height, width, 4)` that fills the whole
            grid: floats from 0 to 1 with RGB premultiplied by alpha, or uint8 RGBA with straight colours.
        experiment, recipe: names of records in `blastema.training.experiments`.
        steps: training steps.
        batch: states per training step.
        seed: random seed of the training, 0 to 2^63.
        fit, pad, height, width, background: of the target, see `load_target`.
        engine: name of an engine; None takes the fastest that is installed.
        history: pairs (training step, `steps` from there on), if `steps` was changed during the run.
        array: the target, if it was given as an array.

    Raises:
        BlastemaError: a value has the wrong type or is out of range.
    """

    target: Any
    experiment: str = "regenerating"
    recipe: str = "blastema"
    steps: int = RECIPES["blastema"].steps
    batch: int = RECIPES["blastema"].batch
    seed: int = 0
    fit: int = FIT
    pad: int | None = None
    height: int | None = None
    width: int | None = None
    background: str | None = None
    engine: str = field(default_factory=default_engine)
    history: tuple[tuple[int, int], ...] = ()
    array: np.ndarray | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_names()
        self._check_numbers()
        self._check_target()
        history = _history(self.history)
        object.__setattr__(self, "history", history)

    def full_recipe(self) -> Recipe:
        """Return the recipe with this run's steps and batch."""
        return dataclasses.replace(RECIPES[self.recipe], steps=self.steps, batch=self.batch)

    def picture(self) -> np.ndarray:
        """Return the target, float32 `(height, width, 4)`."""
        if self.array is not None:
            return self.array
        return load_target(
            self.target, fit=self.fit, pad=self.pad, height=self.height, width=self.width, background=self.background
        )

    def remarks(self) -> list[str]:
        """Return remarks on the target that a user should read before a long training, one line each."""
        if self.array is not None:
            return []
        return remarks(
            self.target, fit=self.fit, pad=self.pad, height=self.height, width=self.width, background=self.background
        )

    def check_memory(self) -> None:
        """Raise a BlastemaError if a training step needs more memory than is available."""
        height, width = self.grid()
        # States before and after a rollout, and the gradient; the tape is not counted.
        needed = height * width * FLOAT * (COLOURS + COPIES * self.batch * Rule().channels)
        what = f"a batch of {self.batch} grids of {width}x{height} cells"
        check_memory(needed, what, "use a smaller --fit or --size, or a smaller --batch")

    def grid(self) -> tuple[int, int]:
        """Return (height, width) of the grids, in cells."""
        side = self.fit + 2 * (PAD if self.pad is None else self.pad)
        return self.height or self.width or side, self.width or self.height or side

    def with_steps(self, steps: int, done: int) -> "Config":
        """Return the configuration of a run that continues after `done` training steps with a new total of `steps`."""
        changed = dataclasses.replace(self, steps=steps)
        if not done or changed.steps == self.steps:
            return changed
        past = [entry for entry in self.history or ((0, self.steps),) if entry[0] < done]
        if past[-1][1] != changed.steps:
            past.append((done, changed.steps))
        return dataclasses.replace(changed, history=tuple(past) if len(past) > 1 else ())

    def record(self) -> dict[str, Any]:
        """Return the values for files, ready for JSON; `history` only if there is one."""
        values = {entry.name: getattr(self, entry.name) for entry in dataclasses.fields(self) if entry.name != "array"}
        if not self.history:
            del values["history"]
        return values

    def _check_names(self) -> None:
        if getattr(self, "engine") is None:  # noqa: B009 - typed as never None
            object.__setattr__(self, "engine", default_engine())
        for name, choices in (("experiment", EXPERIMENTS), ("recipe", RECIPES), ("engine", ENGINES)):
            value = getattr(self, name)
            if not isinstance(value, str) or value not in choices:
                raise BlastemaError(f"there is no {name} {value!r}; choose one of {', '.join(choices)}")
        if self.background is not None and not isinstance(self.background, str):
            raise BlastemaError(f"background is {self.background!r}; it must be a colour such as white, or auto")

    def _check_numbers(self) -> None:
        pool = RECIPES[self.recipe].pool
        damaged = EXPERIMENTS[self.experiment].damaged + EXPERIMENTS[self.experiment].reseeded
        limits = f"the {self.experiment} experiment needs"
        for name, least, most in (("steps", 1, MOST_STEPS), ("batch", max(1, damaged), pool), ("seed", 0, 2**63)):
            object.__setattr__(self, name, _whole(name, getattr(self, name), least, most, limits))
        for name, least in (("fit", 1), ("pad", 0), ("height", 1), ("width", 1)):
            value = getattr(self, name)
            if value is not None or name == "fit":
                object.__setattr__(self, name, _whole(name, value, least, LARGEST_TARGET, "a target needs"))

    def _check_target(self) -> None:
        target = self.target
        if isinstance(target, np.ndarray):
            if self.pad is not None or self.background is not None:
                raise BlastemaError("an array given as target fills the whole grid; leave out pad and background")
            array = _picture_of(target)
            for name, side in zip(("height", "width"), array.shape[:2], strict=True):
                if getattr(self, name) not in (None, side):
                    raise BlastemaError(f"{name} is {getattr(self, name)}, but the array given as target has {side}")
                object.__setattr__(self, name, side)
            object.__setattr__(self, "array", array)
            target = ARRAY
        elif isinstance(target, str | os.PathLike):
            target = os.fspath(target)
        if not isinstance(target, str):
            raise BlastemaError(
                f"the target is a {type(target).__name__}; give a name, a path, or an array (height, width, 4)"
            )
        if target.encode("utf-8", "replace").decode() != target:
            raise BlastemaError(f"the target {target!r} is not valid Unicode; rename the file")
        object.__setattr__(self, "target", target)


def read_config(path: Path) -> dict[str, Any]:
    """Return the values in a configuration file, unchecked.

    Raises:
        BlastemaError: it is missing, or not a JSON object.
    """
    from blastema.io.strict_json import parse_json

    if not path.is_file():
        raise BlastemaError(f"{path.parent} is not the directory of a run: it has no {path.name}")
    try:
        values = parse_json(path.read_bytes(), path)
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror or error}") from None
    except BlastemaError as error:
        raise BlastemaError(f"{path} is not the configuration of a run: {error}") from None
    if not isinstance(values, dict):
        raise BlastemaError(f"{path} is not the configuration of a run; it must be a JSON object")
    return values


def config_of(values: dict[str, Any], path: Path) -> Config:
    """Return the configuration with these values, from the file at `path`.

    Raises:
        BlastemaError: a key is unknown or missing, or a value is out of range.
    """
    known = {entry.name for entry in dataclasses.fields(Config)} - {"array"}
    if unknown := sorted(values.keys() - known):
        raise BlastemaError(f"{path} has unknown keys: {', '.join(unknown)}")
    if "target" not in values:
        raise BlastemaError(f"{path} is not the configuration of a run: it has no target")
    return Config(**values)


def as_json(values: dict[str, Any]) -> str:
    """Return the text of a configuration file."""
    return json.dumps(values, ensure_ascii=False, indent=2) + "\n"


def _whole(name: str, value: Any, least: int, most: int, limits: str) -> int:
    # Whole numbers of Python and NumPy, but not truth values.
    if isinstance(value, Integral) and value is not True and value is not False and least <= int(value) <= most:
        return int(value)
    raise BlastemaError(f"{name} is {value!r}; {limits} a whole number from {least} to {most}")


def _history(entries: Any) -> tuple[tuple[int, int], ...]:
    """Return the entries as pairs of whole numbers; their steps must increase from 0."""
    try:
        pairs = tuple((begin, steps) for begin, steps in entries)
    except (TypeError, ValueError):
        raise BlastemaError(f"history is {entries!r}; it must be a list of pairs [training step, steps]") from None
    pairs = tuple(
        (_whole("history", begin, 0, MOST_STEPS, "it must be"), _whole("history", steps, 1, MOST_STEPS, "it must be"))
        for begin, steps in pairs
    )
    begins = [begin for begin, _ in pairs]
    if begins != sorted(set(begins)) or begins[:1] not in ([], [0]):
        raise BlastemaError(f"history has the training steps {begins}; they must increase from 0")
    return pairs


def _picture_of(array: np.ndarray) -> np.ndarray:
    """Return a copy of a target array as float32, premultiplied."""
    if array.ndim != 3 or array.shape[-1] != 4 or not array.size or max(array.shape) > LARGEST_TARGET:
        raise BlastemaError(
            f"the target has shape {array.shape}; it must be (height, width, 4), sides of 1 to {LARGEST_TARGET} cells"
        )
    if array.dtype == np.uint8:
        values = array.astype(np.float32) / 255
        values[..., :3] *= values[..., 3:]
        return values
    if array.dtype.kind != "f":
        raise BlastemaError(f"the target is an array of {array.dtype}; give floats from 0 to 1, or uint8")
    values = array.astype(np.float32)
    if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1):
        raise BlastemaError("the target has values outside 0 to 1 or not finite; if it is 8-bit, divide by 255")
    if (values[..., :3] > values[..., 3:] + 1e-5).any():
        raise BlastemaError("the target has RGB above alpha; multiply RGB by alpha: array[..., :3] *= array[..., 3:]")
    return values
