"""`blastema evaluate ORGANISM`: measure an organism."""

from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from blastema.cli.registries import DEVICES, ENGINE


def evaluate(
    organism: Annotated[Positional[Path], arg(metavar="ORGANISM")],
    /,
    target: Annotated[str | None, arg(metavar="TARGET", help_behavior_hint="")] = None,
    signal: Annotated[str | None, arg(metavar="NAME", help_behavior_hint="")] = None,
    organisms: int = 16,
    seed: int = 0,
    json: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None,
    picture: Annotated[Path | None, arg(metavar="FILE", help_behavior_hint="")] = None,
    engine: Annotated[str | None, arg(metavar="NAME", help_behavior_hint=""), ENGINE] = None,
    devices: Annotated[int | None, arg(metavar="INT", help_behavior_hint="(default: 1)"), DEVICES] = None,
) -> None:
    """Measure how long an organism lasts, how well it regrows and rotates, and how it does in new surroundings.

    Args:
        organism: a name in the zoo (🦎), an organism file, a run directory, or one of the article's models (.json)
        target: picture to compare it with (default: the one it was trained on)
        signal: measure only this body, if its rule has signals (default: all, and how they turn into each other)
        organisms: how many to grow; the worst is reported too
        seed: decides which cells fire and which are damaged; the same seed gives the same report on one engine and
            instruction set
        json: write all numbers to this file
        picture: write a page of curves and contact sheets to this .png, .webp or .jpg
        engine: {engine} (default: the fastest available)
        devices: {devices}
    """
    from blastema.analysis.bodies import examine_bodies
    from blastema.analysis.bodies_report import bodies_sections
    from blastema.analysis.examination import MOST, examine
    from blastema.cli.output import check_file
    from blastema.cli.ranges import LARGEST_SEED, check_range
    from blastema.cli.report import in_words, print_report, print_tables, watching, write_report
    from blastema.cli.signals import parse_signals
    from blastema.engines import choose_engine
    from blastema.errors import BlastemaError
    from blastema.library import load, targets_of
    from blastema.render.picture import STILLS

    check_range("--organisms", organisms, 1, MOST)
    check_range("--seed", seed, 0, LARGEST_SEED)
    if json is not None:
        check_file("--json", json)
    if picture is not None:
        check_file("--picture", picture, STILLS)
    if json is not None and json == picture:
        raise BlastemaError(f"--json and --picture are both {json}; give two files")
    loaded = load(organism)
    targets, engine_used = targets_of(loaded, organism, target), choose_engine(engine, devices)
    if signal is not None:
        ((_, shares),) = parse_signals([signal], loaded.rule.signals, 0)
        number = list(loaded.rule.signals).index(next(iter(shares)))
        loaded, targets = loaded.with_signal(shares), targets[number : number + 1]
    title = in_words(loaded, organism)
    with watching() as progress:
        if loaded.rule.signals:
            several = examine_bodies(loaded, targets, engine_used, seed, organisms, progress)
        else:
            one = examine(loaded, targets[0], engine_used, seed, organisms, progress)
    # Before printing, so that a broken terminal does not lose hours of measurements.
    if loaded.rule.signals:
        write_report(title, several, json, picture)
        print_tables(title, bodies_sections(several.report), organisms)
    else:
        write_report(title, one, json, picture)
        print_report(title, one.report)
