"""Arrays of the JAX engine: from the host to the blocks on the devices, and back."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import jax
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec

from blastema.engines.jax_layout import Layout, Parts
from blastema.rule import Batch, Weights

AXES = Layout._fields


def spec(dimensions: int) -> PartitionSpec:
    """Return the division of arrays whose first dimensions are grids, rows and columns, or the first of these."""
    return PartitionSpec(*AXES[:dimensions])


def batch_specs(batch: Batch) -> Batch:
    """Return how the arrays of a batch are divided."""
    signals = None if batch.signals is None else spec(1 if batch.signals.ndim == 2 else 3)
    return Batch(spec(3), spec(1), spec(1), signals)


class Placement(NamedTuple):
    """Where the arrays of a batch lie.

    Attributes:
        mesh: the devices, with an axis for each field of the layout.
        layout: how the batch is divided.
        shape: of the states, `(batch, height, width, channel)`.
    """

    mesh: Mesh
    layout: Layout
    shape: tuple[int, ...]

    @classmethod
    def of(cls, devices: Sequence[jax.Device], layout: Layout, shape: tuple[int, ...]) -> "Placement":
        """Return the placement on these devices."""
        return cls(Mesh(np.array(devices).reshape(layout), AXES), layout, shape)

    @property
    def parts(self) -> tuple[Parts, Parts, Parts]:
        """How grids, rows and columns are divided."""
        return self.layout.parts(self.shape)

    def put_batch(self, batch: Batch) -> Batch:
        """Return the batch on the devices; maps of signals have a margin of one cell around each block."""
        grids, rows, columns = self.parts
        signals = batch.signals
        if signals is not None and signals.ndim == 2:
            signals = self._put(signals, grids)
        elif signals is not None:
            wide = signals[:, rows.with_margin(1)][:, :, columns.with_margin(1)]
            sides = (Parts(size, part.number) for size, part in zip(wide.shape[1:], (rows, columns), strict=True))
            signals = self._put(wide, grids, *sides)
        states = self._put(batch.states, *self.parts)
        return Batch(states, self._put(batch.seeds, grids), self._put(batch.ages, grids), signals)

    def put_states(self, states: np.ndarray) -> jax.Array:
        """Return states, or their cotangent, on the devices."""
        return self._put(states, *self.parts)

    def _put(self, values: np.ndarray, *parts: Parts) -> jax.Array:
        """Return an array on the devices, divided along its first dimensions; padding is zero."""
        shape = (*(part.length * part.number for part in parts), *values.shape[len(parts) :])

        def block(index: Any) -> np.ndarray:
            numbers = [(cut.start or 0) // part.length for cut, part in zip(index, parts, strict=False)]
            kept = values[_slices(parts, numbers)]
            whole = np.zeros([part.length for part in parts] + list(values.shape[len(parts) :]), values.dtype)
            whole[tuple(map(slice, kept.shape))] = kept
            return whole

        return jax.make_array_from_callback(shape, NamedSharding(self.mesh, spec(len(parts))), block)

    def states_on_host(self, states: jax.Array) -> np.ndarray:
        """Return states without their padding, as a new array; on several processes, to each of them."""
        if not states.is_fully_addressable:
            padded = multihost_utils.process_allgather(states, tiled=True)
            return np.ascontiguousarray(padded[np.ix_(*(part.padded() for part in self.parts))])
        whole = np.empty(self.shape, np.float32)
        for shard in states.addressable_shards:
            numbers = [(cut.start or 0) // part.length for cut, part in zip(shard.index, self.parts, strict=False)]
            place = whole[_slices(self.parts, numbers)]
            place[...] = np.asarray(shard.data)[tuple(map(slice, place.shape))]
        return whole

    def weights_on_host(self, gradient: Weights) -> Weights:
        """Return the sum of gradients `(grid, row, column, ...)` over the blocks of each grid, then over the grids.

        On the host, in an order that does not depend on the number of devices.
        """

        def total(array: jax.Array) -> np.ndarray:
            whole = np.asarray(array) if array.is_fully_addressable else multihost_utils.process_allgather(array, True)
            return whole[self.parts[0].padded()].sum((1, 2)).sum(0)

        return Weights(*map(total, gradient))


def _slices(parts: Sequence[Parts], numbers: Sequence[int]) -> tuple[slice, ...]:
    """Return where these parts are in the array without padding; a batch may have fewer grids than there are parts."""
    return tuple(slice(part.start(number), part.start(number + 1)) for part, number in zip(parts, numbers, strict=True))
