"""Pictures of an organism with several bodies: all of them side by side, and each turning into each other."""

import math
from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.organism import Organism
from blastema.render.picture import sheet
from blastema.simulation import Simulation

# CA steps before and after the signal is switched.
BEFORE, AFTER = 200, 600


def side_by_side(organism: Organism, steps: int, engine: str | None = None) -> Iterator[np.ndarray]:
    """Yield one state with all bodies in rows, `(rows * height, columns * width, channel)`, after 0, 1, ... steps.

    Bodies that explode become empty.
    """
    simulation = every_body(organism, engine)
    for step in range(steps + 1):
        simulation.step(min(step, 1))
        simulation.states[simulation.exploded] = 0
        yield tiled(simulation.states)


def switched(organism: Organism, engine: str | None = None) -> np.ndarray:
    """Return the states `AFTER` steps after each body, grown for `BEFORE` steps, got each signal.

    The array is `(from, to, height, width, channel)`; the diagonal keeps its signal.
    """
    count = len(organism.rule.signals)
    simulation = every_body(organism, engine)
    simulation.step(BEFORE)
    simulation.states[simulation.exploded] = 0
    grown, rows = simulation.batch, []
    for number in range(count):
        batch = grown._replace(states=np.repeat(grown.states[number : number + 1], count, 0))
        one = Simulation.from_batch(organism, batch, engine=engine)
        one.step(AFTER)
        one.states[one.exploded] = 0
        rows.append(one.states)
    return np.stack(rows)


def switch_picture(organism: Organism, engine: str | None = None) -> Image.Image:
    """Return a matrix of pictures: in each row the signal of one body is switched to that of each column."""
    states = switched(organism, engine)
    return sheet((state for row in states for state in row), columns=len(states), zoom=1 if len(states) > 5 else 2)


def every_body(organism: Organism, engine: str | None = None) -> Simulation:
    """Return a simulation with a seed cell for each signal."""
    count = len(organism.rule.signals)
    simulation = Simulation(organism, list(range(count)), engine=engine)
    simulation.batch = simulation.batch._replace(signals=np.eye(count, dtype=np.float32))
    return simulation


def tiled(states: np.ndarray) -> np.ndarray:
    """Return states `(batch, height, width, channel)` in rows and columns, as one state."""
    count, height, width, channels = states.shape
    columns = math.ceil(math.sqrt(count))
    rows = math.ceil(count / columns)
    whole = np.zeros((rows * columns, height, width, channels), states.dtype)
    whole[:count] = states
    return (
        whole.reshape(rows, columns, height, width, channels)
        .swapaxes(1, 2)
        .reshape(rows * height, columns * width, channels)
    )
