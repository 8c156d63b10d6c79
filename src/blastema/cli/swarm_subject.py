"""What `blastema swarm` grows: an organism in integers, and the picture to compare it with."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from blastema.analysis.swarms import placed
from blastema.cli.report import in_words
from blastema.cli.signals import parse_signals
from blastema.cli.swarming import SwarmFlags, Swarming
from blastema.errors import BlastemaError
from blastema.organism import Organism
from blastema.quantisation.integer_cell import IntegerCell
from blastema.swarm import numbers_of


@dataclass(frozen=True)
class SwarmSubject:
    """An organism for swarms.

    Attributes:
        title: for reports.
        organism: of one body.
        numbers: its weights in integers.
        target: float32 `(height, width, 4)`; None if it is not known.
    """

    title: str
    organism: Organism
    numbers: IntegerCell
    target: np.ndarray | None

    @classmethod
    def of(cls, source: Path, signal: str | None, target: str | None, compared: bool) -> "SwarmSubject":
        """Load an organism and round its weights, which takes seconds the first time.

        Args:
            source: what to load.
            signal: the body, if its rule has signals; by default the first.
            target: what to compare with; by default what it was trained on.
            compared: whether a target is needed.

        Raises:
            BlastemaError: there is no such organism, signal or target, or it does not fit into a cell.
        """
        from rich.console import Console

        from blastema.library import load

        loaded = load(source)
        organism, picture = _one_body(loaded, source, signal, target, compared)
        with Console(stderr=True).status("rounding weights to 8 bits"):
            numbers = numbers_of(organism)
        return cls(in_words(organism, source), organism, numbers, picture)

    def growth(self, flags: SwarmFlags) -> Swarming:
        """Return what these flags describe."""
        height, width = flags.size or self.organism.trained_size
        target = None if self.target is None else placed(self.target, height, width)
        return Swarming(
            self.organism, self.numbers, flags.steps, height, width, flags.cuts, flags.seed, flags.troubles, target
        )


def _one_body(
    loaded: Organism, source: Path, signal: str | None, target: str | None, compared: bool
) -> tuple[Organism, np.ndarray | None]:
    """Return the organism of one body and its target."""
    from blastema.library import targets_of

    names = loaded.rule.signals
    shares = parse_signals([signal], names, 0)[0][1] if signal is not None else {names[0]: 1.0} if names else {}
    number = names.index(next(iter(shares))) if shares else 0
    try:
        picture = targets_of(loaded, source, target)[number]
    except BlastemaError:
        if compared or target is not None:
            raise
        picture = None
    return loaded.with_signal(shares) if shares else loaded, picture
