"""Damage: which cells are erased. Each kind is declared once, in `DAMAGES`."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from blastema.rule import Batch

# The parts of a grid's sides in which the centres of random damages lie.
MIDDLE_HALF, MIDDLE_QUARTER = (0.25, 0.75), (0.375, 0.625)
# Ranges of the radius of a disc, in halves of the grid's shorter side, and of half the side of a square, in such sides.
RADIUS, HALF_SIDE = (0.1, 0.4), (0.05, 0.15)

# Maps (random generator, height, width) to the erased cells, bool (height, width).
Mask = Callable[[np.random.Generator, int, int], np.ndarray]


class Damage(NamedTuple):
    """A kind of damage.

    Attributes:
        name: used in recipes, reports and `blastema grow --damage`.
        mask: returns the erased cells.
        sentence: description for help texts.
    """

    name: str
    mask: Mask
    sentence: str


def inside_disc(height: int, width: int, centre: tuple[float, float], radius: float) -> np.ndarray:
    """Return which cells lie in a disc, bool `(height, width)`; centre (y, x) and radius in cells."""
    rows, columns = np.ogrid[:height, :width]
    return (rows + 0.5 - centre[0]) ** 2 + (columns + 0.5 - centre[1]) ** 2 < radius**2


def random_disc(draw: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return a random disc, as in the article's training, bool `(height, width)`.

    The centre is uniform in the middle half of the grid, the radius uniform in 0.1 to 0.4 of half its shorter side.
    """
    y, x = draw.uniform(*MIDDLE_HALF, 2)
    radius = draw.uniform(*RADIUS) * min(height, width) / 2
    return inside_disc(height, width, (y * height, x * width), radius)


def random_half(draw: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return one side of a random line, bool `(height, width)`.

    The line has any direction and goes through a point uniform in the middle quarter of each side of the grid.
    """
    y, x = draw.uniform(*MIDDLE_QUARTER, 2)
    angle = draw.uniform(0, 2 * math.pi)
    rows, columns = np.ogrid[:height, :width]
    return (rows + 0.5 - y * height) * math.sin(angle) + (columns + 0.5 - x * width) * math.cos(angle) > 0


def random_square(draw: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return a random square, bool `(height, width)`.

    The centre is uniform in the middle half of the grid, the side uniform in 0.1 to 0.3 of its shorter side.
    """
    y, x = draw.uniform(*MIDDLE_HALF, 2)
    half = draw.uniform(*HALF_SIDE) * min(height, width)
    rows, columns = np.ogrid[:height, :width]
    return (abs(rows + 0.5 - y * height) < half) & (abs(columns + 0.5 - x * width) < half)


def upper(_: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return the upper half of the grid."""
    return np.mgrid[:height, :width][0] < height // 2


def lower(_: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return the lower half of the grid."""
    return np.mgrid[:height, :width][0] >= height // 2


def left(_: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return the left half of the grid."""
    return np.mgrid[:height, :width][1] < width // 2


def right(_: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return the right half of the grid."""
    return np.mgrid[:height, :width][1] >= width // 2


def centre(_: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return a square in the middle: 16 cells a side in a 72-cell grid, two ninths of the shorter side."""
    rows, columns = np.mgrid[:height, :width]
    half = math.ceil(min(height, width) / 9)
    return (abs(rows - height // 2 + 0.5) < half) & (abs(columns - width // 2 + 0.5) < half)


def stripes(_: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return every other band of four columns."""
    return np.broadcast_to(np.arange(width) // 4 % 2 == 0, (height, width))


def blocks(_: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return the dark squares of a checkerboard, eight cells wide."""
    return (np.arange(height)[:, None] // 8 + np.arange(width) // 8) % 2 == 0


def scattered(draw: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return half of all cells, drawn at random."""
    return draw.random((height, width)) < 0.5


DAMAGES = {
    damage.name: damage
    for damage in (
        Damage("upper", upper, "the upper half"),
        Damage("lower", lower, "the lower half"),
        Damage("left", left, "the left half"),
        Damage("right", right, "the right half"),
        Damage("centre", centre, "a square in the middle"),
        Damage("disc", random_disc, "a disc at a random place"),
        Damage("half", random_half, "one side of a random line"),
        Damage("square", random_square, "a square at a random place"),
        Damage("stripes", stripes, "every other band of four columns"),
        Damage("blocks", blocks, "a checkerboard of squares of eight cells"),
        Damage("scattered", scattered, "half of all cells, at random"),
    )
}
# The article's five cuts; the damages used to measure organisms; and those that no recipe uses.
ARTICLE_CUTS = ("lower", "upper", "right", "left", "centre")
CUTS = (*ARTICLE_CUTS, "disc")
UNSEEN = ("stripes", "blocks", "scattered")


def erased(batch: Batch, masks: Sequence[np.ndarray]) -> Batch:
    """Return a copy of a batch with cells set to zero where the mask of their state, bool `(height, width)`, is set."""
    states = batch.states.copy()
    for state, mask in zip(states, masks, strict=True):
        state[mask] = 0
    return batch._replace(states=states)
