"""Surroundings: grids of other sizes, a neighbour, and other fire rates than in training."""

import dataclasses

import numpy as np

from blastema.analysis.subject import GROWN, Subject, log_of
from blastema.loss import COLOURS, rgba_channels
from blastema.rule import Batch, seed_state

FIRE_RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


def sizes_of(target: np.ndarray) -> tuple[tuple[int, int], ...]:
    """Return the grids to grow in, (height, width): 1.5 and 2 times as large, twice as wide, twice as high."""
    height, width = target.shape[:2]
    return (height * 3 // 2, width * 3 // 2), (2 * height, 2 * width), (height, 2 * width), (2 * height, width)


def other_sizes(subject: Subject, seeds: np.ndarray, steps: int = GROWN) -> dict[str, np.ndarray]:
    """Return for each grid, `WIDTHxHEIGHT`, log10 of the loss of each organism, averaged over the target's own grid."""
    losses = {}
    for height, width in sizes_of(subject.target):
        placed = np.zeros((height, width, COLOURS), np.float32)
        _place(placed, subject.target, height // 2, width // 2)
        grown = dataclasses.replace(subject, target=placed)
        losses[f"{width}x{height}"] = _log_loss(grown.grown(grown.seeds(seeds), steps).states, placed, subject.target)
    return losses


def neighbours(subject: Subject, seeds: np.ndarray, steps: int = GROWN) -> tuple[np.ndarray, np.ndarray]:
    """Grow two seed cells, as close together as the pictures can be without touching.

    Returns:
        log10 of the loss of each pair, averaged over two grids of the target's size; and the state of the first pair.
    """
    height, width = subject.target.shape[:2]
    columns = np.flatnonzero(subject.target[..., 3].any(axis=0))
    apart = int(columns[-1] - columns[0]) + 3 if len(columns) else width
    placed, seed = (
        np.zeros((height, width + apart, COLOURS), np.float32),
        seed_state(1, 1, subject.organism.rule.channels)[0, 0],
    )
    states = np.zeros((len(seeds), height, width + apart, subject.organism.rule.channels), np.float32)
    for column in (width // 2, width // 2 + apart):
        _place(placed, subject.target, height // 2, column)
        states[:, height // 2, column] = seed
    grown = subject.grown(Batch(states, seeds, np.zeros(len(seeds), np.uint32)), steps).states
    return _log_loss(grown, placed, subject.target) - np.log10(2), grown[0]


def fire_rates(subject: Subject, seeds: np.ndarray, steps: int = GROWN) -> np.ndarray:
    """Return log10 of the loss at each of `FIRE_RATES`, `(10, len(seeds))`.

    The number of steps is chosen so that cells update as often as in `steps` steps at the organism's own rate.
    """
    losses, rule = [], subject.organism.rule
    for rate in FIRE_RATES:
        organism = dataclasses.replace(subject.organism, rule=rule.replace(fire_rate=rate))
        changed = dataclasses.replace(subject, organism=organism)
        count = round(steps * rule.fire_rate / rate)
        losses.append(changed.log_loss(changed.grown(changed.seeds(seeds), count)))
    return np.array(losses)


def _place(grid: np.ndarray, target: np.ndarray, row: int, column: int) -> None:
    """Add a target to a larger grid, with its seed cell at this row and column."""
    top, left = row - target.shape[0] // 2, column - target.shape[1] // 2
    grid[top : top + target.shape[0], left : left + target.shape[1]] += target


def _log_loss(states: np.ndarray, placed: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return log10 of the summed squared differences, divided by the size of the target's own grid."""
    with np.errstate(over="ignore"):
        return log_of(np.sum((rgba_channels(states) - placed) ** 2, axis=(-3, -2, -1)) / target.size)
