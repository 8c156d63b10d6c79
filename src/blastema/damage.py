"""Damage: cells are erased, and whoever is alive has to make up for them."""

import math
from collections.abc import Sequence

import numpy as np

from blastema.errors import BlastemaError
from blastema.rule import Batch


def inside_disc(height: int, width: int, centre: tuple[float, float], radius: float) -> np.ndarray:
    """Return which cells lie in a disc, bool `(height, width)`; centre (y, x) and radius in cells."""
    rows, columns = np.ogrid[:height, :width]
    return (rows + 0.5 - centre[0]) ** 2 + (columns + 0.5 - centre[1]) ** 2 < radius**2


def random_disc(draw: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return a disc as the article cuts it in training, bool `(height, width)`.

    The centre is uniform in the middle half of the grid, the radius uniform in 0.1 to 0.4 of half its shorter side.
    """
    y, x = draw.uniform(0.25, 0.75, 2)
    radius = draw.uniform(0.1, 0.4) * min(height, width) / 2
    return inside_disc(height, width, (y * height, x * width), radius)


def random_half(draw: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return all that lies on one side of a line, bool `(height, width)`.

    The line has any direction and goes through a point uniform in the middle quarter of each side of the grid.
    """
    y, x = draw.uniform(0.375, 0.625, 2)
    angle = draw.uniform(0, 2 * math.pi)
    rows, columns = np.ogrid[:height, :width]
    return (rows + 0.5 - y * height) * math.sin(angle) + (columns + 0.5 - x * width) * math.cos(angle) > 0


def random_square(draw: np.random.Generator, height: int, width: int) -> np.ndarray:
    """Return a square, bool `(height, width)`.

    The centre is uniform in the middle half of the grid, the side uniform in 0.1 to 0.3 of its shorter side.
    """
    y, x = draw.uniform(0.25, 0.75, 2)
    half = draw.uniform(0.05, 0.15) * min(height, width)
    rows, columns = np.ogrid[:height, :width]
    return (abs(rows + 0.5 - y * height) < half) & (abs(columns + 0.5 - x * width) < half)


def erased(batch: Batch, masks: Sequence[np.ndarray]) -> Batch:
    """Return a batch whose cells are zero where its state's mask, bool `(height, width)`, is set."""
    states = batch.states.copy()
    for state, mask in zip(states, masks, strict=True):
        state[mask] = 0
    return batch._replace(states=states)


DAMAGES = {"disc": random_disc, "half": random_half, "square": random_square}

ARTICLE_CUTS = ("lower", "upper", "right", "left", "centre")
CUTS = ("upper", "lower", "left", "right", "centre", "disc")


def cut(name: str, height: int, width: int, draw: np.random.Generator) -> np.ndarray:
    """Return the cells that one of the article's cuts removes, bool `(height, width)`.

    `upper`, `lower`, `left`, `right` are halves of the grid; `centre` a square of 16 cells of a 72-cell grid (two
    ninths of the shorter side) in its middle; `disc` a random disc as in training.

    Raises:
        BlastemaError: no cut has that name.
    """
    rows, columns = np.mgrid[:height, :width]
    half = math.ceil(min(height, width) / 9)
    cuts = {
        "upper": lambda: rows < height // 2,
        "lower": lambda: rows >= height // 2,
        "left": lambda: columns < width // 2,
        "right": lambda: columns >= width // 2,
        "centre": lambda: (abs(rows - height // 2 + 0.5) < half) & (abs(columns - width // 2 + 0.5) < half),
        "disc": lambda: random_disc(draw, height, width),
    }
    if name not in cuts:
        raise BlastemaError(f"there is no cut {name!r}; choose one of {', '.join(CUTS)}")
    return cuts[name]()
