"""Where organisms come from: the zoo, runs, and files in any format that can be read; and the pictures they grow."""

from pathlib import Path

import numpy as np

from blastema import zoo
from blastema.errors import BlastemaError
from blastema.formats import read
from blastema.organism import Organism
from blastema.targets import load_target
from blastema.targets.target import FIT
from blastema.training.directory import ORGANISM, TARGET, kept_target


def load(path: Path | str) -> Organism:
    """Return an organism of the zoo by its name, or that of a run or of a file in any format that can be read.

    Args:
        path: `🦎`, `persistent/butterfly`, ... (see `blastema.zoo`), an organism file, the directory of a run, or what
            `blastema import` reads (docs/formats.md). Files and directories come before the zoo.

    Raises:
        BlastemaError: there is none, or it holds what we do not know or cannot be right; the message names it.
    """
    path = _path_of(path)
    if path.is_dir() and not (path / "model.json").exists():
        path = path / ORGANISM
        if not path.exists():
            raise BlastemaError(
                f"there is no organism in {path.parent}; give an organism file or the directory of a run"
            )
    return read(path)


def target_of(organism: Organism, source: Path | str, given: str | None = None) -> np.ndarray:
    """Return the picture that an organism is measured by, float32 `(height, width, 4)`.

    Args:
        organism: whose record of its training says what it was taught, and how large.
        source: where it was loaded from; the directory of a run keeps the very picture.
        given: another target to measure it by.

    Raises:
        BlastemaError: no target is known, or it cannot be loaded.
    """
    if given is None and (Path(source) / TARGET).is_file():
        return kept_target(Path(source) / TARGET)
    name = given or organism.training.get("target")
    if not isinstance(name, str):
        raise BlastemaError(f"{source} does not say what it grows; name it with --target, e.g. --target 🦎")
    height, width = organism.trained_size
    fit, background = organism.training.get("fit"), organism.training.get("background")
    return load_target(
        name,
        fit=fit if isinstance(fit, int) else FIT,
        height=height,
        width=width,
        background=background if isinstance(background, str) else None,
    )


def _path_of(name: Path | str) -> Path:
    """Return the path of the zoo's organism of that name, or the name as a path."""
    path = Path(name)
    known = None if path.exists() else zoo.path_of(str(name))
    if known is None and not path.exists() and not path.suffix:
        raise BlastemaError(zoo.no_such(str(name)))
    return known or path
