"""Files that strangers wrote, read whole, but only up to the size that their format can have."""

from pathlib import Path

from blastema.errors import BlastemaError


def read_small_file(path: Path, largest: int, what: str) -> bytes:
    """Return the content of a file that holds `what`, which never has more than `largest` bytes.

    Raises:
        BlastemaError: the file is missing, cannot be read, is a folder or a pipe, or is larger.
    """
    try:
        if not path.exists():
            raise BlastemaError(f"there is no file {path}")
        if not path.is_file():
            raise BlastemaError(f"{path} is not a file; {what} is")
        if path.stat().st_size > largest:
            raise BlastemaError(f"{path} is larger than {largest:,} bytes; {what} is not")
        return path.read_bytes()
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror}") from None
