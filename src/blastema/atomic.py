"""Files that are there whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
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
