"""The page as static files, for any host that serves them."""

import json
from collections.abc import Mapping
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.playground.files import START

# Lists the files written, so that the directory is recognised and obsolete files can be removed.
LIST = ".blastema-site.json"


def write_site(directory: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a page into a directory that is new, empty, or was written by this function before.

    Each file is written atomically, the start page last. Files of an earlier call that are no longer among these are
    removed; other files stay.

    Args:
        directory: created if it does not exist.
        files: path with slashes, relative to the directory, to content.

    Raises:
        BlastemaError: the directory holds other files, or cannot be written to.
    """
    before = _written_before(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True)
        # First, so that an interrupted call can be repeated.
        _write(directory / LIST, json.dumps(sorted(before | files.keys()), indent=1).encode())
        for path in sorted(files, key=lambda path: (path == START, path)):
            (directory / path).parent.mkdir(parents=True, exist_ok=True)
            _write(directory / path, files[path])
        for path in before - files.keys():
            (directory / path).unlink(missing_ok=True)
        _write(directory / LIST, json.dumps(sorted(files), indent=1).encode())
    except OSError as error:
        raise BlastemaError(f"cannot write {directory}: {error.strerror}; choose another folder") from None


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def _written_before(directory: Path) -> set[str]:
    """Return the paths that an earlier call wrote."""
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
    """Return whether a listed path lies in the directory; the list may have been tampered with."""
    root = directory.resolve()
    return isinstance(path, str) and root in (root / path).resolve().parents
