"""The picture that an organism was taught, which it is measured by."""

from pathlib import Path

import numpy as np

from blastema.errors import BlastemaError
from blastema.organism import Organism
from blastema.targets import load_target
from blastema.training.run import TARGET, kept_target


def target_of(organism: Organism, source: Path | str, given: str | None = None) -> np.ndarray:
    """Return the target, float32 `(height, width, 4)`.

    Args:
        organism: whose record of its training says what it was taught, and how large.
        source: where it was loaded from; the directory of a run keeps the very picture.
        given: another target to measure it by.

    Raises:
        BlastemaError: no target is known, or it cannot be had.
    """
    if given is None and (Path(source) / TARGET).is_file():
        return kept_target(Path(source) / TARGET)
    training = organism.training
    name = given or training.get("target")
    if not isinstance(name, str):
        raise BlastemaError(f"{source} does not say what it grows; name it with --target, e.g. --target 🦎")
    height, width = organism.trained_size
    fit, background = training.get("fit", 40), training.get("background")
    return load_target(
        name,
        fit=fit if isinstance(fit, int) else 40,
        height=height,
        width=width,
        background=background if isinstance(background, str) else None,
    )
