"""Loading of organisms by name, from runs and from files of any readable format, and of their targets."""

from pathlib import Path

import numpy as np

from blastema import zoo
from blastema.errors import BlastemaError
from blastema.formats import read
from blastema.organism import Organism
from blastema.targets import load_target, load_targets
from blastema.training.config import ARRAY
from blastema.training.directory import ORGANISM, TARGET, kept_target


def load(path: Path | str) -> Organism:
    """Return an organism of the zoo, of a run, or of a file in any format that can be read.

    Args:
        path: a name such as `🦎` or `persistent/butterfly` (see `blastema.zoo`), an organism file, the directory of a
            run, or a file that `blastema import` reads (docs/formats.md). Existing files and directories take
            precedence over the zoo.

    Raises:
        BlastemaError: there is no such organism, or something in the file is unknown or invalid.
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
    """Return the picture that an organism is evaluated against, float32 `(height, width, 4)`.

    Args:
        organism: whose training record names the target and its size.
        source: where it was loaded from; the directory of a run holds the picture itself.
        given: another target, instead of the one it was trained on.

    Raises:
        BlastemaError: no target is known, or it cannot be loaded.
    """
    if given is None and (Path(source) / TARGET).is_file():
        return kept_target(Path(source) / TARGET)
    record = organism.record
    name = given or record.target
    if given is None and name == ARRAY:
        raise BlastemaError(
            f"{source} was trained on an array, which it does not hold; give the directory of its run, or name what it "
            "grows with --target"
        )
    if name is None:
        raise BlastemaError(f"{source} does not say what it grows; name it with --target, e.g. --target 🦎")
    return load_target(name, fit=record.fit, height=record.height, width=record.width, background=record.background)


def targets_of(organism: Organism, source: Path | str, given: str | None = None) -> np.ndarray:
    """Return the pictures that the bodies of an organism are evaluated against, float32 `(target, height, width, 4)`.

    Without signals it is one, see `target_of`.

    Args:
        organism, source: as for `target_of`.
        given: another target, instead of the one it was trained on; only for organisms without signals.

    Raises:
        BlastemaError: a target is not known, or cannot be loaded, or `given` is for an organism with signals.
    """
    signals, record = organism.rule.signals, organism.record
    if not signals:
        return target_of(organism, source, given)[None]
    if given is not None:
        raise BlastemaError(f"{source} has {len(signals)} bodies, each with a target of its own; leave out --target")
    if (Path(source) / TARGET).is_file():
        return kept_target(Path(source) / TARGET).reshape(-1, record.height, record.width, 4)
    if len(record.targets) != len(signals):
        raise BlastemaError(f"{source} has {len(signals)} signals, but its record names {len(record.targets)} targets")
    return load_targets(
        record.targets, fit=record.fit, height=record.height, width=record.width, background=record.background
    )


def _path_of(name: Path | str) -> Path:
    """Return the file of the zoo's organism of that name, or the name as a path."""
    path = Path(name)
    in_zoo = None if path.exists() else zoo.path_of(str(name))
    if in_zoo is None and not path.exists() and not path.suffix:
        raise BlastemaError(zoo.no_such(str(name)))
    return in_zoo or path
