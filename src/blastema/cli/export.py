"""`blastema export ORGANISM --to FORMAT --out PATH`: take an organism elsewhere."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from tyro.conf import Positional, arg


def export(
    organism: Annotated[Positional[Path], arg(metavar="ORGANISM")],
    /,
    to: Literal["c", "distill", "html", "onnx", "shadertoy", "tfjs", "torch"],
    out: Annotated[Path, arg(metavar="PATH")],
    size: Annotated[str | None, arg(metavar="SIZE", help_behavior_hint="")] = None,
) -> None:
    """Write an organism for another program.

    Args:
        organism: one of the zoo (🦎), an organism file, the directory of a run, or anything that import reads
        to: c: a C99 header with a step that allocates nothing
            distill: the 8-bit JSON of the article's web page
            html: the playground with the organism inside, in one file
            onnx: one step, for ONNX runtimes
            shadertoy: three texts to paste
            tfjs: a graph model for TensorFlow.js
            torch: a state_dict for PyTorch, in safetensors; blastema.formats.torch_module takes it
        out: .h for c, .json for distill, .html for html, .onnx for onnx, .safetensors for torch; a folder for
            shadertoy and tfjs
        size: of the grid, 72 or 96x64 (width by height), for onnx (any if not given) and shadertoy (as in training)
    """
    from rich.console import Console

    from blastema import formats
    from blastema.cli.output import check_parent
    from blastema.cli.size import parse_size
    from blastema.library import load

    check_parent("--out", out)
    grid = parse_size(size) if size else None
    with Console(stderr=True).status("exporting"):
        known = formats.export(load(organism), to, out, grid)
    print(f"wrote {out}: {known}", file=sys.stderr)
