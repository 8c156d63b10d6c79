"""A progress bar on standard error, if that is a terminal."""

from collections.abc import Iterable, Iterator
from typing import Any


def track(items: Iterable[Any], name: str, count: int) -> Iterator[Any]:
    """Yield the items, with a progress bar that disappears at the end."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from items
        return
    with Progress(console=console, transient=True) as progress:
        yield from progress.track(items, count, description=name)
