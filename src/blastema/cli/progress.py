"""How far a command is, shown on standard error if that is a terminal."""

from collections.abc import Iterable, Iterator
from typing import Any


def track(things: Iterable[Any], name: str, count: int) -> Iterator[Any]:
    """Yield the things, with a progress bar that disappears at the end."""
    from rich.console import Console
    from rich.progress import Progress

    console = Console(stderr=True)
    if not console.is_terminal:
        yield from things
        return
    with Progress(console=console, transient=True) as progress:
        yield from progress.track(things, count, description=name)
