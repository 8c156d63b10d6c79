"""`blastema compress ORGANISM`: write a smaller organism, and say what it costs."""

import sys
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from blastema.cli.registries import ENGINE


def compress(
    organism: Annotated[Positional[Path], arg(metavar="ORGANISM")],
    /,
    out: Annotated[Path, arg(metavar="FILE")],
    bytes_: Annotated[int | None, arg(name="bytes", metavar="BYTES", help_behavior_hint="")] = None,
    bits: Annotated[int | None, arg(metavar="BITS", help_behavior_hint="")] = None,
    prune: Annotated[float | None, arg(metavar="SHARE", help_behavior_hint="")] = None,
    target: Annotated[str | None, arg(metavar="TARGET", help_behavior_hint="")] = None,
    organisms: int = 8,
    engine: Annotated[str | None, arg(metavar="NAME", help_behavior_hint=""), ENGINE] = None,
) -> None:
    """Write an organism with fewer bits and hidden units, and measure what it lost.

    Args:
        organism: a name in the zoo (🦎), an organism file, a run directory, or any file that import reads
        out: organism file (.safetensors) with the weights that the smaller organism has; export --to packed writes its
            bytes
        bytes_: fit it into so many bytes; hidden units and bits are chosen
        bits: round weights to so many bits, 2 to 8 (default: 8, or, with --bytes, those with the least error)
        prune: remove this share of the hidden units, those first that matter least, 0 to below 1
        target: picture to compare it with (default: the one it was trained on)
        organisms: how many to grow; of the old ones, the worst is reported
        engine: {engine} (default: the fastest available)
    """
    from blastema.analysis.examination import MOST
    from blastema.analysis.subject import Subject
    from blastema.cli.compression import check_flags, print_comparison, smaller
    from blastema.cli.invocation import to_paste
    from blastema.cli.output import check_file
    from blastema.cli.ranges import check_range
    from blastema.cli.report import in_words, watching
    from blastema.engines import choose_engine
    from blastema.library import load, target_of
    from blastema.quantisation.compression import check_possible

    check_flags(bytes_, bits, prune)
    check_range("--organisms", organisms, 1, MOST)
    check_file("--out", out, (".safetensors",))
    loaded = load(organism)
    check_possible(loaded.rule, bytes_, bits)
    picture, engine_used = target_of(loaded, organism, target), choose_engine(engine)
    with watching() as progress:
        progress("what its cells perceive")
        result, note = smaller(loaded, bytes_, bits, prune)
        subjects = [Subject(one, picture, engine_used) for one in (loaded, result)]
        print_comparison(in_words(loaded, organism), subjects, note, organisms, progress)
    result.save(out)
    print(f"wrote {out}", file=sys.stderr)
    if target := result.record.target:
        command = to_paste("train", target, "--from", out, "--set", f"bits=0.5,{note.bits}")
        print(f"Train it further with as many bits: {command}", file=sys.stderr)
