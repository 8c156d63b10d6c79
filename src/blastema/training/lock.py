"""A lock on the directory of a run, in which one process at a time trains."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blastema.errors import BlastemaError

LOCK = "lock"


class LockedError(BlastemaError):
    """Another process is training in a directory."""


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Lock a directory; the system releases the lock when this process ends, however it ends.

    Raises:
        LockedError: another process is training there.
    """
    with (directory / LOCK).open("ab") as file:
        try:
            _lock(file.fileno())
        except (BlockingIOError, PermissionError):
            raise LockedError(
                f"another process is training in {directory}; wait for it or stop it, then use --resume {directory}"
            ) from None
        except OSError as error:
            # Some file systems do not support locks; training works there without.
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
