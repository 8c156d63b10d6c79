"""Whether a training fits into memory, before it begins."""

import os
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.rule import Rule
from blastema.training.config import Config

# The states of a batch before and after a rollout and the gradient of the latter; the tape comes on top of that.
COPIES = 3
FLOAT = 4


def needed(config: Config) -> int:
    """Return how many bytes a training step takes at least."""
    height, width = config.grid()
    return height * width * FLOAT * (4 + COPIES * config.batch * Rule().channels)


def available() -> int | None:
    """Return how many bytes this process may still take, or None where the system does not say."""
    rooms = [room for room in (_free_memory(), _address_space(), _control_group()) if room is not None]
    return min(rooms, default=None)


def refuse_too_large(config: Config) -> None:
    """Raise if a training cannot fit into memory.

    Raises:
        BlastemaError: it says how much it takes, and how much there is.
    """
    room, least = available(), needed(config)
    if room is not None and least > room:
        height, width = config.grid()
        raise BlastemaError(
            f"a batch of {config.batch} grids of {width}x{height} cells takes at least {least / 1e9:.1f} GB of memory; "
            f"{room / 1e9:.1f} GB are available; use a smaller --fit or --size, or a smaller --batch"
        )


def _free_memory() -> int | None:
    """Return what Linux could give to programs, swap included."""
    try:
        lines = (line.split() for line in Path("/proc/meminfo").read_text().splitlines())
        values = {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines}
        return values["MemAvailable"] + values.get("SwapFree", 0)
    except (OSError, ValueError, KeyError, IndexError):
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


def _control_group() -> int | None:
    """Return what the limit of a container leaves (control groups, version 2)."""
    folder = Path("/sys/fs/cgroup")
    try:
        limit, used = ((folder / name).read_text().strip() for name in ("memory.max", "memory.current"))
        cache = sum(
            int(line.split()[1])
            for line in (folder / "memory.stat").read_text().splitlines()
            if line.startswith(("inactive_file ", "active_file "))
        )
        return None if limit == "max" else max(0, int(limit) - int(used) + cache)
    except (OSError, ValueError, IndexError):
        return None
