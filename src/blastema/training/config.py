"""The configuration of a run, checked when it is made."""

import dataclasses
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral
from typing import Any

import numpy as np

from blastema.engines import ENGINES, default_engine
from blastema.errors import BlastemaError
from blastema.machine.memory import check_memory
from blastema.organism import Organism
from blastema.organism_file import rule_record
from blastema.rule import Rule
from blastema.targets import load_targets, short_name
from blastema.targets.remarks import remarks
from blastema.targets.target import FIT, LARGEST_TARGET, PAD, looks_like_file
from blastema.training.beginning import Beginning
from blastema.training.experiments import EXPERIMENTS, RECIPES, damaged, reseeded
from blastema.training.history import History, changed_history, checked_history
from blastema.training.recipe import MOST_STEPS, Recipe
from blastema.training.settings import changed, checked_settings
from blastema.training.target_array import picture_of

# The value of `Config.target` if the picture was given as an array.
ARRAY = "array"
# Attributes that have another name in files.
FILE_KEYS = {"beginning": "from"}
# Attributes that files name only if they are not the default.
OPTIONAL = ("rule", "settings", "beginning", "loss", "history")
# Settings that the smallest batch depends on.
COUNTS = ("pool", "reseeded", "damaged")
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
            grid: floats from 0 to 1 with RGB premultiplied by alpha, or uint8 RGBA with straight colours. A tuple of
            names trains one rule to grow them all, each with a signal of its own.
        experiment, recipe: names of records in `blastema.training.experiments`.
        steps: training steps; None takes the recipe's.
        batch: states per training step; None takes the recipe's.
        seed: random seed of the training, 0 to 2^63.
        fit, pad, height, width, background: of the target, see `load_target`.
        engine: name of an engine; None takes the fastest that is installed.
        rule: of the organism; None takes the beginning's, or the article's. With several targets its signals are
            called like them unless it names others.
        settings: values of the recipe that differ from the named one, by the name of a field of
            `blastema.training.recipe.Recipe`, such as `{"pool": 512}`; not steps and batch, which are given above.
        beginning: an organism whose weights training starts from, or, with a name, `Beginning.of(organism, name)`; None
            for random weights. Its rule must have the same channels and filters, and at most as many hidden units.
        loss: name of the run's own loss, which `Run.begin` sets.
        history: pairs (training step, `steps` from there on), if `steps` was changed during the run.
        array: the target, if it was given as an array.

    Raises:
        BlastemaError: a value has the wrong type or is out of range.
    """

    target: Any
    experiment: str = "regenerating"
    recipe: str = "blastema"
    # Never None afterwards, these two and the rule.
    steps: int = None  # type: ignore[assignment]
    batch: int = None  # type: ignore[assignment]
    seed: int = 0
    fit: int = FIT
    pad: int | None = None
    height: int | None = None
    width: int | None = None
    background: str | None = None
    engine: str = field(default_factory=default_engine)
    rule: Rule = None  # type: ignore[assignment]
    settings: Mapping[str, Any] = field(default_factory=dict, hash=False)
    # Afterwards a Beginning or None.
    beginning: Any = field(default=None, hash=False)
    loss: str | None = None
    history: History = ()
    array: np.ndarray | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._check_names()
        for name in ("steps", "batch"):
            if getattr(self, name) is None:
                object.__setattr__(self, name, getattr(RECIPES[self.recipe], name))
        self._check_target()
        self._check_rule()
        self._check_numbers()
        object.__setattr__(self, "history", checked_history(self.history))

    def full_recipe(self) -> Recipe:
        """Return the recipe with this run's steps, batch and settings."""
        return changed(RECIPES[self.recipe], {**self.settings, "steps": self.steps, "batch": self.batch})

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the targets."""
        return self.target if isinstance(self.target, tuple) else (self.target,)

    @property
    def label(self) -> str:
        """The names of the targets in one line."""
        return " ".join(self.names)

    def picture(self) -> np.ndarray:
        """Return the target, float32 `(height, width, 4)`, or several, `(target, height, width, 4)`."""
        if self.array is not None:
            return self.array
        pictures = load_targets(self.names, **self._placement())
        return pictures if isinstance(self.target, tuple) else pictures[0]

    def _placement(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("fit", "pad", "height", "width", "background")}

    def remarks(self) -> list[str]:
        """Return remarks on the target that a user should read before a long training, one line each."""
        if self.array is not None:
            return []
        return [remark for name in self.names for remark in remarks(name, **self._placement())]

    def check_memory(self) -> None:
        """Raise a BlastemaError if a training step needs more memory than is available."""
        height, width = self.grid()
        # States before and after a rollout, and the gradient; the tape is not counted.
        needed = height * width * FLOAT * (len(self.names) * COLOURS + COPIES * self.batch * self.rule.channels)
        what = f"a batch of {self.batch} grids of {width}x{height} cells"
        check_memory(needed, what, "use a smaller --fit or --size, or a smaller --batch")

    def grid(self) -> tuple[int, int]:
        """Return (height, width) of the grids, in cells."""
        side = self.fit + 2 * (PAD if self.pad is None else self.pad)
        return self.height or self.width or side, self.width or self.height or side

    def with_steps(self, steps: int, done: int) -> "Config":
        """Return the configuration of a run that continues after `done` training steps with a new total of `steps`."""
        again = dataclasses.replace(self, steps=steps)
        if not done or again.steps == self.steps:
            return again
        return dataclasses.replace(again, history=changed_history(self.history, self.steps, again.steps, done))

    def record(self) -> dict[str, Any]:
        """Return the values for files, ready for JSON; some only if they are not the default, see `OPTIONAL`."""
        values = {entry.name: getattr(self, entry.name) for entry in dataclasses.fields(self) if entry.name != "array"}
        defaults: dict[str, Any] = {"rule": Rule(), "settings": {}, "history": ()}
        values = {
            FILE_KEYS.get(name, name): value
            for name, value in values.items()
            if name not in OPTIONAL or value != defaults.get(name)
        }
        converted = {"target": lambda names: list(names) if isinstance(names, tuple) else names}
        converted |= {"rule": rule_record, "from": Beginning.record}
        for name in converted.keys() & values.keys():
            values[name] = converted[name](values[name])
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

    def _check_rule(self) -> None:
        beginning = self.beginning
        if isinstance(beginning, Organism):
            beginning = Beginning.of(beginning)
            object.__setattr__(self, "beginning", beginning)
        if beginning is not None and not isinstance(beginning, Beginning):
            raise BlastemaError(f"beginning is {beginning!r}; it must be an organism, as blastema.load returns it")
        if getattr(self, "rule") is None:  # noqa: B009 - typed as never None
            trained = beginning.organism if beginning else None
            object.__setattr__(self, "rule", trained.rule.replace(signals=()) if trained else Rule())
        if not isinstance(self.rule, Rule):
            raise BlastemaError(f"rule is {self.rule!r}; it must be a blastema.Rule")
        object.__setattr__(self, "rule", self.rule.replace(signals=self._signals()))
        if beginning:
            beginning.check(self.rule)
        if self.loss is not None and not isinstance(self.loss, str):
            raise BlastemaError("loss is the name of a loss; give the function itself to Run.begin, as its loss")

    def _check_numbers(self) -> None:
        for name, least, most in (("steps", 1, MOST_STEPS), ("seed", 0, 2**63)):
            object.__setattr__(self, name, _whole(name, getattr(self, name), least, most, "a run needs"))
        object.__setattr__(self, "settings", checked_settings(self.recipe, self.settings))
        least, pool = self._batches()
        counts = "".join(f" with {name}={self.settings[name]}" for name in COUNTS if name in self.settings)
        limits = f"the {self.experiment} experiment{counts} needs"
        object.__setattr__(self, "batch", _whole("batch", self.batch, least, pool, limits))
        for name, least in (("fit", 1), ("pad", 0), ("height", 1), ("width", 1)):
            value = getattr(self, name)
            if value is not None or name == "fit":
                object.__setattr__(self, name, _whole(name, value, least, LARGEST_TARGET, "a target needs"))

    def _batches(self) -> tuple[int, int]:
        """Return the smallest and the largest batch of this experiment and these settings."""
        recipe, experiment = changed(RECIPES[self.recipe], self.settings), EXPERIMENTS[self.experiment]
        least = max(1, reseeded(experiment, recipe) + damaged(experiment, recipe))
        if least > recipe.pool:
            raise BlastemaError(
                f"pool is {recipe.pool}; the {self.experiment} experiment needs at least {least}, for the states of a "
                "batch that are reseeded and damaged"
            )
        return least, recipe.pool

    def _check_target(self) -> None:
        if isinstance(self.target, np.ndarray):
            self._take_array(self.target)
        names = tuple(self.target) if isinstance(self.target, tuple | list) else (self.target,)
        plain = tuple(_target_name(name) for name in names)
        if not plain:
            raise BlastemaError("no target given; give a name, a path, or an array (height, width, 4)")
        object.__setattr__(self, "target", plain if len(plain) > 1 else plain[0])

    def _take_array(self, target: np.ndarray) -> None:
        if self.pad is not None or self.background is not None:
            raise BlastemaError("an array given as target fills the whole grid; leave out pad and background")
        array = picture_of(target)
        for name, side in zip(("height", "width"), array.shape[:2], strict=True):
            if getattr(self, name) not in (None, side):
                raise BlastemaError(f"{name} is {getattr(self, name)}, but the array given as target has {side}")
            object.__setattr__(self, name, side)
        object.__setattr__(self, "array", array)
        object.__setattr__(self, "target", ARRAY)

    def _signals(self) -> tuple[str, ...]:
        """Return the names of the rule's signals: one for each target if there are several."""
        count, signals = len(self.names), self.rule.signals
        if count == 1 and not signals:
            return ()
        if signals and len(signals) != count:
            raise BlastemaError(f"the rule has {len(signals)} signals for {count} targets; give one for each")
        return signals or tuple(short_name(name) if looks_like_file(name) else name for name in self.names)


# With more targets than these, names of files would be too long.
MOST_NAMED = 3


def run_name(config: Config) -> str:
    """Return a name for files and titles: `lizard`, `lizard-tree`, `10-targets`."""
    names = [short_name(name) for name in config.names]
    return "-".join(names) if len(names) <= MOST_NAMED else f"{len(names)}-targets"


def _target_name(target: Any) -> str:
    if isinstance(target, str | os.PathLike):
        target = os.fspath(target)
    if not isinstance(target, str):
        raise BlastemaError(
            f"the target is a {type(target).__name__}; give a name, a path, or an array (height, width, 4)"
        )
    if target.encode("utf-8", "replace").decode() != target:
        raise BlastemaError(f"the target {target!r} is not valid Unicode; rename the file")
    return target


def _whole(name: str, value: Any, least: int, most: int, limits: str) -> int:
    # Whole numbers of Python and NumPy, but not truth values.
    if isinstance(value, Integral) and value is not True and value is not False and least <= int(value) <= most:
        return int(value)
    raise BlastemaError(f"{name} is {value!r}; {limits} a whole number from {least} to {most}")
