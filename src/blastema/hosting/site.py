"""The page as static files, for any host that serves them."""

import json
from collections.abc import Mapping
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.playground.files import START

# Lists what was written, so that a directory is known again, and what is of no use any more can go.
LIST = ".blastema-site.json"


def write_site(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a page into a directory that is new, empty, or was written by this function before.

    Each file is there whole or not at all, and the start page comes last. What was written before and is no longer
    among the files is removed; what others put there stays.

    Args:
        directory: made if need be.
        files: path with slashes, relative to the directory, and content.

    Raises:
        BlastemaError: the directory holds something else, or cannot be written to.
    """
    before = _written_before(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # First, so that what breaks off in the middle can be written again.
        _write(directory / LIST, json.dumps(sorted(before | files.keys()), indent=1).encode())
        for path in sorted(files, key=lambda path: (path == START, path)):
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            _write(directory / path, files[path])
        for path in before - files.keys():
            (directory / path).unlink(missing_ok=True)
        _write(directory / LIST, json.dumps(sorted(files), indent=1).encode())
    except OSError as error:
        raise BlastemaError(f"cannot write {directory}: {error.strerror}; give a folder that is yours") from None


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _written_before(directory: Path) -> set[str]:
    """Return the paths that an earlier call wrote there."""
    if not directory.exists():
        return set()
    if not directory.is_dir():
        raise BlastemaError(f"{directory} is a file; give the name of a folder")
    if not any(directory.iterdir()):
        return set()
    try:
        listed = json.loads((directory / LIST).read_bytes())
    except (OSError, ValueError, RecursionError):
        listed = None
    if not isinstance(listed, list) or not all(_lies_inside(directory, path) for path in listed):
        raise BlastemaError(
            f"{directory} is not empty, and blastema site did not write it; give a new or an empty folder"
        )
    return set(listed)


def _lies_inside(directory: Path, path: object) -> bool:
    """Return whether a listed path is one of a file in the directory: a list may have been tampered with."""
    root = directory.resolve()
    return isinstance(path, str) and root in (root / path).resolve().parents
