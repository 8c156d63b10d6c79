"""A grid of cells, each a computer of its own: `firmware/cell.c` and `swarm.c`, with an organism's weights."""

from types import ModuleType
from typing import Any

import numpy as np

from blastema.errors import BlastemaError
from blastema.io.arguments import finite_number, whole_number
from blastema.machine.memory import check_memory
from blastema.quantisation.cell_layout import CHANNELS, cell_arrays, check_fits
from blastema.quantisation.integer_cell import HIDDEN_SHIFT, IntegerCell
from blastema.rule.grid import LARGEST_WHOLE
from blastema.simulation import Grows
from blastema.swarm.rounded import rounded
from blastema.swarm.troubles import ADDED_WITHIN, TICKS, TROUBLES, Troubles, in_one_wait

LARGEST_SIDE = 4096
# Bytes of a cell with its next wait and its numbers as floats, and of a message on its way.
CELL_BYTES, MESSAGE_BYTES = 400, 100


class Swarm:
    """Cells that wake one at a time, each by its own clock, and grow an organism from a seed cell in the middle.

    Args:
        organism: whose rule and weights are used; see `numbers_of`, if several swarms of it are made.
        seed: random seed, 0 to 2^32 - 1; the same seed gives the same swarm.
        height, width: of the grid in cells; by default as in training.
        troubles: what goes wrong.
        wrap: whether opposite sides of the grid are wired to each other.

    Attributes:
        one: what stands for 1 in each channel, `(channel,)`.
        updates: updates of all cells so far.
        silent: which cells are silent for good, bool `(height, width)`; at first never the seed cell.
        missing: which cells will still be added, bool `(height, width)`; never the seed cell.

    Raises:
        BlastemaError: the native part is not installed, the organism does not fit into a cell, or an argument is out
            of range.

    >>> from blastema import load
    >>> swarm = Swarm(load("🦎"), seed=3, troubles=Troubles(lost=0.1))
    >>> swarm.run(20)
    >>> swarm.state.shape
    (72, 72, 16)
    """

    def __init__(
        self,
        organism: Grows | IntegerCell,
        seed: int = 0,
        height: int = 72,
        width: int = 72,
        troubles: Troubles = Troubles(),  # noqa: B008
        wrap: bool = False,
    ) -> None:
        self.troubles = checked(troubles)
        self.height, self.width = (
            whole_number(name, side, 1, LARGEST_SIDE) for name, side in (("height", height), ("width", width))
        )
        seed = whole_number("seed", seed, 0, LARGEST_WHOLE)
        each = CELL_BYTES + round(8 * MESSAGE_BYTES * min(1.0, troubles.delay) * max(1.0, troubles.delay))
        check_memory(each * height * width, f"a swarm of {width}x{height} cells", "use a smaller grid")
        numbers = organism if isinstance(organism, IntegerCell) else numbers_of(organism)
        self.one = numbers.one
        self.updates, self._draw = 0, np.random.default_rng([seed, 0x5A])
        middle = self.height // 2, self.width // 2
        self.silent, self.missing = self._share(self.troubles.silent), self._share(self.troubles.added)
        self.silent[middle] = self.missing[middle] = False
        self._waits, self._added_at = 0, np.zeros(self.silent.shape, int)
        if self.missing.any():
            self._added_at = self._draw.integers(ADDED_WITHIN, size=self.silent.shape)
        self._cells = _cells(numbers, self.height, self.width, wrap, seed, self.troubles)
        self._cells.turn(~self.running, False)
        self._cells.seed(*middle)

    def run(self, waits: int = 1) -> None:
        """Let average waits pass; before each, some cells are added, fall silent or restart."""
        for _ in range(waits):
            added = self.missing & (self._added_at <= self._waits)
            self.missing &= ~added
            self._cells.turn(added & self.running, True)
            fallen = self._share(in_one_wait(self.troubles.failing)) & self.running
            self.silent |= fallen
            self._cells.turn(fallen, False)
            self.restart(self._share(in_one_wait(self.troubles.restarting)))
            self.updates += self._cells.run(TICKS)
            self._waits += 1

    def restart(self, mask: np.ndarray) -> None:
        """Restart cells, bool `(height, width)`: they are empty then. Those that are silent or missing remain so."""
        self._cells.turn(np.ascontiguousarray(mask & self.running), True)

    @property
    def running(self) -> np.ndarray:
        """Which cells are neither silent nor missing, bool `(height, width)`."""
        return ~(self.silent | self.missing)

    @property
    def dropped(self) -> int:
        """Messages that cells dropped so far, since their checksum was wrong."""
        return self._cells.dropped()

    @property
    def messages(self) -> int:
        """Messages sent so far, each to all neighbours."""
        return self._cells.messages()

    @property
    def state(self) -> np.ndarray:
        """State of all cells, float32 `(height, width, channel)`; zeros where a cell is silent."""
        states = np.empty((self.height, self.width, CHANNELS), np.int16)
        self._cells.read_states(states)
        return states[..., : self.one.size] / self.one.astype(np.float32)

    def _share(self, share: float) -> np.ndarray:
        """Draw this share of the cells, bool `(height, width)`."""
        shape = self.height, self.width
        return self._draw.random(shape) < share if share else np.zeros(shape, bool)


def numbers_of(organism: Grows) -> IntegerCell:
    """Return an organism's weights in integers, which takes seconds the first time, see `rounded`.

    Raises:
        BlastemaError: the native part is not installed, or the organism does not fit into a cell.
    """
    _native_module()
    check_fits(organism.rule)
    return rounded(organism)


def checked(troubles: Troubles) -> Troubles:
    """Return the troubles, or raise a BlastemaError if one is out of range."""
    for name, value in troubles._asdict().items():
        if not 0 <= finite_number(name, value) <= TROUBLES[name].largest:
            raise BlastemaError(f"{name} is {value}; it must be between 0 and {TROUBLES[name].largest:g}")
    return troubles


def _cells(numbers: IntegerCell, height: int, width: int, wrap: bool, seed: int, troubles: Troubles) -> Any:
    arrays = cell_arrays(numbers)
    constants = (HIDDEN_SHIFT, numbers.update_shift, numbers.update_factor, numbers.alive_above)
    return _native_module().Swarm(
        (*arrays, *constants), height=height, width=width, wrap=wrap, seed=seed, conditions=troubles.conditions
    )


def _native_module() -> ModuleType:
    try:
        from blastema import _native
    except ImportError as error:
        raise BlastemaError(
            f"swarms need Blastema's native part, which is not installed ({error}); building it needs GCC or Clang: "
            "pip install --force-reinstall --no-deps --verbose . shows what is missing"
        ) from error
    return _native
