"""Placement of the picture in its grid: the seed cell must lie on an opaque part."""

from typing import NamedTuple

import numpy as np

from blastema.errors import BlastemaError

# Sum of alpha that the 3x3 neighbourhood of the seed cell needs (0 to 9). That of the seed state is 1. If the target
# has less, the first updates lower alpha, and all cells die within a dozen training steps (docs/fidelity.md).
ROOTED = 2.0
# Sums to look for if a picture has to be moved, best first; every cell at the edge of an opaque area has 5.5.
GOOD_ROOTS = (5.5, 4.0, ROOTED)
# Empty cells to keep around a picture that was moved, if the padding allows.
MARGIN = 2
OPAQUE = 255


class Place(NamedTuple):
    """The size of the grid, and the position in it of the upper left cell of the picture's square."""

    height: int
    width: int
    top: int
    left: int


def place(opacity: np.ndarray, height: int, width: int, pad: int | None) -> Place:
    """Return the placement of a picture: in the middle, or moved so that the seed cell lies on an opaque part.

    A picture that is empty around the seed cell is moved as little as necessary. The placement is computed in whole
    numbers, so that it is the same on every processor.

    Args:
        opacity: alpha of the picture in its square, uint8 `(fit, fit)`.
        height, width: of the grid.
        pad: padding that determined the grid's size; then the grid is enlarged if the moved picture would leave it.
            None if the size is fixed.

    Raises:
        BlastemaError: the moved picture does not fit into a grid of a fixed size.
    """
    fit = len(opacity)
    top, left = (height - fit) // 2, (width - fit) // 2
    centre = height // 2 - top, width // 2 - left
    y, x = root(opacity, centre)
    if (y, x) == centre:
        return Place(height, width, top, left)
    margin = 0 if pad is None else min(pad, MARGIN)
    rows, columns = (np.flatnonzero(opacity.any(axis=axis)) for axis in (1, 0))
    needed = _side(height, rows - y, margin), _side(width, columns - x, margin)
    if pad is None and needed != (height, width):
        raise BlastemaError(
            f"the picture is empty in its middle, where growth starts, and does not fit a grid of {width}x{height} "
            f"when it is moved; use a grid of {needed[1]}x{needed[0]} or larger, or a smaller --fit"
        )
    return Place(*needed, needed[0] // 2 - y, needed[1] // 2 - x)


def root(opacity: np.ndarray, centre: tuple[int, int]) -> tuple[int, int]:
    """Return the cell (y, x) of a picture to place on the seed cell: `centre` if possible, else a cell near it."""
    sums = around(opacity)
    if _at(sums, centre) >= ROOTED * OPAQUE:
        return centre
    opaque = opacity > OPAQUE // 2
    required = next((good for good in GOOD_ROOTS if (opaque & (sums >= good * OPAQUE)).any()), None)
    ys, xs = np.nonzero(opaque & (sums >= required * OPAQUE) if required else sums == sums.max())
    distances = (ys - centre[0]) ** 2 + (xs - centre[1]) ** 2
    # Of equally near cells, the uppermost, then the leftmost: `nonzero` returns them in this order.
    nearest = int(np.argmin(distances))
    return int(ys[nearest]), int(xs[nearest])


def around(opacity: np.ndarray) -> np.ndarray:
    """Return the sum over the 3x3 neighbourhood of each cell."""
    padded = np.pad(opacity.astype(np.int64), 1)
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).sum(axis=(-2, -1))


def _at(sums: np.ndarray, cell: tuple[int, int]) -> int:
    # A square of one cell in a grid of even size does not contain the seed cell.
    return int(sums[cell]) if max(cell) < len(sums) else 0


def _side(side: int, offsets: np.ndarray, margin: int) -> int:
    """Return the side, enlarged evenly at both ends if necessary to hold these offsets from the seed cell."""
    before, after = -int(offsets[0]) + margin, int(offsets[-1]) + margin
    missing = max(before - side // 2, after - (side - 1 - side // 2), 0)
    return side + 2 * missing
