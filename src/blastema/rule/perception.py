"""Perception: what a cell perceives of its 3x3 neighbourhood, through fixed linear filters.

A filter is three 3x3 matrices. At the angle a by which perception is rotated (article, experiment 4) its kernel is
`fixed + cos a * along + sin a * across`. `FILTERS` is the only definition of the built-in filters: engines, exports and
the page use its matrices.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.rule.grid import Array, Edge, neighbours

Matrix = tuple[tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]]

ZERO: Matrix = ((0.0, 0.0, 0.0),) * 3
# So that several names fit into one line of an error message.
LONGEST_NAME = 40


@dataclass(frozen=True)
class Filter:
    """A linear filter of perception: `kernel(a) = fixed + cos a * along + sin a * across`, cross-correlated.

    Attributes:
        name: an identifier of up to 40 ASCII letters, digits and `_`; the names in `FILTERS` are reserved.
        fixed, along, across: 3x3 finite numbers, rows from top to bottom; any nested sequences or arrays are accepted.
            A filter that only has `fixed` does not change when perception is rotated.

    Raises:
        BlastemaError: the name is not an identifier, a matrix is not 3x3 finite numbers, or all are zero.

    >>> Filter("ridge", [[0, -1, 0], [0, 2, 0], [0, -1, 0]]).fixed[1]
    (0.0, 2.0, 0.0)
    """

    name: str
    fixed: Matrix = ZERO
    along: Matrix = ZERO
    across: Matrix = ZERO

    def __post_init__(self) -> None:
        if not (isinstance(self.name, str) and self.name.isascii() and self.name.isidentifier()):
            raise BlastemaError(
                f"invalid filter name {self.name!r}; use letters, digits and _, not starting with a digit"
            )
        if len(self.name) > LONGEST_NAME:
            raise BlastemaError(
                f"the filter name {self.name[:LONGEST_NAME]}... is too long; use at most {LONGEST_NAME} characters"
            )
        for field in ("fixed", "along", "across"):
            object.__setattr__(self, field, _matrix(getattr(self, field), f"{field} of filter {self.name}"))
        if self.matrices == (ZERO, ZERO, ZERO):
            raise BlastemaError(f"filter {self.name} is zero everywhere; give it at least one number other than zero")

    @property
    def matrices(self) -> tuple[Matrix, Matrix, Matrix]:
        """`fixed`, `along` and `across`."""
        return self.fixed, self.along, self.across

    def taps(self, angle: Array | float) -> Iterator[tuple[int, int, Any]]:
        """Yield (dy, dx, weight) of each neighbour whose weight is not zero.

        Args:
            angle: by which perception is rotated, radians. A scalar array gives scalar arrays as weights; then only
                weights that are zero at every angle are left out.
        """
        cos, sin = _cos_sin(angle)
        for dy in (-1, 0, 1):
            for dx in (-1, 0, 1):
                fixed, along, across = (matrix[dy + 1][dx + 1] for matrix in self.matrices)
                # Under JAX the angle may not be known yet; weights that are zero at every angle are still left out.
                if not (along or across):
                    weight = fixed
                else:
                    weight = cos * along + sin * across
                    weight = fixed + weight if fixed else weight
                if not isinstance(weight, float) or weight:
                    yield dy, dx, weight


def _matrix(values: Any, name: str) -> Matrix:
    """Return 3x3 numbers as tuples of floats."""
    try:
        # Numbers in quotes are no numbers.
        array = np.asarray(values)
        array = array.astype(float) if array.dtype.kind in "fiu" else np.empty(0)
    except (TypeError, ValueError, OverflowError):
        array = np.empty(0)
    if array.shape != (3, 3) or not np.isfinite(array).all() or np.abs(array).max() > 1e6:
        raise BlastemaError(f"{name} is {values!r}; it must be 3 rows of 3 numbers from -1e6 to 1e6")
    # Minus zero becomes zero, so that equal matrices are written alike.
    return tuple(tuple(row) for row in (array + 0.0).tolist())  # type: ignore[return-value]


def _cos_sin(angle: Array | float) -> tuple[Any, Any]:
    if isinstance(angle, float | int):
        return math.cos(angle), math.sin(angle)
    xp = angle.__array_namespace__()
    return xp.cos(angle), xp.sin(angle)


# Divided by 8, Sobel filters give the slope per cell; the article's notebook does so, its text leaves it out.
SOBEL_X: Matrix = ((-1 / 8, 0.0, 1 / 8), (-2 / 8, 0.0, 2 / 8), (-1 / 8, 0.0, 1 / 8))
SOBEL_Y: Matrix = tuple(zip(*SOBEL_X, strict=True))  # type: ignore[assignment]
MINUS_SOBEL_Y: Matrix = tuple(tuple(0.0 - weight for weight in row) for row in SOBEL_Y)  # type: ignore[assignment]

FILTERS: dict[str, Filter] = {
    built_in.name: built_in
    for built_in in (
        Filter("identity", fixed=((0, 0, 0), (0, 1, 0), (0, 0, 0))),
        Filter("sobel_x", along=SOBEL_X, across=MINUS_SOBEL_Y),
        Filter("sobel_y", along=SOBEL_Y, across=SOBEL_X),
        # The nine-point Laplacian of later work by the same authors (texture NCA, Distill 2021), divided by 16.
        Filter("laplacian", fixed=((1 / 16, 2 / 16, 1 / 16), (2 / 16, -12 / 16, 2 / 16), (1 / 16, 2 / 16, 1 / 16))),
    )
}
# The article's filters, for which engines may have special code.
ARTICLE_FILTERS = ("identity", "sobel_x", "sobel_y")

# An entry of `Rule.filters`: the name of a built-in filter, or a custom filter.
FilterLike = str | Filter


def check_filters(filters: object) -> tuple[FilterLike, ...]:
    """Return the filters of a rule, built-in ones by name.

    Raises:
        BlastemaError: there are none, one is unknown or repeated, or a custom one has the name of a built-in one.
    """
    if (
        not isinstance(filters, tuple | list)
        or not filters
        or not all(isinstance(given, str | Filter) for given in filters)
    ):
        raise BlastemaError(f"filters of a rule is {filters!r}; it must be a list of {_allowed()}")
    checked: list[FilterLike] = []
    for given in filters:
        name = given if isinstance(given, str) else given.name
        if isinstance(given, Filter) and name in FILTERS and given != FILTERS[name]:
            raise BlastemaError(f"{name} is the name of a built-in filter; choose another name for a custom filter")
        if isinstance(given, str) and name not in FILTERS:
            raise BlastemaError(f"there is no filter {name!r}; use {_allowed()}")
        checked.append(name if name in FILTERS else given)
    if len(set(names_of(tuple(checked)))) < len(checked):
        raise BlastemaError(f"filters of a rule are {', '.join(names_of(tuple(checked)))}; each may appear only once")
    return tuple(checked)


def _allowed() -> str:
    return f"{', '.join(FILTERS)}, or a custom blastema.Filter"


def filters_of(filters: tuple[FilterLike, ...]) -> tuple[Filter, ...]:
    """Return the filters of a rule as `Filter` objects."""
    return tuple(FILTERS[given] if isinstance(given, str) else given for given in filters)


def names_of(filters: tuple[FilterLike, ...]) -> tuple[str, ...]:
    """Return the names of the filters of a rule.

    >>> names_of(("identity", Filter("mine", along=SOBEL_X)))
    ('identity', 'mine')
    """
    return tuple(given if isinstance(given, str) else given.name for given in filters)


def kernels(filters: tuple[FilterLike, ...], angle: float) -> np.ndarray:
    """Return the kernels of a rule's filters at this angle (radians), float32 `(filter, 3, 3)`."""
    cos, sin = math.cos(angle), math.sin(angle)
    fixed, along, across = np.array([given.matrices for given in filters_of(filters)]).swapaxes(0, 1)
    return np.asarray(fixed + (cos * along + sin * across), np.float32)


def cross_correlate(state: Array, taps: Iterator[tuple[int, int, Any]], edge: Edge) -> Array:
    """Return the weighted sum of each cell's neighbours, channel by channel, in the shape of `state`.

    Args:
        state: `(..., height, width, channel)`.
        taps: (dy, dx, weight) per neighbour; x runs to the right, y downward.
        edge: what lies past the edge of the grid.
    """
    total = None
    for dy, dx, weight in taps:
        part = neighbours(state, dy, dx, edge) * weight
        total = part if total is None else total + part
    return state * 0 if total is None else total


def perceive(state: Array, filters: tuple[FilterLike, ...], angle: Array | float, edge: Edge) -> Array:
    """Return the perception of every cell: all channels through the first filter, then through the next.

    Args:
        state: `(..., height, width, channel)`.
        filters: as in a rule, in order.
        angle: by which perception is rotated, radians; a float or a scalar array.
        edge: what lies past the edge of the grid.

    Returns:
        `(..., height, width, len(filters) * channel)`.
    """
    xp = state.__array_namespace__()
    parts = [cross_correlate(state, given.taps(angle), edge) for given in filters_of(filters)]
    return xp.concat(parts, axis=-1)
