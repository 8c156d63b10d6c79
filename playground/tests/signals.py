"""Writes organisms with signals for tests of the page: weights that are known to grow, and small signal biases.

    python playground/tests/signals.py LIZARD.safetensors BODIES.safetensors [BODIES.html]

The first body is the organism of the zoo itself: its signal bias is zero. The others have small random numbers.
"""

import sys
from pathlib import Path

import numpy as np

from blastema import Organism, load

NAMES = ("🦎", "🎄", "two heads")


def with_signals(organism: Organism, names: tuple[str, ...], spread: float = 0.02, seed: int = 0) -> Organism:
    """Return the organism with signals, of which the first changes nothing."""
    rows = np.random.default_rng(seed).normal(0, spread, (len(names), organism.rule.hidden)).astype(np.float32)
    rows[0] = 0
    return Organism(
        organism.weights._replace(signal_bias=rows),
        organism.rule.replace(signals=names),
        organism.training | {"target": list(names)},
    )


if __name__ == "__main__":
    source, *paths = sys.argv[1:]
    bodies = with_signals(load(source), NAMES)
    bodies.save(paths[0])
    for path in paths[1:]:
        from blastema.formats.html import write_html

        write_html(bodies, Path(path))
