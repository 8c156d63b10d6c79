"""The directory of a run: its configuration and target, how they are written and read."""

import hashlib
import io
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.io.atomic import is_left_over, remove_left_over, replacing
from blastema.training.config import Config
from blastema.training.config_file import as_json, config_of, read_config
from blastema.training.lock import LOCK
from blastema.training.milestone import ROLLBACK

CONFIG, TARGET, LOG = "config.json", "target.npy", "log.jsonl"
CHECKPOINT, ORGANISM = "checkpoint.safetensors", "organism.safetensors"
# What may be written before `config.json`.
BEFORE_CONFIG = (ORGANISM, CHECKPOINT, ROLLBACK)
# Keys of `config.json` besides those of `Config`: checksums of the file itself and of `target.npy`.
OWN_SUM, TARGET_SUM = "sha256", "target_sha256"


class DirectoryTakenError(BlastemaError):
    """A directory holds a run or something else already."""


def refuse_taken(directory: Path) -> None:
    """Raise if a run cannot be started in this directory.

    It may hold files of a run that was killed before its configuration was written.

    Raises:
        DirectoryTakenError: it holds a run or something else.
    """
    if not directory.exists():
        return
    names = {path.name for path in directory.iterdir() if not is_left_over(path)} if directory.is_dir() else {""}
    # With a beginning, checkpoints are written before the configuration; the log is not.
    if names <= {LOCK} or {LOCK, TARGET} <= names <= {LOCK, TARGET, *BEFORE_CONFIG}:
        return
    advice = f"continue it with blastema train --resume {directory}, or " if CONFIG in names else ""
    raise DirectoryTakenError(f"{directory} already exists and is not empty; {advice}choose another --out")


def make_directory(directory: Path) -> None:
    """Create the directory of a run, if it does not exist.

    Raises:
        BlastemaError: it cannot be created.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BlastemaError(f"cannot create {directory}: {error.strerror}; choose another --out") from None


def remove_unfinished(directory: Path) -> None:
    """Remove the files of a run that was killed before its configuration was written."""
    remove_left_over(directory)
    for name in BEFORE_CONFIG:
        (directory / name).unlink(missing_ok=True)


def write_target(directory: Path, target: np.ndarray) -> str:
    """Write `target.npy` and return its checksum; the original picture may be moved or changed later."""
    content = io.BytesIO()
    np.save(content, target)
    with replacing(directory / TARGET) as temporary:
        temporary.write_bytes(content.getvalue())
    return hashlib.sha256(content.getvalue()).hexdigest()


def write_config(directory: Path, config: Config, target_sum: str) -> None:
    """Write `config.json`, which makes the directory that of a run."""
    values = config.record() | {TARGET_SUM: target_sum}
    with replacing(directory / CONFIG) as temporary:
        temporary.write_text(as_json(values | {OWN_SUM: _sum_of(values)}), "utf-8")


def load_config(directory: Path) -> tuple[Config, str | None]:
    """Return the configuration of a run and the checksum of its target, None in runs of Blastema 0.1.0.

    Raises:
        BlastemaError: it is missing, damaged, or invalid.
    """
    path = directory / CONFIG
    if not path.is_file() and directory.is_dir() and (directory / LOCK).exists():
        raise BlastemaError(
            f"{directory} is not the directory of a run: it has no {CONFIG}; "
            "if training was stopped as it started, run the same command again"
        )
    values = read_config(path)
    if OWN_SUM in values and values.pop(OWN_SUM) != _sum_of(values):
        raise BlastemaError(
            f"{path} is damaged or was edited: it does not match its checksum; "
            f'restore it, or, if you edited it, remove its entry "{OWN_SUM}"'
        )
    target_sum = values.pop(TARGET_SUM, None)
    if target_sum is not None and not isinstance(target_sum, str):
        raise BlastemaError(f"{path} is damaged: its {TARGET_SUM} is {target_sum!r}")
    try:
        return config_of(values, path), target_sum
    except BlastemaError as error:
        text = str(error)
        raise BlastemaError(text if str(path) in text else f"{path} is invalid: {text}") from None


def kept_target(path: Path, checksum: str | None = None) -> np.ndarray:
    """Return the target in the directory of a run, float32 `(height, width, 4)`, or several, `(target, ...)`.

    Raises:
        BlastemaError: it is missing or damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BlastemaError(f"{path} is missing or damaged ({error.strerror}); a run needs its target") from None
    if checksum is not None and hashlib.sha256(content).hexdigest() != checksum:
        raise BlastemaError(f"{path} is damaged: it does not match its checksum; restore it, or start a new run")
    target = _array(content)
    if (
        target is None
        or target.ndim not in (3, 4)
        or target.shape[-1] != 4
        or target.dtype != np.float32
        or not target.size
    ):
        raise BlastemaError(f"{path} is missing or damaged; a run needs its target")
    if not np.isfinite(target).all() or target.min() < 0 or target.max() > 1:
        raise BlastemaError(f"{path} is damaged: it has values outside 0 to 1")
    return target


def _array(content: bytes) -> np.ndarray | None:
    """Return the array in the content of a .npy file, or None if it is damaged."""
    try:
        with warnings.catch_warnings():
            # NumPy warns of headers written by Python 2.
            warnings.simplefilter("error")
            array = np.load(io.BytesIO(content), allow_pickle=False)
    # NumPy evaluates the header and trusts its shape, so that a damaged file can raise almost anything.
    except Exception:
        return None
    return array if isinstance(array, np.ndarray) else None


def _sum_of(values: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()
