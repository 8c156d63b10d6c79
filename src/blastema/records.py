"""What an organism file says of its training and of what was measured. Files from elsewhere may say anything."""

from dataclasses import dataclass
from typing import Any, TypedDict

from blastema.targets.target import FIT, LARGEST_TARGET, PAD


@dataclass(frozen=True)
class TrainingRecord:
    """What Blastema reads of a training record, checked: what is missing or of another type is None or a default.

    Attributes:
        targets: what it was trained to grow: emoji, names, files; one for each signal, if its rule has any.
        experiment, recipe: their names.
        background: of the target, as in `load_target`.
        layout: of the tensors of a model that was imported, if its file did not say.
        steps: training steps.
        fit: longer side of the picture in cells, 40 if unknown.
        height, width: of the grids in cells, 72 if unknown.
    """

    targets: tuple[str, ...]
    experiment: str | None
    recipe: str | None
    background: str | None
    layout: str | None
    steps: int | None
    fit: int
    height: int
    width: int

    @property
    def target(self) -> str | None:
        """What it was trained to grow, if that is one thing."""
        return self.targets[0] if len(self.targets) == 1 else None

    @classmethod
    def of(cls, training: dict[str, Any]) -> "TrainingRecord":
        """Return the record in the `training` of an organism file.

        >>> TrainingRecord.of({"target": "🦎", "fit": 20, "pad": -1}).height
        52
        """
        fit = _side(training.get("fit"), FIT)
        side = max(1, fit + 2 * _side(training.get("pad"), PAD))
        target = training.get("target")
        targets = tuple(name for name in (target if isinstance(target, list) else [target]) if isinstance(name, str))
        names = ("experiment", "recipe", "background", "layout")
        texts = {name: text if isinstance(text := training.get(name), str) else None for name in names}
        steps = training.get("steps")
        return cls(
            targets=targets,
            **texts,
            steps=steps if isinstance(steps, int) else None,
            fit=fit,
            height=_side(training.get("height"), side) or side,
            width=_side(training.get("width"), side) or side,
        )


class EightBitScores(TypedDict):
    """Some of the scores with weights rounded to 8 bits, see `Scores`."""

    grown: float
    after_5000: float
    after_10000: float
    regeneration: dict[str, float]


class BodyScores(TypedDict):
    """What was measured of one body, as in `Scores`."""

    grown: float
    after_10000: float
    regeneration: dict[str, float]


class Scores(TypedDict, total=False):
    """What was measured of an organism; log10 of the loss unless noted. docs/zoo.md says what each is.

    Attributes:
        validation: at the milestone that was kept (`held_out` in older files).
        grown, after_5000, after_10000: at 200 steps the median; later the worst.
        regeneration: by the cut, medians 600 steps later.
        means: of the loss itself, as the article's models were measured.
        repeated: by the number of cuts in a row, how many regrew, and the worst.
        remnants: by the part of the living cells that was left, how many regrew, and the worst.
        eight_bit: the same with weights rounded to 8 bits.
        organisms: how many were grown.
        runs: how many trainings it took.
        bodies: of organisms with signals, by the name of the signal.
        recoveries: of all switches from one body to another, ascending; 1 if the new body is complete.
    """

    validation: float
    held_out: float
    grown: float
    after_5000: float
    after_10000: float
    regeneration: dict[str, float]
    means: dict[str, float]
    repeated: dict[str, dict[str, float]]
    remnants: dict[str, dict[str, float]]
    eight_bit: EightBitScores
    organisms: int
    runs: int
    bodies: dict[str, BodyScores]
    recoveries: list[float]


def _side(value: object, default: int) -> int:
    """Return a length from a training record, or the default if it is not a whole number in range."""
    return value if isinstance(value, int) and 0 <= value <= LARGEST_TARGET else default
