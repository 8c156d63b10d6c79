"""Files and folders that are there whole or not at all."""

import os
import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from blastema.errors import BlastemaError


@contextmanager
def replacing(path: Path | str) -> Iterator[Path]:
    """Give a temporary path of the same suffix to write to; it takes the place of `path` when all went well.

    Whatever goes wrong in between, be it Ctrl-C, the file that was there before is still there, and the temporary
    one is gone. A killed process leaves at most a hidden file behind.

    Raises:
        BlastemaError: the folder is missing or cannot be written to, or the path is a folder.
    """
    path = Path(path)
    if path.is_dir():
        raise BlastemaError(f"{path} is a folder; give the name of a file")
    try:
        handle, name = tempfile.mkstemp(prefix=".", suffix=path.suffix, dir=path.parent)
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
        # mkstemp makes files private; the result is an ordinary one.
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o666 & ~mask)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


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
        mask = os.umask(0)
        os.umask(mask)
        temporary.chmod(0o777 & ~mask)
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
