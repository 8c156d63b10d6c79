"""The record that declares a file format."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from blastema.formats.beginning import Beginning
from blastema.organism import Organism

# (height, width) of a grid; None means any size, or the size used in training.
Size = tuple[int, int] | None


@dataclass(frozen=True)
class Format:
    """A kind of file that organisms are written to or read from.

    Help texts, error messages, the table of docs/formats.md, and the attack tests are derived from it.

    Attributes:
        name: for `--to`.
        suffix: suffix of its file; empty if the format is a folder of several files.
        help: short description for help texts.
        write: writes the organism atomically to the path, and returns a note for the user in one line, such as how much
            was rounded.
        weights, proven_in, tolerance: for docs/formats.md: how exact weights are, which program the tests run, and how
            much its states may differ from Blastema's, and why.
        extra: the package extra that it needs, or None.
        read: reads the organism from the file or folder; None if the format can only be written.
        recognise: whether a file or folder is in this format; true in at most one format.
        reads: the files that `blastema import` accepts; empty if none.
        largest: largest size of a file to read, in bytes.
        sized: the default size of the grid; empty if the format has no size.
        signals: whether it can hold an organism whose rule has signals; if not, only one body of it.
        layouts: layouts that its files may have without recording it; `read` then also accepts one of them.
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
    signals: bool = True
    layouts: tuple[str, ...] = ()
