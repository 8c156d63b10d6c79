"""Atomic writing of files and folders: complete, or not at all."""

import errno
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from blastema.errors import BlastemaError

PREFIX = ".blastema-"
# Temporary files of killed processes; Blastema 0.1.0 named them with a dot and eight characters.
LEFT_OVER = re.compile(r"\.(blastema-)?[a-z0-9_]{8}\.(safetensors|json|jsonl|npy|png|gif)")


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path with the same suffix to write to; on success it replaces `path`.

    On any exception, Ctrl-C included, an existing file stays and the temporary one is removed. A killed process leaves
    at most a hidden file, see `remove_left_over`. The new file is synced to disk, so that it survives a power cut.

    Raises:
        BlastemaError: the folder is missing or cannot be written to, or the path is a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise BlastemaError(f"{path} is a folder; give a file name")
    # The name is chosen before the file exists, so that Ctrl-C while it is created cannot leave it behind.
    temporary = path.with_name(f"{PREFIX}{secrets.token_hex(4)}{path.suffix}")
    try:
        _create(temporary, path, lambda name: name.touch(0o600, exist_ok=False))
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        _make_ordinary(temporary, 0o666)
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _create(temporary: Path, path: Path, create: Callable[[Path], None]) -> None:
    try:
        create(temporary)
    except OSError as error:
        raise BlastemaError(
            f"cannot write {path}: {error.strerror}; choose a folder that exists and is writable"
        ) from error


def sync_folder(folder: Path) -> None:
    """Sync a folder's list of files to disk, where the system supports it."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems do not support it.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EBADF):
            raise
    finally:
        os.close(handle)


def is_left_over(path: Path) -> bool:
    """Return whether a file has the name of a temporary file of `replacing`."""
    return LEFT_OVER.fullmatch(path.name) is not None and path.is_file() and not path.is_symlink()


def remove_left_over(folder: Path) -> None:
    """Remove temporary files of killed processes from a folder to which no other process is writing."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if is_left_over(path):
            path.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path | str, names: Collection[str]) -> Iterator[Path]:
    """Yield an empty temporary folder to write files to; on success it replaces `path`.

    Args:
        path: of the folder. An existing one is replaced only if it holds no other files than these.
        names: of the files that will be written.

    Raises:
        BlastemaError: something else exists at this path, or its parent folder is missing or not writable.
    """
    path = Path(path)
    if path.exists() and not (path.is_dir() and {entry.name for entry in path.iterdir()} <= set(names)):
        raise BlastemaError(f"{path} already exists and holds other files; choose another folder or remove it")
    temporary = path.with_name(f".{secrets.token_hex(4)}")
    try:
        _create(temporary, path, lambda name: name.mkdir(0o700))
        yield temporary
        _make_ordinary(temporary, 0o777)
        if path.exists():
            # A folder cannot be renamed onto one that is not empty, so the old one is moved away first.
            aside = temporary.with_name(temporary.name + "-old")
            path.rename(aside)
            try:
                temporary.rename(path)
            except OSError:
                aside.rename(path)
                raise
            shutil.rmtree(aside, ignore_errors=True)
        else:
            temporary.rename(path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _make_ordinary(path: Path, mode: int) -> None:
    """Give a temporary file or folder, which is private, the rights that new ones have."""
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(mode & ~mask)
