"""The pool: organisms of all ages, from which rollouts start. It stores what lives."""

from functools import reduce

import numpy as np

from blastema.errors import BlastemaError
from blastema.loss import COLOURS, rgba_channels
from blastema.rule import Batch, seed_state

TENSORS = ("pool.seeds", "pool.ages", "pool.counts", "pool.cells", "pool.values")


class Pool:
    """Organisms in grids of one size. Most of a grid is empty, so only the cells that are not all zero are kept.

    A grown 72x72 lizard takes 65 kB instead of 332 kB.

    Args:
        seeds: uint32 `(size,)`; the pool starts with one fresh organism for each.
        shape: (height, width, channels) of the grids.
    """

    def __init__(self, seeds: np.ndarray, shape: tuple[int, int, int]) -> None:
        self.shape = shape
        self.seeds = np.array(seeds, np.uint32)
        self.ages = np.zeros(len(seeds), np.uint32)
        seed = living(seed_state(*shape))
        self.organisms = [seed] * len(seeds)

    def take(self, places: np.ndarray) -> Batch:
        """Return the organisms at these places as a batch of their own."""
        states = np.zeros((len(places), *self.shape), np.float32)
        for state, place in zip(states, places, strict=True):
            cells, values = self.organisms[place]
            state.reshape(-1, self.shape[-1])[cells] = values
        return Batch(states, self.seeds[places], self.ages[places])

    def losses(self, places: np.ndarray, target: np.ndarray) -> np.ndarray:
        """Return the `pixel_loss` of the organisms at these places, without laying them out in grids."""
        flat = np.ascontiguousarray(target).reshape(-1, COLOURS)
        empty = _squares(flat)
        losses = []
        for cells, values in (self.organisms[place] for place in places):
            wanted = flat.take(cells, axis=0)
            losses.append(empty - _squares(wanted) + _squares(rgba_channels(values) - wanted))
        return np.array(losses) / flat.size

    def put(self, places: np.ndarray, batch: Batch) -> bool:
        """Let these organisms take the places of those that are there; return whether they did.

        They do not when a number is not finite, with which nobody could grow on.
        """
        organisms = [living(state) for state in batch.states]
        with np.errstate(over="ignore", invalid="ignore"):
            if not all(np.isfinite(np.sum(values)) for _, values in organisms):
                return False
        self.seeds[places], self.ages[places] = batch.seeds, batch.ages
        for place, organism in zip(places, organisms, strict=True):
            self.organisms[place] = organism
        return True

    def tensors(self) -> dict[str, np.ndarray | list[np.ndarray]]:
        """Return all that is in the pool as named arrays, or arrays in parts: together they may be large."""
        cells, values = zip(*self.organisms, strict=True)
        counts = np.array([len(part) for part in cells], np.uint32)
        parts = (self.seeds, self.ages, counts, list(cells), list(values))
        return dict(zip(TENSORS, parts, strict=True))

    @classmethod
    def of_tensors(cls, tensors: dict[str, np.ndarray], shape: tuple[int, int, int]) -> "Pool":
        """Return the pool that gave these arrays."""
        seeds, ages, counts, cells, values = (tensors[name] for name in TENSORS)
        pool = cls(seeds, shape)
        pool.ages = ages.copy()
        ends = np.cumsum(counts)[:-1]
        pool.organisms = list(zip(np.split(cells, ends), np.split(values, ends), strict=True))
        return pool


def check_tensors(tensors: dict[str, np.ndarray], shape: tuple[int, int, int], source: str) -> None:
    """Raise unless these arrays can be those of a pool of grids of this shape.

    Raises:
        BlastemaError: an array has another shape or type, or holds a cell outside of the grid or a value that is not
            finite.
    """
    seeds, _, counts, cells, values = (tensors[name] for name in TENSORS)
    size, living_cells = len(seeds), len(cells) if cells.ndim else 0
    shapes = ((size,), (size,), (size,), (living_cells,), (living_cells, shape[-1]))
    for name, expected in zip(TENSORS, shapes, strict=True):
        dtype = np.float32 if name == TENSORS[-1] else np.uint32
        if tensors[name].shape != expected or tensors[name].dtype != dtype:
            raise BlastemaError(f"{source} is damaged: {name} is {tensors[name].dtype} {tensors[name].shape}")
    if int(counts.sum(dtype=np.uint64)) != living_cells:
        raise BlastemaError(f"{source} is damaged: pool.counts do not add up to the {living_cells} cells of the pool")
    places = cells.astype(np.int64) + np.repeat(np.arange(size), counts) * (shape[0] * shape[1])
    if (cells >= shape[0] * shape[1]).any() or (np.diff(places) <= 0).any():
        raise BlastemaError(f"{source} is damaged: pool.cells are out of range or out of order")
    if not np.isfinite(values).all():
        raise BlastemaError(f"{source} is damaged: pool.values are not finite")


def _squares(numbers: np.ndarray) -> float:
    # Not a dot product: BLAS would cut a long one up by the number of its threads, and the last bits with it.
    return float(np.sum(np.square(numbers), dtype=np.float64))


def living(state: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the places of the cells that are not all zero, uint32 `(n,)`, and their states `(n, channel)`.

    Minus zero counts, so that nothing is lost. `state` is float32 `(height, width, channel)`.
    """
    flat = np.ascontiguousarray(state).reshape(-1, state.shape[-1])
    # The bits, two channels at a time where they pair up: several times as fast as `any` along the channels.
    bits = flat.view(np.uint64 if flat.shape[1] % 2 == 0 else np.uint32)
    cells = np.flatnonzero(reduce(np.bitwise_or, bits.T))
    return cells.astype(np.uint32), flat.take(cells, axis=0)
