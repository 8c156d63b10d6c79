"""One process at a time trains in the directory of a run."""

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blastema.errors import BlastemaError

LOCK = "lock"


class LockedError(BlastemaError):
    """Another process is at work in a directory."""


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Keep others out of a directory; the system lets them in again when this process ends, however it ends.

    Raises:
        LockedError: another process is at work there.
    """
    with (directory / LOCK).open("ab") as file:
        try:
            _take(file.fileno())
        except (BlockingIOError, PermissionError):
            raise LockedError(
                f"another process is training in {directory}; wait for its end, or stop it, and --resume {directory}"
            ) from None
        except OSError as error:
            # Some file systems have no locks; that is no reason not to train there.
            if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
                raise
        yield


if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
