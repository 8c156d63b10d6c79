"""`blastema evaluate ORGANISM`: measure it."""

from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg


def evaluate(
    organism: Annotated[Positional[Path], arg(metavar="ORGANISM")],
    /,
    target: Annotated[str | None, arg(metavar="TARGET", help_behavior_hint="")] = None,
    organisms: int = 16,
    seed: int = 0,
    json: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None,
    picture: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None,
    engine: Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")] = None,
) -> None:
    """Measure how an organism lasts, regrows, turns, and takes other surroundings than in training.

    Args:
        organism: one of the zoo (🦎), an organism file, the directory of a run, or the article's (.json)
        target: what it should look like, if it does not say so itself or something else is meant
        organisms: how many are grown; the worst of them counts, too
        seed: which cells fire when, and which are damaged; same seed, same report
        json: write all numbers to this file
        picture: write a page of curves and contact sheets to this .png or .webp
        engine: native, numpy or jax; the fastest present if not given
    """
    from blastema.analysis.examination import examine
    from blastema.analysis.target import target_of
    from blastema.cli.report import check_suffix, in_words, print_report, watching, write_report
    from blastema.engines import choose_engine
    from blastema.organism import load

    check_suffix(picture)
    found = load(organism)
    picture_it_should_be = target_of(found, organism, target)
    with watching() as progress:
        examination = examine(found, picture_it_should_be, choose_engine(engine), seed, organisms, progress)
    title = in_words(found, organism)
    print_report(title, examination.report)
    write_report(title, examination, json, picture)
