"""Grids of cells: the seed cell, neighbours, and the edge."""

from typing import Any, Literal, NamedTuple

import numpy as np

from blastema.errors import BlastemaError, OutOfMemoryError

# Arrays of any library that follows the Array API standard: NumPy, JAX, ...
Array = Any
Edge = Literal["dead", "wrap"]

ALPHA = 3
LARGEST_SIDE = 65536
LARGEST_WHOLE = 2**32 - 1


class Batch(NamedTuple):
    """States that are computed together, each in a grid of its own; all grids have one size.

    Attributes:
        states: float32 `(batch, height, width, channel)`. Channels 0-2 are RGB premultiplied by alpha, 3 is alpha,
            the rest are hidden.
        seeds: uint32 `(batch,)`, the random seeds, which decide what cells fire (see `blastema.rule.firing`).
        ages: uint32 `(batch,)`, steps taken since the seed cell.
        signals: of the cells (see `blastema.rule.signal`): None for signal 0 everywhere; a mixture per grid, float32
            `(batch, signals)`, whose numbers weight the rows of `Weights.signal_bias` (1 and zeros: the same signal
            everywhere); or maps, uint8 `(batch, height, width)`, that give each cell its own.
    """

    states: Array
    seeds: Array
    ages: Array
    signals: Array | None = None


def seed_state(height: int, width: int, channels: int = 16) -> np.ndarray:
    """Return a grid with one seed cell in the middle, float32 `(height, width, channels)`.

    Everything is zero except the alpha and hidden channels of the cell `(height // 2, width // 2)`, which are 1; its
    colour is 0, so that it is visible on white (article, experiment 1).

    Args:
        height, width: of the grid, in cells, 1 to 65536.
        channels: of a cell, 4 or more.

    Raises:
        BlastemaError: an argument is not a whole number in its range, or there is not enough memory.

    >>> seed_state(3, 3)[1, 1, 2:5]
    array([0., 1., 1.], dtype=float32)
    """
    return _seed_states(1, height, width, channels)[0]


def _seed_states(count: int, height: int, width: int, channels: int) -> np.ndarray:
    sides_fit = all(_is_whole(side) and 1 <= side <= LARGEST_SIDE for side in (height, width))
    if not sides_fit or not _is_whole(channels) or channels <= ALPHA:
        raise BlastemaError(
            f"a grid needs 1x1 to {LARGEST_SIDE}x{LARGEST_SIDE} cells of at least 4 channels (RGB and alpha), "
            f"not {width}x{height} of {channels}"
        )
    try:
        states = np.zeros((count, height, width, channels), np.float32)
    except (MemoryError, ValueError) as error:
        size = 4 * count * height * width * channels / 1e9
        raise OutOfMemoryError(
            f"{count} x {width}x{height} cells need {size:.1f} GB of memory, which are not available; "
            "use a smaller grid or fewer organisms"
        ) from error
    states[:, height // 2, width // 2, ALPHA:] = 1.0
    return states


def _is_whole(value: object) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def whole_numbers(name: str, values: Any) -> np.ndarray:
    """Return seeds or ages as a new uint32 array.

    Args:
        name: of the numbers, for messages.
        values: array or nested lists of whole numbers.

    Raises:
        BlastemaError: an element is not a whole number from 0 to 2^32 - 1.
    """
    try:
        array = np.asarray(values)
    except ValueError:  # nested lists of several lengths
        array = np.array(None)
    if array.size == 0:
        return array.astype(np.uint32)
    # NumPy holds Python integers beyond 64 bits as objects.
    whole = array.dtype.kind in "iu" or (array.dtype.kind == "O" and all(map(_is_whole, array.flat)))
    if not whole or array.min() < 0 or array.max() > LARGEST_WHOLE:
        raise BlastemaError(f"{name} must be whole numbers from 0 to {LARGEST_WHOLE}, not {values!r}")
    return array.astype(np.uint32)


def seed_batch(seeds: list[int] | np.ndarray, height: int, width: int, channels: int = 16) -> Batch:
    """Return a batch of seed states of age 0, one for each random seed.

    Args:
        seeds: whole numbers from 0 to 2^32 - 1.
        height, width, channels: of each grid, see `seed_state`.

    Raises:
        BlastemaError: an argument is out of range, or there is not enough memory.

    >>> seed_batch([7, 8], 5, 6).states.shape
    (2, 5, 6, 16)
    """
    numbers = whole_numbers("seeds", seeds)
    if numbers.ndim != 1:
        raise BlastemaError(f"seeds must be a list of whole numbers, one per grid, not {seeds!r}")
    return Batch(_seed_states(len(numbers), height, width, channels), numbers, np.zeros(len(numbers), np.uint32))


def neighbours(state: Array, dy: int, dx: int, edge: Edge) -> Array:
    """Return a grid whose cells hold the state of their neighbour `dy` rows below and `dx` columns to the right.

    Args:
        state: `(..., height, width, channel)`.
        dy, dx: -1, 0 or 1.
        edge: what lies past the edge: zeros (`dead`) or the opposite side (`wrap`).
    """
    return _shift(_shift(state, dy, -3, edge), dx, -2, edge)


def _shift(state: Array, by: int, axis: int, edge: Edge) -> Array:
    if by == 0:
        return state
    xp = state.__array_namespace__()
    if edge == "wrap":
        return xp.roll(state, -by, axis=axis)
    rest = (slice(None),) * (-axis - 1)
    # The ends of slices are explicit, so that grids one cell long work too.
    length = state.shape[axis]
    kept = state[(..., slice(1, length), *rest)] if by > 0 else state[(..., slice(0, length - 1), *rest)]
    past = xp.zeros_like(state[(..., slice(0, 1), *rest)])
    return xp.concat([kept, past] if by > 0 else [past, kept], axis=axis)
