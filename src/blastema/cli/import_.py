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
        out: where to write the organism; without it no file that is there is replaced
    """
    from blastema import formats
    from blastema.errors import BlastemaError

    form, organism = formats.recognise(file), formats.read(file)
    if form == "organism":
        raise BlastemaError(f"{file} is an organism file already; nothing to import")
    if out is None:
        out = Path("organism.safetensors")
        if out.exists():
            raise BlastemaError(f"{out} is there already; say where to write with --out")
    organism.save(out)
    print(f"wrote {out}: read as {form}", file=sys.stderr)
