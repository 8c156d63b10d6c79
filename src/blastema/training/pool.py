"""The sample pool: states of all ages, from which rollouts start; only nonzero cells are stored."""

from functools import reduce

import numpy as np

from blastema.errors import BlastemaError
from blastema.loss import COLOURS, rgba_channels
from blastema.rule import ALPHA, Batch, seed_state

TENSORS = ("pool.seeds", "pool.ages", "pool.counts", "pool.cells", "pool.values")
# Only with several targets.
SIGNALS = "pool.signals"


class Pool:
    """States in grids of one size. Most of a grid is empty, so only cells that are not all zero are stored.

    A grown 72x72 lizard takes 65 kB instead of 332 kB.

    Args:
        seeds: random seeds, uint32 `(size,)`; the pool starts with one seed state for each.
        shape: (height, width, channels) of the grids.
        targets: number of targets, among which the states are divided.

    Attributes:
        signals: the target that each state grows towards, uint32 `(size,)`.
    """

    def __init__(self, seeds: np.ndarray, shape: tuple[int, int, int], targets: int = 1) -> None:
        self.shape, self.targets = shape, targets
        self.signals = (np.arange(len(seeds)) % targets).astype(np.uint32)
        self.seeds = np.array(seeds, np.uint32)
        self.ages = np.zeros(len(seeds), np.uint32)
        self.states = [nonzero_cells(seed_state(*shape))] * len(seeds)

    def take(self, places: np.ndarray) -> Batch:
        """Return copies of the states at these positions as a batch."""
        states = np.zeros((len(places), *self.shape), np.float32)
        for state, place in zip(states, places, strict=True):
            cells, values = self.states[place]
            state.reshape(-1, self.shape[-1])[cells] = values
        return Batch(states, self.seeds[places], self.ages[places])

    def of_target(self, target: int) -> np.ndarray:
        """Return the positions of the states that grow towards this target."""
        return np.flatnonzero(self.signals == target)

    def dead(self, places: np.ndarray, alive_threshold: float) -> np.ndarray:
        """Return at which of these positions no cell is alive, bool `(len(places),)`."""
        return np.array([not (self.states[place][1][:, ALPHA] > alive_threshold).any() for place in places])

    def losses(self, places: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Return the `pixel_loss` of the states at these positions, computed from the stored cells alone."""
        flat = np.ascontiguousarray(target).reshape(-1, COLOURS)
        empty = _squares(flat)
        losses = []
        for cells, values in (self.states[place] for place in places):
            expected = flat.take(cells, axis=0)
            losses.append(empty - _squares(expected) + _squares(rgba_channels(values) - expected))
        return np.array(losses) / flat.size

    def put(self, places: np.ndarray, batch: Batch) -> bool:
        """Replace the states at these positions; return whether it was done.

        It is not done if any number is not finite.
        """
        states = [nonzero_cells(state) for state in batch.states]
        with np.errstate(over="ignore", invalid="ignore"):
            if not all(np.isfinite(np.sum(values)) for _, values in states):
                return False
        self.seeds[places], self.ages[places] = batch.seeds, batch.ages
        for place, state in zip(places, states, strict=True):
            self.states[place] = state
        return True

    def tensors(self) -> dict[str, np.ndarray | list[np.ndarray]]:
        """Return the content of the pool as named arrays; large ones as lists of parts, to save memory."""
        cells, values = zip(*self.states, strict=True)
        counts = np.array([len(part) for part in cells], np.uint32)
        parts = (self.seeds, self.ages, counts, list(cells), list(values))
        signals = {SIGNALS: self.signals} if self.targets > 1 else {}
        return {**dict(zip(TENSORS, parts, strict=True)), **signals}

    @classmethod
    def of_tensors(cls, tensors: dict[str, np.ndarray], shape: tuple[int, int, int], targets: int = 1) -> "Pool":
        """Return the pool with this content, as returned by `tensors`."""
        seeds, ages, counts, cells, values = (tensors[name] for name in TENSORS)
        pool = cls(seeds, shape, targets)
        if targets > 1:
            pool.signals = tensors[SIGNALS].copy()
        pool.ages = ages.copy()
        ends = np.cumsum(counts)[:-1]
        pool.states = list(zip(np.split(cells, ends), np.split(values, ends), strict=True))
        return pool


def check_tensors(tensors: dict[str, np.ndarray], shape: tuple[int, int, int], targets: int, source: str) -> None:
    """Raise unless these can be the arrays of a pool.

    Args:
        tensors: the arrays by name.
        shape: (height, width, channels) of the grids.
        targets: number of targets.
        source: name of the file, for messages.

    Raises:
        BlastemaError: an array has the wrong shape or type, a cell is outside the grid, or a value is not finite.
    """
    seeds, _, counts, cells, values = (tensors[name] for name in TENSORS)
    size, cell_count = len(seeds), len(cells) if cells.ndim else 0
    shapes = ((size,), (size,), (size,), (cell_count,), (cell_count, shape[-1]))
    for name, expected in zip(TENSORS, shapes, strict=True):
        dtype = np.float32 if name == TENSORS[-1] else np.uint32
        if tensors[name].shape != expected or tensors[name].dtype != dtype:
            raise BlastemaError(f"{source} is damaged: {name} is {tensors[name].dtype} {tensors[name].shape}")
    if int(counts.sum(dtype=np.uint64)) != cell_count:
        raise BlastemaError(f"{source} is damaged: pool.counts do not add up to the {cell_count} cells of the pool")
    places = cells.astype(np.int64) + np.repeat(np.arange(size), counts) * (shape[0] * shape[1])
    if (cells >= shape[0] * shape[1]).any() or (np.diff(places) <= 0).any():
        raise BlastemaError(f"{source} is damaged: pool.cells are out of range or out of order")
    if not np.isfinite(values).all():
        raise BlastemaError(f"{source} is damaged: pool.values are not finite")
    if targets > 1:
        signals = tensors[SIGNALS]
        if signals.shape != (size,) or signals.dtype != np.uint32 or (signals >= targets).any():
            raise BlastemaError(f"{source} is damaged: {SIGNALS} are {signals.dtype} {signals.shape}, or out of range")


def _squares(numbers: np.ndarray) -> float:
    # Not a dot product: BLAS splits long ones by its number of threads, which changes the last bits.
    return float(np.sum(np.square(numbers), dtype=np.float64))


def nonzero_cells(state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the positions of the nonzero cells of a state, uint32 `(count,)`, and their values `(count, channel)`.

    Minus zero counts as nonzero, so that the state is restored exactly.

    Args:
        state: float32 `(height, width, channel)`.
    """
    flat = np.ascontiguousarray(state).reshape(-1, state.shape[-1])
    # On bits, two channels at a time if their number is even: several times as fast as `any` along the channels.
    bits = flat.view(np.uint64 if flat.shape[1] % 2 == 0 else np.uint32)
    cells = np.flatnonzero(reduce(np.bitwise_or, bits.T))
    return cells.astype(np.uint32), flat.take(cells, axis=0)
