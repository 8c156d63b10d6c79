"""What lies at a path. `Path.exists` tells less: since Python 3.14, what cannot be read does not exist for it."""

from pathlib import Path


def mode_at(path: Path) -> int | None:
    """Return the type and permissions of what lies at a path, as in `os.stat_result`; None if nothing does.

    Raises:
        OSError: that cannot be told: the name is too long, a folder cannot be read, links go in a circle.

    >>> mode_at(Path("no such file")) is None
    True
    """
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError):
        # A ValueError is a null character, which no name has.
        return None
