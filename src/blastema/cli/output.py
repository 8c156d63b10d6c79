"""Checks of output paths, made before a command starts its work."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from blastema.cli.choices import listed
from blastema.errors import BlastemaError
from blastema.io.arguments import suffix_named
from blastema.io.found import mode_at


def check_file(flag: str, path: Path, suffixes: Sequence[str] = ()) -> None:
    """Raise unless a file can be written to this path.

    Args:
        flag: the flag that gave the path, for the message.
        path: path of the file; an existing file will be replaced.
        suffixes: allowed suffixes; any if empty.

    Raises:
        BlastemaError: its suffix is not allowed, it is a folder, its folder is missing or cannot be written to.
    """
    if suffixes and path.suffix.lower() not in suffixes:
        raise BlastemaError(f"{flag} {path} has {suffix_named(path)}; use {listed(suffixes)}")
    check_parent(flag, path)
    if path.is_dir():
        raise BlastemaError(f"{flag} {path} is a folder; give the name of a file")
    if path.exists() and not path.is_file():
        raise BlastemaError(f"{flag} {path} is a device or a pipe; give the name of a file")


def check_parent(flag: str, path: Path) -> None:
    """Raise unless a file or folder can be created at this path."""
    try:
        if not path.parent.is_dir():
            raise BlastemaError(f"there is no folder {path.parent} to write {path.name} to; create it first")
        # The name may be longer than the file system allows.
        mode_at(path)
    except OSError as error:
        raise BlastemaError(f"cannot write {path}: {error.strerror}; choose another {flag}") from None
    check_folder(flag, path.parent)


def check_folder(flag: str, folder: Path) -> None:
    """Raise unless files can be written to this existing folder."""
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise BlastemaError(f"cannot write to {folder}: {error.strerror}; choose another {flag}") from None
