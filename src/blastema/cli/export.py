"""`blastema export ORGANISM --to FORMAT --out PATH`: write an organism for another program."""

import sys
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from blastema.cli.registries import FORMAT, ONE_BODY, OUT, SIZE


def export(
    organism: Annotated[Positional[Path], arg(metavar="ORGANISM")],
    /,
    to: Annotated[str, FORMAT],
    out: Annotated[Path, arg(metavar="PATH"), OUT],
    size: Annotated[str | None, arg(metavar="SIZE", help_behavior_hint=""), SIZE] = None,
    signal: Annotated[str | None, arg(metavar="NAME", help_behavior_hint=""), ONE_BODY] = None,
) -> None:
    """Write an organism for another program.

    Args:
        organism: a name in the zoo (🦎), an organism file, a run directory, or any file that import reads
        to: {to}
        out: {out}
        size: size of the grid, 72 or 96x64 (width by height), for {size}
        signal: if its rule has signals, export only what grows with this one, 🎄, or with a blend, 🦎=0.5,🎄=0.5
            (default: all of them; {signal} can hold one only)
    """
    from rich.console import Console

    from blastema import formats
    from blastema.cli.output import check_parent
    from blastema.cli.signals import one_body
    from blastema.cli.size import parse_size
    from blastema.library import load

    check_parent("--out", out)
    grid = parse_size(size) if size else None
    loaded = load(organism) if signal is None else one_body(load(organism), signal)
    with Console(stderr=True).status("exporting"):
        note = formats.export(loaded, to, out, grid)
    print(f"wrote {out}: {note}", file=sys.stderr)
