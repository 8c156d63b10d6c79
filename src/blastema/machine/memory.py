"""How much memory there is, so that what does not fit is refused before the work begins."""

import os
from pathlib import Path

from blastema.errors import BlastemaError

# A container's limit and what it uses of it: control groups version 2, and version 1 of older kernels.
CONTAINERS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)
# A batch is held before and after a step, and by the engine in a layout of its own and with a margin. Measured with all
# cells alive: 4.5 times the states with the native engine, 13 with NumPy, 23 with JAX; with most cells empty 4.
COPIES = 4
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def check_states(batch: int, height: int, width: int, channels: int) -> None:
    """Raise a BlastemaError if growing this many grids takes more memory than is available."""
    needed = 4 * COPIES * batch * height * width * channels
    check_memory(needed, f"growing {batch:,} x {width}x{height} cells", "use a smaller grid or fewer organisms")


def check_memory(needed: int, what: str, advice: str) -> None:
    """Raise if `what` takes more bytes than are available.

    Raises:
        BlastemaError: it says how much is needed, how much there is, and gives the advice.
    """
    free = available()
    if free is not None and needed > free:
        raise BlastemaError(f"{what} takes at least {_size(needed)} of memory; {_size(free)} are available: {advice}")


def available() -> int | None:
    """Return how many bytes this process may still take: of the machine, its container, its own limit.

    None if the system does not say.
    """
    rooms = [_machine(), _address_space(), *(_container(*paths) for paths in CONTAINERS)]
    return min((room for room in rooms if room is not None), default=None)


def _machine() -> int | None:
    """Return what Linux could give to programs, swap included; elsewhere all memory that the machine has."""
    try:
        lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
        values = {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}
        return values["MemAvailable"] + values.get("SwapFree", 0)
    except (OSError, ValueError, KeyError, IndexError):
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _address_space() -> int | None:
    """Return what `ulimit -v` leaves."""
    try:
        import resource

        limit = resource.getrlimit(resource.RLIMIT_AS)[0]
        if limit == resource.RLIM_INFINITY:
            return None
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        return max(0, limit - pages * os.sysconf("SC_PAGE_SIZE"))
    except (ImportError, OSError, ValueError, IndexError):
        return None


def _container(limit: Path, used: Path) -> int | None:
    """Return what the limit of a container leaves; cached files count as used but can be dropped."""
    try:
        lines = (line.split() for line in (limit.parent / "memory.stat").read_text().splitlines())
        cached = sum(int(count) for name, count in lines if name in ("inactive_file", "active_file"))
        return max(0, int(limit.read_text()) - int(used.read_text()) + cached)
    except (OSError, ValueError):
        return None


def _size(count: int) -> str:
    """Return bytes for people.

    >>> _size(2_500_000_000)
    '2.5 GB'
    """
    power = min(len(UNITS) - 1, max(0, (len(str(count)) - 1) // 3))
    return f"{count / 1000**power:.1f} {UNITS[power]}"
