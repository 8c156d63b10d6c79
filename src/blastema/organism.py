"""An organism: its weights, its rule, and how they came to be. Load, save, refuse."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.rule import Rule, Weights, seed_batch
from blastema.tensors import read_tensors, write_tensors

FORMAT, VERSION = "blastema-organism", "1"
TENSORS = ("hidden.weight", "hidden.bias", "update.weight", "update.bias")
METADATA = ("format", "version", "rule", "training", "scores")
# Cells in a row or column of a grid; what a file tells of its training is not taken on trust.
LARGEST = 4096


@dataclass(frozen=True)
class Organism:
    """A trained update rule, ready to grow.

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
            steps: how many, 0 or more.
            height, width: of the grid, in cells.
            seed: which cells fire when; same seed, same organism, 0 to 2^32 - 1.
            angle: by how much the cells' senses are turned, radians.
            engine: its name, or None for the fastest present.
        """
        batch = seed_batch([seed], height, width, self.rule.channels)
        return choose_engine(engine).grow(self.rule, self.weights, batch, steps, angle).states[0]

    def frames(
        self,
        steps: int = 200,
        height: int = 72,
        width: int = 72,
        seed: int = 0,
        angle: float = 0.0,
        engine: str | None = None,
    ) -> Iterator[np.ndarray]:
        """Yield the state of a growing organism after 0, 1, 2, ... `steps` steps; see `grow`."""
        runner = choose_engine(engine)
        batch = seed_batch([seed], height, width, self.rule.channels)
        yield batch.states[0]
        for _ in range(steps):
            batch = runner.grow(self.rule, self.weights, batch, 1, angle)
            yield batch.states[0]

    def show(self, height: int | None = None, width: int | None = None, seed: int = 0, angle: float = 0.0) -> Any:
        """Return a Jupyter widget in which the organism grows, and can be cut; the notebook shows it.

        Args:
            height, width: of the grid, in cells, at most 512; as in training if not given.
            seed: which cells fire when, 0 to 2^32 - 1.
            angle: by how much the cells' senses are turned, radians; `widget.angle` can be changed later.

        Raises:
            BlastemaError: the extra `[notebook]` is not installed, or the size or seed cannot be.
        """
        from blastema.playground.notebook import widget

        return widget(self, height, width, seed, angle)

    def save(self, path: Path | str) -> None:
        """Write the organism file; same organism, same bytes. Layout: design of the format in docs/model.md.

        Raises:
            BlastemaError: it cannot be written there.
        """
        metadata = {
            "format": FORMAT,
            "version": VERSION,
            "rule": _json(asdict(self.rule)),
            "training": _json(self.training),
        }
        if self.scores is not None:
            metadata["scores"] = _json(self.scores)
        write_tensors(path, dict(zip(TENSORS, self.weights, strict=True)), metadata)


def load(path: Path | str) -> Organism:
    """Return an organism of the zoo by its name, or that of a file, a run, or a model of the article's web page.

    Args:
        path: `🦎`, `persistent/butterfly`, ... (see `blastema.zoo`), an organism file, the directory of a run, or a
            `.json` as the article's web page has it. Files and directories come before the zoo.

    Raises:
        BlastemaError: there is none, or it holds what we do not know or cannot be right; the message names it.
    """
    path = _found(path)
    if path.is_dir():
        path = path / "organism.safetensors"
        if not path.exists():
            raise BlastemaError(
                f"there is no organism in {path.parent}; give an organism file or the directory of a run"
            )
    if path.suffix == ".json":
        from blastema.formats.distill import read_distill

        return Organism(read_distill(path), training={"source": "article", "file": path.name})
    tensors, metadata = read_tensors(path)
    _refuse_unknown(path, metadata)
    rule = _rule(path, metadata["rule"])
    organism = Organism(
        check_weights(rule, tensors, str(path)),
        rule,
        _object(path, "training", metadata["training"]),
        _object(path, "scores", metadata["scores"]) if "scores" in metadata else None,
    )
    return organism


def trained_size(organism: Organism) -> tuple[int, int]:
    """Return (height, width) of the grids that the organism was trained in, 72x72 where that is not known."""
    training = organism.training
    fit, pad = training.get("fit", 40), training.get("pad")
    side = fit + 2 * (16 if pad is None else pad) if isinstance(fit, int) and isinstance(pad, int | None) else 72
    height, width = (training.get(name) or side for name in ("height", "width"))
    known = all(isinstance(length, int) and 1 <= length <= LARGEST for length in (height, width))
    return (height, width) if known else (72, 72)


def _found(name: Path | str) -> Path:
    """Return the path of the zoo's organism of that name, or the name as a path."""
    from blastema import zoo

    path = Path(name)
    known = None if path.exists() else zoo.path_of(str(name))
    if known is None and not path.exists() and not path.suffix:
        raise BlastemaError(
            f"there is no organism {name}; give a file, the directory of a run, or one of the zoo: "
            f"{', '.join(zoo.names())}"
        )
    return known or path


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


def _refuse_unknown(path: Path, metadata: dict[str, str]) -> None:
    if metadata.get("format") != FORMAT:
        raise BlastemaError(f"{path} is no organism: its format is {metadata.get('format')!r}, not {FORMAT!r}")
    if metadata.get("version") != VERSION:
        raise BlastemaError(f"{path} has version {metadata.get('version')!r}; this program reads version {VERSION}")
    unknown, missing = sorted(metadata.keys() - set(METADATA)), sorted({"rule", "training"} - metadata.keys())
    if unknown or missing:
        what = f"unknown keys {', '.join(unknown)}" if unknown else f"no key {', '.join(missing)}"
        raise BlastemaError(f"{path} has {what} in its metadata; an organism has {', '.join(METADATA)}")


def _rule(path: Path, text: str) -> Rule:
    values = _object(path, "rule", text)
    known = asdict(Rule())
    if values.keys() != known.keys():
        wrong = ", ".join(sorted(values.keys() ^ known.keys()))
        raise BlastemaError(f"the rule in {path} has unknown or missing keys: {wrong}; it has {', '.join(known)}")
    if not isinstance(values["filters"], list):
        raise BlastemaError(f"filters in {path} is {values['filters']!r}; it must be a list of names")
    try:
        return Rule(**values | {"filters": tuple(values["filters"])})
    except (BlastemaError, TypeError) as error:
        raise BlastemaError(f"the rule in {path} does not hold: {error}") from None


def _object(path: Path, name: str, text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BlastemaError(f"{name} in the metadata of {path} is not a JSON object")
    return value


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
