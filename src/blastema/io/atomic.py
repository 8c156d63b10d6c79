"""Files and folders that are there whole or not at all."""

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from blastema.errors import BlastemaError

PREFIX = ".blastema-"
# What a killed process leaves behind; Blastema 0.1.0 named its temporary files with a dot and eight characters.
LEFT_OVER = re.compile(r"\.(blastema-)?[a-z0-9_]{8}\.(safetensors|json|jsonl|npy|png|gif)")


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give a temporary path of the same suffix to write to; it takes the place of `path` when all went well.

    Whatever goes wrong in between, be it Ctrl-C, the file that was there before is still there, and the temporary
    one is gone. A killed process leaves at most a hidden file behind, see `remove_left_over`. Once the new file is
    in its place, it is on the disk: a power cut does not bring the old one back.

    Raises:
        BlastemaError: the folder is missing or cannot be written to, or the path is a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise BlastemaError(f"{path} is a folder; give the name of a file")
    try:
        handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise BlastemaError(
            f"cannot write {path}: {error.strerror}; choose a folder that exists and is yours"
        ) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        _make_ordinary(temporary, 0o666)
        temporary.replace(path)
        sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Wait until the names of the files in a folder are on the disk, where the system can tell."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as error:
        # Some network file systems cannot; they have their own order of writing.
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.EACCES, errno.EBADF):
            raise
    finally:
        os.close(handle)


def is_left_over(path: Path) -> bool:
    """Return whether this is a temporary file of `replacing`, by its name."""
    return LEFT_OVER.fullmatch(path.name) is not None and path.is_file() and not path.is_symlink()


def remove_left_over(folder: Path) -> None:
    """Remove the temporary files that killed processes left in a folder in which nobody else writes now."""
    for path in folder.iterdir() if folder.is_dir() else ():
        if is_left_over(path):
            path.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path | str, names: Collection[str]) -> Iterator[Path]:
    """Give an empty temporary folder to write files to; it takes the place of `path` when all went well.

    Args:
        path: of the folder. One that is there is replaced only if it holds nothing but files of these names.
        names: of the files that will be written.

    Raises:
        BlastemaError: there is something else at this path, or its parent is missing or cannot be written to.
    """
    path = Path(path)
    if path.exists() and not (path.is_dir() and {one.name for one in path.iterdir()} <= set(names)):
        raise BlastemaError(f"{path} is there already and holds other things; choose another folder or remove it")
    try:
        temporary = Path(tempfile.mkdtemp(prefix=".", dir=path.parent))
    except OSError as error:
        raise BlastemaError(
            f"cannot write {path}: {error.strerror}; choose a folder that exists and is yours"
        ) from error
    try:
        yield temporary
        _make_ordinary(temporary, 0o777)
        if path.exists():
            # A folder cannot take the place of one that holds files: the old one steps aside first.
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
