"""The examination of an organism with signals: each of its bodies, and each turning into each other."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from blastema.analysis.examination import ORGANISMS, Examination, examine
from blastema.analysis.records import BodiesReport
from blastema.analysis.subject import Subject, seeds_for
from blastema.analysis.switching import scores, switching
from blastema.engines import Engine
from blastema.organism import Organism


class BodiesExamination(NamedTuple):
    """The results of an examination.

    Attributes:
        report: numbers for JSON.
        bodies: the examination of each body, by the name of its signal.
        states: of one organism after each switch: a row for each old body, an entry for each new one.
    """

    report: BodiesReport
    bodies: dict[str, Examination]
    states: list[list[np.ndarray]]


def examine_bodies(
    organism: Organism,
    targets: np.ndarray,
    engine: Engine,
    seed: int = 0,
    organisms: int = ORGANISMS,
    progress: Callable[[str], None] = lambda _: None,
) -> BodiesExamination:
    """Measure an organism with signals; arguments as for `examine`, with a target for each signal.

    Args:
        targets: float32 `(signal, height, width, 4)`.
    """
    names, bodies = organism.rule.signals, {}
    for name, target in zip(names, targets, strict=True):
        progress(name)
        bodies[name] = examine(organism.with_signal(name), target, engine, seed, organisms)
    progress("switches")
    rows = switching(Subject(organism, targets[0], engine), targets, seeds_for(organisms, seed))
    report: BodiesReport = {
        "organisms": organisms,
        "seed": seed,
        "bodies": {name: examination.report for name, examination in bodies.items()},
        "switches": {
            old: {new: scores(switch) for new, switch in zip(names, row, strict=True)}
            for old, row in zip(names, rows, strict=True)
        },
    }
    return BodiesExamination(report, bodies, [[switch.state for switch in row] for row in rows])
