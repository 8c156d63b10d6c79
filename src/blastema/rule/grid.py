"""Grids of cells: the seed, neighbours, and what lies past the edge."""

from typing import Any, Literal, NamedTuple

import numpy as np

from blastema.errors import BlastemaError

# Arrays of any library that follows the Array API standard: NumPy, JAX, ...
Array = Any
Edge = Literal["dead", "wrap"]

ALPHA = 3


class Batch(NamedTuple):
    """Organisms growing side by side, each in a grid of its own.

    Attributes:
        states: float32 `(batch, height, width, channel)`. Channels 0-2 are RGB premultiplied by alpha, 3 is alpha,
            the rest are hidden.
        seeds: uint32 `(batch,)`, which cells fire when is a function of it (see `blastema.rule.firing`).
        ages: uint32 `(batch,)`, steps taken since the seed cell.
    """

    states: Array
    seeds: Array
    ages: Array


def seed_state(height: int, width: int, channels: int = 16) -> np.ndarray:
    """Return a grid with one living cell in the middle, float32 `(height, width, channels)`.

    All is zero but the cell `(height // 2, width // 2)`, whose alpha and hidden channels are 1; its colour stays 0 so
    that it shows on white (article, experiment 1).

    >>> seed_state(3, 3)[1, 1, 2:5]
    array([0., 1., 1.], dtype=float32)
    """
    if height < 1 or width < 1 or channels <= ALPHA:
        raise BlastemaError(
            f"a grid needs at least 1x1 cells of 4 channels (RGB and alpha), not {width}x{height} of {channels}"
        )
    state = np.zeros((height, width, channels), np.float32)
    state[height // 2, width // 2, ALPHA:] = 1.0
    return state


def seed_batch(seeds: list[int] | np.ndarray, height: int, width: int, channels: int = 16) -> Batch:
    """Return one fresh organism of age 0 for each seed, all in grids of the same size.

    >>> seed_batch([7, 8], 5, 6).states.shape
    (2, 5, 6, 16)
    """
    states = np.repeat(seed_state(height, width, channels)[None], len(seeds), axis=0)
    return Batch(states, np.asarray(seeds, np.uint32), np.zeros(len(seeds), np.uint32))


def neighbours(state: Array, dy: int, dx: int, edge: Edge) -> Array:
    """Return the grid in which each cell holds the state of its neighbour `dy` rows below, `dx` columns to the right.

    Args:
        state: `(..., height, width, channel)`.
        dy, dx: -1, 0 or 1.
        edge: past the edge there are zeros (`dead`) or the opposite side (`wrap`).
    """
    return _shift(_shift(state, dy, -3, edge), dx, -2, edge)


def _shift(state: Array, by: int, axis: int, edge: Edge) -> Array:
    if by == 0:
        return state
    xp = state.__array_namespace__()
    if edge == "wrap":
        return xp.roll(state, -by, axis=axis)
    rest = (slice(None),) * (-axis - 1)
    # A grid one cell long has only its own line to lose, so slice ends stay explicit.
    length = state.shape[axis]
    kept = state[(..., slice(1, length), *rest)] if by > 0 else state[(..., slice(0, length - 1), *rest)]
    past = xp.zeros_like(state[(..., slice(0, 1), *rest)])
    return xp.concat([kept, past] if by > 0 else [past, kept], axis=axis)
