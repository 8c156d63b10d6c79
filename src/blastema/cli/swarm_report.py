"""`blastema swarm --report`: how much of each trouble an organism's swarm bears."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blastema.analysis.swarms import BREAKS_ABOVE, SWARMS, WAITS, measure, swarm_sections
from blastema.cli.report import print_tables, watching
from blastema.cli.swarm_subject import SwarmSubject
from blastema.errors import BlastemaError
from blastema.io.atomic import replacing


def check_alone(flags: Mapping[str, Any]) -> None:
    """Raise a BlastemaError if one of these flags, by name, has a value."""
    given = [name for name, value in flags.items() if value]
    if given:
        raise BlastemaError(f"{given[0]} has no effect on a report, which measures one trouble at a time; leave it out")


def write_swarm_report(subject: SwarmSubject, seed: int, path: Path | None) -> None:
    """Measure, then write the numbers, if a path is given, and print the tables."""
    assert subject.target is not None
    with watching() as progress:
        report = measure(subject.numbers, subject.target, seed, waits=WAITS, progress=progress)
    if path is not None:
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(report, indent=1) + "\n", "utf-8")
    print_tables(subject.title, list(swarm_sections(report)), None)
    print(
        f"After {WAITS} average waits, and {WAITS} after the right half restarted; medians of {SWARMS} swarms.\n"
        f"Breaks: the first value here with a median above {BREAKS_ABOVE:g}. Cells that are silent do not count."
    )
