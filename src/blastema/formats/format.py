"""What a format is, to those who choose one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from blastema.organism import Organism

# (height, width) of a grid, or None for any, or that of the organism's training.
Size = tuple[int, int] | None


@dataclass(frozen=True)
class Format:
    """One way to take an organism elsewhere, or to bring it here.

    Attributes:
        name: what `--to` calls it.
        suffix: of its file; empty if it consists of several, which lie in a folder.
        write: puts the organism at the path, whole or not at all, and returns what the user should know about it, such
            as what was rounded, in one line.
        read: returns the organism in the file or folder, or None where nothing can be read back.
        sized: whether the size of the grid can be chosen.
        layouts: the layouts that its files may have without saying so; `read` takes one of them, too.
    """

    name: str
    suffix: str
    write: Callable[[Organism, Path, Size], str]
    read: Callable[..., Organism] | None = None
    sized: bool = False
    layouts: tuple[str, ...] = ()
