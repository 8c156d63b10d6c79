"""How much memory there is, so that what cannot be held is refused before the work begins."""

import os
from pathlib import Path

from blastema.errors import BlastemaError

# Where Linux says how much a container may use; the second one in older kernels.
CONTAINER = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
# A batch is held before and after a step, and by the engine in a layout of its own and with a margin. Measured with all
# cells alive: 4.5 times the states with the native engine, 13 with NumPy, 23 with JAX; with most cells empty 4.
COPIES = 4
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def check_states(batch: int, height: int, width: int, channels: int) -> None:
    """Raise a BlastemaError if growing so many grids takes more memory than this machine has."""
    needed, present = 4 * COPIES * batch * height * width * channels, memory()
    if present is not None and needed > present:
        raise BlastemaError(
            f"growing {batch:,} x {width}x{height} cells takes at least {_size(needed)} of memory; "
            f"{_size(present)} can be used here: use a smaller grid or fewer organisms"
        )


def memory() -> int | None:
    """Return how many bytes this process may use: of the machine, its container, its own limit; None if unknown."""
    return min(filter(None, (_machine(), _limit(), *map(_container, CONTAINER))), default=None)


def _machine() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _limit() -> int | None:
    try:
        import resource
    except ImportError:
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def _container(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None


def _size(count: int) -> str:
    """Return bytes for people.

    >>> _size(2_500_000_000)
    '2.5 GB'
    """
    power = min(len(UNITS) - 1, max(0, (len(str(count)) - 1) // 3))
    return f"{count / 1000**power:.1f} {UNITS[power]}"
