"""Available memory, so that a request that needs more is refused before work starts."""

import os
from pathlib import Path

from blastema.errors import BlastemaError

# Limit and use of a container's memory: control groups version 2, and version 1 on older kernels.
CONTAINERS = (
    (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")),
    (Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"), Path("/sys/fs/cgroup/memory/memory.usage_in_bytes")),
)
# Copies of a batch at least: before and after the call, and in the engine's layout. Measured with all cells alive: 4.5
# times the states with the native engine, 13 with NumPy, 6 with JAX; 4 with most cells empty.
COPIES = 4
UNITS = ("bytes", "kB", "MB", "GB", "TB", "PB", "EB")


def check_states(batch: int, height: int, width: int, channels: int) -> None:
    """Raise if growing this many grids needs more memory than is available.

    Raises:
        BlastemaError: it does.
    """
    needed = 4 * COPIES * batch * height * width * channels
    check_memory(needed, f"growing {batch:,} x {width}x{height} cells", "use a smaller grid or fewer organisms")


def check_memory(needed: int, what: str, advice: str) -> None:
    """Raise if a task needs more memory than is available.

    Args:
        needed: bytes.
        what: the task, for the message.
        advice: what to do instead, for the message.

    Raises:
        BlastemaError: it does.
    """
    free = available()
    if free is not None and needed > free:
        raise BlastemaError(f"{what} takes at least {_size(needed)} of memory; {_size(free)} are available: {advice}")


def available() -> int | None:
    """Return how many bytes this process can still allocate, by the machine, its container and its own limit.

    None if the system does not tell.
    """
    limits = [_machine(), _address_space(), *(_container(*paths) for paths in CONTAINERS)]
    return min((limit for limit in limits if limit is not None), default=None)


def _machine() -> int | None:
    """Return the memory available on Linux, swap included; on other systems the total memory."""
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
    """Return the address space left by `ulimit -v`."""
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
    """Return the memory left by a container's limit; cached files count as used but can be dropped."""
    try:
        lines = (line.split() for line in (limit.parent / "memory.stat").read_text().splitlines())
        cached = sum(int(count) for name, count in lines if name in ("inactive_file", "active_file"))
        return max(0, int(limit.read_text()) - int(used.read_text()) + cached)
    except (OSError, ValueError):
        return None


def _size(count: int) -> str:
    """Return a number of bytes in readable form.

    >>> _size(2_500_000_000)
    '2.5 GB'
    """
    power = min(len(UNITS) - 1, max(0, (len(str(count)) - 1) // 3))
    return f"{count / 1000**power:.1f} {UNITS[power]}"
