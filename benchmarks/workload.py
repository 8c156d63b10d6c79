"""The canonical workload: eight grown lizards in 72x72, 80 steps forward and backward; and one lizard simulated."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

STEPS, BATCH, SIZE = 80, 8, 72
# All cells fire in this check, so contenders with different random numbers must still compute the same loss.
CHECKED_STEPS = 8
# Small, so that the organism hardly changes, however often the step is repeated.
LEARNING_RATE = 1e-6


class Work(NamedTuple):
    """The input of all contenders: states (batch, height, width, 16), target (height, width, 4), and weights."""

    states: np.ndarray
    target: np.ndarray
    hidden_weight: np.ndarray
    hidden_bias: np.ndarray
    update_weight: np.ndarray
    update_bias: np.ndarray


class Contender(NamedTuple):
    """One implementation, ready to run.

    Attributes:
        train: takes a training step with this many CA steps and returns the loss.
        simulate: takes this many CA steps with the first lizard alone and returns when they are done.
    """

    train: Callable[[int], float]
    simulate: Callable[[int], None]


def prepare(path: Path) -> Work:
    """Grow the lizards and write them to a file."""
    import blastema
    from blastema.engines import choose_engine
    from blastema.rule import seed_batch

    lizard = blastema.load(Path(__file__).with_name("lizard.safetensors"))
    batch = seed_batch(list(range(BATCH)), SIZE, SIZE)
    grown = choose_engine().grow(lizard.rule, lizard.weights, batch, 200)
    work = Work(grown.states, blastema.load_target("🦎"), *lizard.weights[:4])
    np.savez(path, **work._asdict())
    return work


def load(path: Path) -> Work:
    with np.load(path) as arrays:
        return Work(**arrays)
