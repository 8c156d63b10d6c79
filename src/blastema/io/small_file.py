"""Reading of untrusted files as a whole, up to a limit on their size."""

import stat
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.io.found import mode_at


def read_small_file(path: Path, largest: int, what: str) -> bytes:
    """Return the content of a file, unless it is too large.

    Args:
        path: of the file.
        largest: number of bytes that it may have.
        what: kind of file, for messages, such as `a distill file`.

    Raises:
        BlastemaError: the file is missing, cannot be read, is a folder or a pipe, or is too large.
    """
    try:
        mode = mode_at(path)
        if mode is None:
            raise BlastemaError(f"there is no file {path}")
        if not stat.S_ISREG(mode):
            raise BlastemaError(f"{path} is not a file; give {what}")
        if path.stat().st_size > largest:
            raise BlastemaError(f"{path} is larger than {largest:,} bytes, the limit for {what}")
        return path.read_bytes()
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror}") from None
