"""Organisms in integers, kept in the user's cache directory, since rounding takes seconds.

A file is named by a hash of the weights and of the code that rounds them, so it never needs to be cleared to be right.
One that cannot be read or written is no error: the weights are rounded again.
"""

import hashlib
import os
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from blastema._version import __version__
from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.quantisation import eight_bit, integer_cell
from blastema.quantisation.integer_cell import IntegerCell
from blastema.simulation import Grows

# Files of 13 KB each; the oldest goes first.
MOST_FILES = 64


def rounded(organism: Grows) -> IntegerCell:
    """Return an organism's weights in integers, from the cache if they are there."""
    path = cache_directory() / f"{_hash(organism)}.npz"
    numbers = _read(path)
    if numbers is None:
        numbers = integer_cell.integer_cell(organism.rule, organism.weights, *organism.trained_size)
        _write(path, numbers)
    return numbers


def cache_directory() -> Path:
    """Return the directory of the cache: blastema in $XDG_CACHE_HOME, or in ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "blastema"


def _hash(organism: Grows) -> str:
    content = hashlib.sha256(f"{__version__} {organism.rule!r} {organism.trained_size}".encode())
    for module in (eight_bit, integer_cell):
        content.update(Path(str(module.__file__)).read_bytes())
    for name, tensor in organism.weights._asdict().items():
        content.update(f"{name} {tensor.shape} {tensor.dtype}".encode())
        content.update(np.ascontiguousarray(tensor).tobytes())
    return content.hexdigest()


def _read(path: Path) -> IntegerCell | None:
    try:
        with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
            fields = {name: arrays[name] for name in IntegerCell._fields}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None
    return IntegerCell(**{name: value if value.ndim else value.item() for name, value in fields.items()})


def _write(path: Path, numbers: IntegerCell) -> None:
    with suppress(OSError, BlastemaError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as temporary:
            np.savez(temporary, allow_pickle=False, **numbers._asdict())
        files = sorted(path.parent.glob("*.npz"), key=lambda file: file.stat().st_mtime)
        for file in files[:-MOST_FILES]:
            file.unlink(missing_ok=True)
