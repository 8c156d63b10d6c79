"""`blastema target TARGET`: see what a training would aim at, before it starts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from tyro.conf import Positional, arg

from blastema.cli.shared_flags import with_flags_of
from blastema.cli.train import train as train_command

if TYPE_CHECKING:
    import numpy as np

    from blastema.training.config import Config

ZOOM = 8


@with_flags_of(train_command, ("size", "fit", "pad", "background"))
def target(
    name: Annotated[Positional[str], arg(metavar="TARGET")],
    /,
    out: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None,
    zoom: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 8)")] = None,
    **flags: Any,
) -> None:
    """Show a target as cells, with what a training would warn about. Nothing is trained.

    Args:
        name: an emoji (🦎), its name (lizard), an image file, or disc, ring, planarian, text:Hi
        out: write a picture (.png, .webp, .jpg) instead of showing it in the terminal; transparent where it is empty
        zoom: pixels per cell, for --out
    """
    import sys

    from blastema.cli.size import parse_size
    from blastema.training.config import Config
    from blastema.training.start import remarks

    check_output(out, zoom)
    size = flags.pop("size")
    height, width = parse_size(size) if size else (None, None)
    config = Config(name, height=height, width=width, **flags)
    config.check_memory()
    cells = config.picture()
    for remark in remarks(config, cells):
        print(remark, file=sys.stderr)
    if out is None:
        show(config, cells)
    else:
        write(cells, out, ZOOM if zoom is None else zoom)


def check_output(out: Path | None, zoom: int | None) -> None:
    """Raise a BlastemaError if the file cannot be written, or `zoom` is out of range or has no effect."""
    from blastema.cli.output import check_file
    from blastema.cli.ranges import check_range
    from blastema.errors import BlastemaError
    from blastema.render.picture import LARGEST_ZOOM, STILLS

    if out is not None:
        check_file("--out", out, STILLS)
    elif zoom is not None:
        raise BlastemaError("--zoom has no effect in the terminal; write to a file with --out")
    if zoom is not None:
        check_range("--zoom", zoom, 1, LARGEST_ZOOM)


def show(config: "Config", cells: "np.ndarray") -> None:
    """Show the cells in the terminal, or without one as characters, and their number."""
    from rich.console import Console

    from blastema.render.terminal import Window, characters, half_blocks
    from blastema.rule import ALPHA
    from blastema.training.reach import furthest

    height, width = cells.shape[:2]
    shown = Window(height, width, 0).of(cells)
    living, distance = int((cells[..., ALPHA] > config.rule.alive_threshold).sum()), furthest(cells)
    caption = f"{config.label}: {living:,} living cells in {width}x{height}, up to {distance} from the seed cell"
    console = Console(highlight=False)
    if console.is_terminal:
        console.print(half_blocks(shown, console.width - 1, console.height - 2), end="")
    else:
        print(characters(shown, 80, 40).strip("\n"))
    print(caption)


def write(cells: "np.ndarray", out: Path, zoom: int) -> None:
    """Write the cells as a picture."""
    from PIL import Image

    from blastema.render.colour import rgba
    from blastema.render.picture import check_sheet_size, enlarge, save

    height, width, _ = cells.shape
    check_sheet_size(1, 1, height, width, zoom)
    save(Image.fromarray(enlarge(rgba(cells), zoom)), out)
