"""How the JAX engine divides a batch of grids among devices: into groups of grids, and grids into blocks."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from blastema.errors import BlastemaError

# A step of a cell depends on states two cells away: those of its neighbours decide what they become, and what these
# become decides whether it lives.
MARGIN = 2
FLOAT = 4


class Layout(NamedTuple):
    """Into how many parts a batch is divided; one device computes each.

    Attributes:
        batch: groups of grids.
        rows, columns: blocks of a grid, from top to bottom and from left to right.
    """

    batch: int = 1
    rows: int = 1
    columns: int = 1

    @property
    def devices(self) -> int:
        """Number of devices."""
        return math.prod(self)

    def parts(self, shape: tuple[int, ...]) -> "tuple[Parts, Parts, Parts]":
        """Return how grids, rows and columns of states `(batch, height, width, ...)` are divided."""
        count, height, width = (Parts(size, number) for size, number in zip(shape, self, strict=False))
        return count, height, width

    def check(self, devices: int, shape: tuple[int, ...]) -> None:
        """Raise if states `(batch, height, width, ...)` cannot be divided like this among so many devices.

        Raises:
            BlastemaError: says why.
        """
        if self.devices != devices or min(self) < 1:
            raise BlastemaError(f"the layout {tuple(self)} is one of {self.devices} devices, not of {devices}")
        for name, parts in zip(("rows", "columns"), self.parts(shape)[1:], strict=True):
            if parts.number > 1 and parts.size < MARGIN * parts.number:
                raise BlastemaError(
                    f"{parts.size} {name} of a grid cannot be divided among {parts.number} devices, at least {MARGIN} "
                    "for each; use fewer devices"
                )

    def exchanged(self, shape: tuple[int, ...]) -> int:
        """Return how many bytes a block receives per CA step, from all of its neighbours, at most.

        Args:
            shape: of the states, `(batch, height, width, channel)`.

        >>> Layout(rows=2).exchanged((1, 72, 72, 16))
        18432
        """
        grids, rows, columns = (parts.length for parts in self.parts(shape))
        cells = 2 * MARGIN * columns * (self.rows > 1) + 2 * MARGIN * (rows + 2 * MARGIN) * (self.columns > 1)
        return FLOAT * grids * cells * shape[3]


def choose_layout(devices: int, shape: tuple[int, ...]) -> Layout:
    """Return the layout for states `(batch, height, width, ...)`.

    A batch is divided if it has a grid for each device: nothing is exchanged then, and gradients are the same, bit for
    bit, for any number of devices. Otherwise it is the layout with the fewest cells per device, margins included; of
    two, the one with more parts of rows, which lie together in memory.

    >>> choose_layout(8, (8, 72, 72)), choose_layout(8, (1, 4096, 4096))
    (Layout(batch=8, rows=1, columns=1), Layout(batch=1, rows=4, columns=2))
    """
    if shape[0] >= devices:
        return Layout(devices)

    def cells(layout: Layout) -> tuple[int, ...]:
        grids, *sides = layout.parts(shape)
        block = math.prod(side.length + 2 * MARGIN * (side.number > 1) for side in sides)
        return grids.length * block, -layout.batch, -layout.rows

    return min((layout for layout in _layouts(devices) if _fits(layout, shape)), key=cells)


def _layouts(devices: int) -> Iterator[Layout]:
    factors = [number for number in range(1, devices + 1) if devices % number == 0]
    for batch in factors:
        for rows in factors:
            if devices % (batch * rows) == 0:
                yield Layout(batch, rows, devices // (batch * rows))


def _fits(layout: Layout, shape: tuple[int, ...]) -> bool:
    return all(part.number == 1 or part.size >= MARGIN * part.number for part in layout.parts(shape)[1:])


class Parts(NamedTuple):
    """Grids, rows or columns divided into parts that differ by at most one; shorter ones are padded.

    Attributes:
        size: how many there are.
        number: how many parts.
    """

    size: int
    number: int

    @property
    def length(self) -> int:
        """Length of a part with its padding."""
        return -(-self.size // self.number)

    @property
    def even(self) -> bool:
        """Whether no part is padded."""
        return self.size % self.number == 0

    def start(self, part: int) -> int:
        """Return the first element of a part, which may also be an array.

        >>> [Parts(11, 4).start(part) for part in range(5)]
        [0, 3, 6, 9, 11]
        """
        extra = self.size % self.number
        # Not min(), which is not defined for JAX's arrays.
        return part * (self.size // self.number) + extra - (extra - part) * (part < extra)

    def padded(self) -> np.ndarray:
        """Return where each element is if every part has its padding, `(size,)`.

        >>> Parts(5, 3).padded()
        array([0, 1, 2, 3, 4])
        >>> Parts(4, 3).padded()
        array([0, 1, 2, 4])
        """
        return np.concatenate(
            [part * self.length + np.arange(self.start(part + 1) - self.start(part)) for part in range(self.number)]
        )

    def with_margin(self, margin: int) -> np.ndarray:
        """Return the elements of all parts, each with this many of its neighbours, round the edge if need be.

        >>> Parts(4, 2).with_margin(1)
        array([3, 0, 1, 2, 1, 2, 3, 0])
        """
        around = np.arange(-margin, self.length + margin)
        return np.concatenate([(self.start(part) + around) % self.size for part in range(self.number)])
