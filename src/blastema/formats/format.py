"""What a format is, to those who choose one."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from blastema.formats.beginning import Beginning
from blastema.organism import Organism

# (height, width) of a grid, or None for any, or that of the organism's training.
Size = tuple[int, int] | None


@dataclass(frozen=True)
class Format:
    """One kind of file that an organism is written to, or read from.

    Help texts, error texts, the table of docs/formats.md, and what tests attack follow from it.

    Attributes:
        name: what `--to` calls it.
        suffix: of its file; empty if it consists of several, which lie in a folder.
        help: what is written, in a few words.
        write: puts the organism at the path, whole or not at all, and returns what the user should know about it, such
            as what was rounded, in one line.
        weights, proven_in, tolerance: for docs/formats.md: how exact weights are, which program the tests run, and how
            far its states may be from ours, and why.
        extra: of the package, that it needs; None if it needs none.
        read: returns the organism in the file or folder, or None where nothing can be read back.
        recognise: whether a file or folder is in this format; of no file more than one format says so.
        reads: what `blastema import` takes; empty if nothing.
        largest: bytes that a file to be read may have.
        sized: which size of the grid is taken where none is chosen; empty if none can be chosen.
        layouts: the layouts that its files may have without saying so; `read` takes one of them, too.
    """

    name: str
    suffix: str
    help: str
    write: Callable[[Organism, Path, Size], str]
    weights: str
    proven_in: str
    tolerance: str
    extra: str | None = None
    read: Callable[..., Organism] | None = None
    recognise: Callable[[Beginning], bool] = lambda _: False
    reads: str = ""
    largest: int = 0
    sized: str = ""
    layouts: tuple[str, ...] = ()
