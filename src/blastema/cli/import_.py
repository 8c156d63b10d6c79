"""`blastema import FILE`: make an organism file of another program's model."""

import sys
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg


def import_(
    file: Annotated[Positional[Path], arg(metavar="FILE")],
    /,
    out: Annotated[Path | None, arg(metavar="PATH", help_behavior_hint="(default: organism.safetensors)")] = None,
) -> None:
    """Read a model that was made or exported elsewhere, and write it as an organism file.

    Args:
        file: distill .json, tfjs model.json, .onnx, or a torch state_dict in .safetensors; its content says which
        out: output file (the default name never overwrites an existing file)
    """
    from blastema import formats
    from blastema.cli.output import check_file
    from blastema.errors import BlastemaError

    if out is not None:
        check_file("--out", out)
    form, organism = formats.recognise(file), formats.read(file)
    if form == "organism":
        raise BlastemaError(f"{file} is an organism file already; nothing to import")
    if out is None:
        out = Path("organism.safetensors")
        if out.exists():
            raise BlastemaError(f"{out} exists already; choose another file with --out")
    organism.save(out)
    print(f"wrote {out}: read as {form}", file=sys.stderr)
