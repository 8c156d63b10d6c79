"""`blastema import FILE`: make an organism file of another program's model."""

import sys
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from blastema.cli.registries import FILE, LAYOUT


def import_(
    file: Annotated[Positional[Path], arg(metavar="FILE"), FILE],
    /,
    out: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="(default: organism.safetensors)")] = None,
    layout: Annotated[str | None, arg(help_behavior_hint="(default: found by trial)"), LAYOUT] = None,
) -> None:
    """Read a model that was made or exported elsewhere, and write it as an organism file.

    Args:
        file: {file}; its content says which
        out: output file (the default name never overwrites an existing file)
        layout: of the first layer of a torch state_dict: all channels of a filter, then the next, or all filters of a
            channel, then the next; the slope along x first, or along y
    """
    from blastema import formats
    from blastema.cli.output import check_file
    from blastema.errors import BlastemaError

    if out is not None:
        check_file("--out", out)
    form, organism = formats.recognise(file), formats.read(file, layout)
    if form == "organism":
        raise BlastemaError(f"{file} is an organism file already; nothing to import")
    if out is None:
        out = Path("organism.safetensors")
        if out.exists():
            raise BlastemaError(f"{out} exists already; choose another file with --out")
    organism.save(out)
    print(f"wrote {out}: read as {form}", file=sys.stderr)
    if layout is None and "layout" in organism.training:
        print(
            f"The file does not say its layout; {organism.training['layout']} was used. If it does not grow, or lies "
            "on its side, choose another --layout.",
            file=sys.stderr,
        )
