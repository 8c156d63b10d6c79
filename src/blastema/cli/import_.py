"""`blastema import FILE`: convert another program's model to an organism file."""

import sys
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from blastema.cli.registries import FILE, LAYOUT


def import_(
    file: Annotated[Positional[Path], arg(metavar="FILE"), FILE],
    /,
    out: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="(default: organism.safetensors)")] = None,
    layout: Annotated[str | None, arg(help_behavior_hint="(default: detected)"), LAYOUT] = None,
) -> None:
    """Read a model made or exported elsewhere, and write it as an organism file.

    Args:
        file: {file}; recognised by its content
        out: output file (the default name never overwrites an existing file)
        layout: input order of the first layer of a torch state_dict: all channels of a filter, then the next
            (filters), or all filters of a channel, then the next (channels); slope along x first (xy) or along y (yx)
    """
    from blastema import formats
    from blastema.cli.output import check_file
    from blastema.errors import BlastemaError

    if out is not None:
        check_file("--out", out)
    form, organism = formats.recognise(file), formats.read(file, layout)
    if form == "organism":
        raise BlastemaError(f"{file} is already an organism file; nothing to import")
    if out is None:
        out = Path("organism.safetensors")
        if out.exists():
            raise BlastemaError(f"{out} already exists; choose another file with --out")
    organism.save(out)
    print(f"wrote {out}: read as {form}", file=sys.stderr)
    if layout is None and "layout" in organism.training:
        print(
            f"The file does not record its layout; {organism.training['layout']} was used. If the organism does not "
            "grow, or grows sideways, choose another --layout.",
            file=sys.stderr,
        )
