"""Perception: what a cell sees of its 3x3 neighbourhood, through fixed filters."""

import math
from typing import Literal

from blastema.rule.grid import Array, Edge, neighbours

Filter = Literal["identity", "sobel_x", "sobel_y", "laplacian"]

# (dy, dx, weight) of every neighbour that counts; x runs along the width, y along the height, downward.
# The divisor 8 makes Sobel measure the slope per cell; the notebook of the article has it, its text leaves it out.
SOBEL_X = tuple((dy, dx, dx * (2 - abs(dy)) / 8) for dy in (-1, 0, 1) for dx in (-1, 1))
SOBEL_Y = tuple((dy, dx, dy * (2 - abs(dx)) / 8) for dy in (-1, 1) for dx in (-1, 0, 1))
# The nine-point Laplacian of later work by the same authors (texture NCA, Distill 2021), divided by 16.
LAPLACIAN = tuple(
    (dy, dx, -12 / 16 if dy == dx == 0 else (2 - abs(dy * dx)) / 16) for dy in (-1, 0, 1) for dx in (-1, 0, 1)
)


def cross_correlate(state: Array, taps: tuple[tuple[int, int, float], ...], edge: Edge) -> Array:
    """Return the weighted sum of each cell's neighbours, channel by channel; the shape of `state`."""
    total = None
    for dy, dx, weight in taps:
        part = neighbours(state, dy, dx, edge) * weight
        total = part if total is None else total + part
    return total


def perceive(state: Array, filters: tuple[Filter, ...], angle: Array | float, edge: Edge) -> Array:
    """Return the perception of every cell: all channels of the first filter, then all of the next.

    The two Sobel filters turn with the angle a (article, experiment 4): `sobel_x` gives cos a Sx - sin a Sy,
    `sobel_y` gives sin a Sx + cos a Sy.

    Args:
        state: `(..., height, width, channel)`.
        filters: their names, in order.
        angle: radians, a float or a scalar array.
        edge: what lies past the edge of the grid.

    Returns:
        `(..., height, width, len(filters) * channel)`.
    """
    xp = state.__array_namespace__()
    cos, sin = (math.cos(angle), math.sin(angle)) if isinstance(angle, float | int) else (xp.cos(angle), xp.sin(angle))
    slope_x = cross_correlate(state, SOBEL_X, edge)
    slope_y = cross_correlate(state, SOBEL_Y, edge)
    seen = {
        "identity": lambda: state,
        "sobel_x": lambda: cos * slope_x - sin * slope_y,
        "sobel_y": lambda: sin * slope_x + cos * slope_y,
        "laplacian": lambda: cross_correlate(state, LAPLACIAN, edge),
    }
    return xp.concat([seen[name]() for name in filters], axis=-1)
