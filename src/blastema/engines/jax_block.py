"""One CA step of a block on its device: the margin comes from the neighbours, and only cells that fire are computed.

The rule as in `blastema.rule`, rearranged. A block with its margin is a grid of its own with a dead edge, in which the
cells keep the row and column that they have in the whole grid, since these decide when they fire.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from blastema.engines.jax_layout import MARGIN, Parts
from blastema.rule import Batch, Rule, Weights, alive, update
from blastema.rule.firing import fires_at
from blastema.rule.perception import filters_of
from blastema.rule.signal import hidden_bias_of

NEAR = [(dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
# How a device computes, by platform: how many cells the network computes at once, and whether all grids together.
# On a CPU, matrices of 512 rows stay in a core's cache (one of 40,000 takes 1.7 us a row, one of 1,000 0.37 us), and a
# grid by itself has the same numbers in any batch. Elsewhere small matrices would leave most of the device idle.
PLATFORMS = {"cpu": (512, False)}
LARGE = (2**14, True)


def suited_to(platform: str, parts: Sequence[Parts]) -> tuple[int, bool]:
    """Return `chunk` and `together` of a `Block` for a platform, and grids, rows and columns divided like this."""
    chunk, together = PLATFORMS.get(platform, LARGE)
    return min(chunk, math.prod(part.length + 2 * MARGIN for part in parts[1:])), together


class Side(NamedTuple):
    """How one side of a grid is divided.

    Attributes:
        axis: name of the mesh axis whose devices share it.
        parts: how it is divided.
        wrap: whether the last part is a neighbour of the first.
    """

    axis: str
    parts: Parts
    wrap: bool

    def widen(self, states: jax.Array, dimension: int) -> jax.Array:
        """Return the states of a block with a margin in one dimension, from the neighbours or past the edge."""
        count, length = self.parts.number, self.parts.length
        widths = [(MARGIN, MARGIN) if index == dimension else (0, 0) for index in range(states.ndim)]
        if count == 1:
            return jnp.pad(states, widths, mode="wrap" if self.wrap else "constant")
        here = self.length_here()
        last = jax.lax.dynamic_slice_in_dim(states, here - MARGIN, MARGIN, dimension)
        first = jax.lax.slice_in_dim(states, 0, MARGIN, axis=dimension)
        before, after = self._shift(last, 1), self._shift(first, -1)
        wide = jnp.pad(states, widths)
        wide = jax.lax.dynamic_update_slice_in_dim(wide, before, 0, dimension)
        # A shorter part ends before its padding, which the margin covers, so that its content does not matter.
        end = length if self.parts.even else here
        return jax.lax.dynamic_update_slice_in_dim(wide, after, MARGIN + end, dimension)

    def _shift(self, cells: jax.Array, by: int) -> jax.Array:
        """Send cells to the next part or the one before; a part that gets none, at a dead edge, gets zeros."""
        count = self.parts.number
        pairs = [(part, part + by) for part in range(count) if self.wrap or 0 <= part + by < count]
        return jax.lax.ppermute(cells, self.axis, [(source, target % count) for source, target in pairs])

    def length_here(self) -> jax.Array | int:
        """Return the length of this device's part."""
        if self.parts.even:
            return self.parts.length
        part = jax.lax.axis_index(self.axis)
        return self.parts.start(part + 1) - self.parts.start(part)  # type: ignore[arg-type]

    def numbers(self) -> tuple[jax.Array, jax.Array]:
        """Return the numbers of the rows or columns with a margin of one, uint32, and which exist in the grid."""
        part = jax.lax.axis_index(self.axis)
        numbers = self.parts.start(part) + jnp.arange(-1, self.parts.length + 1)  # type: ignore[arg-type]
        if self.wrap:
            return (numbers % self.parts.size).astype(jnp.uint32), jnp.ones(numbers.shape, bool)
        return numbers.astype(jnp.uint32), (numbers >= 0) & (numbers < self.parts.size)


@dataclass(frozen=True)
class Block:
    """What the compiled step of a block depends on. Not a tuple, which JAX would take apart.

    Attributes:
        rule: of the organism.
        rows, columns: how the sides of the grid are divided.
        chunk: cells that the network computes at once.
        together: whether the grids of a device take their steps together, or one after the other.
    """

    rule: Rule
    rows: Side
    columns: Side
    chunk: int
    together: bool


def step_block(block: Block, weights: Weights, now: Batch, angle: jax.Array) -> tuple[Batch, jax.Array]:
    """Take one CA step of a block; return it and which cells are alive, bool `(height, width)`.

    Args:
        block: what is compiled.
        weights: of the organism.
        now: states `(height, width, channel)` of the block, seed and age of its grid, and signals: None, a mixture
            `(signals,)`, or a map with a margin of one, `(height + 2, width + 2)`.
        angle: by which perception is rotated, radians.
    """
    rule = block.rule
    wide = widen(block, now.states)
    alive_before, fires = firing(block, now, wide)
    grown = grow_cells(block, weights, wide, now.signals, fires, angle)[1:-1, 1:-1]
    lives = (alive_before & alive(grown, rule.alive_threshold, "dead")[..., 0])[1:-1, 1:-1]
    states = jnp.where(lives[..., None], grown[1:-1, 1:-1], jnp.float32(0))
    return now._replace(states=states, ages=now.ages + jnp.uint32(1)), lives


def back_block(
    block: Block, weights: Weights, before: Batch, lives: jax.Array, cotangent: jax.Array, angle: jax.Array
) -> tuple[Weights, jax.Array]:
    """Return the cotangents of the weights and of the states before a step.

    Firing and life are decisions, without a gradient. What cells perceived and computed is computed again.

    Args:
        block, weights, angle: as for `step_block`.
        before: the block before the step.
        lives: which cells were alive after it.
        cotangent: of the states after it, `(height, width, channel)`.
    """
    wide, narrow = jax.vjp(partial(widen, block), before.states)
    _, fires = firing(block, before, wide)
    back = jnp.pad(jnp.where(lives[..., None], cotangent, jnp.float32(0)), ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)))
    # What fires in the margin is carried back by the neighbour to which it belongs.
    fires = jnp.pad(fires[1:-1, 1:-1], 1)
    gradient, back = back_cells(block, weights, wide, before.signals, fires, angle, back)
    return gradient, narrow(back)[0]


def widen(block: Block, states: jax.Array) -> jax.Array:
    """Return the states with a margin of two cells."""
    return block.columns.widen(block.rows.widen(states, 0), 1)


def firing(block: Block, now: Batch, wide: jax.Array) -> tuple[jax.Array, jax.Array]:
    """Return which cells are alive, and which of them fire, with a margin of one cell: bool `(height + 2, width + 2)`.

    Args:
        block: what is compiled.
        now: seed and age of the grid.
        wide: the states with their margin of two.
    """
    lives = alive(wide, block.rule.alive_threshold, "dead")[1:-1, 1:-1, 0]
    (rows, real_rows), (columns, real_columns) = block.rows.numbers(), block.columns.numbers()
    fires = fires_at(now.seeds[None], now.ages[None], rows, columns, block.rule.fire_rate)[0]
    # Past a dead edge there are no cells, though some places there have living neighbours.
    return lives, fires & lives & real_rows[:, None] & real_columns[None, :]


def grow_cells(
    block: Block, weights: Weights, wide: jax.Array, signals: jax.Array | None, fires: jax.Array, angle: jax.Array
) -> jax.Array:
    """Return the block with its margin, `(height + 4, width + 4, channel)`, after the cells that fire have changed.

    Args:
        block, weights, angle: as for `step_block`.
        wide: states before, with the margin.
        signals: of the block.
        fires: bool `(height + 2, width + 2)`.
    """
    flat = wide.reshape(-1, wide.shape[-1])
    cells, chunks = listed(fires, block.chunk)

    def grow(index: jax.Array, grown: jax.Array) -> jax.Array:
        chosen = jax.lax.dynamic_slice_in_dim(cells, index * block.chunk, block.chunk)
        perceived = near(flat, chosen, wide.shape[1])
        change = change_of(block.rule, angle, of_cells(signals, chosen), weights, perceived)
        return grown.at[chosen].add(change, mode="drop", unique_indices=True)

    return jax.lax.fori_loop(0, chunks, grow, flat).reshape(wide.shape)


def back_cells(
    block: Block,
    weights: Weights,
    wide: jax.Array,
    signals: jax.Array | None,
    fires: jax.Array,
    angle: jax.Array,
    back: jax.Array,
) -> tuple[Weights, jax.Array]:
    """Return the cotangents of the weights and of `wide`, given that of what `grow_cells` returns."""
    flat, start = (array.reshape(-1, array.shape[-1]) for array in (wide, back))
    cells, chunks = listed(fires, block.chunk)

    def carry(index: jax.Array, sums: tuple[Weights, jax.Array]) -> tuple[Weights, jax.Array]:
        gradient, states = sums
        chosen = jax.lax.dynamic_slice_in_dim(cells, index * block.chunk, block.chunk)
        change = partial(change_of, block.rule, angle, of_cells(signals, chosen))
        _, vjp = jax.vjp(change, weights, near(flat, chosen, wide.shape[1]))
        of_weights, of_near = vjp(start.at[chosen].get(mode="fill", fill_value=0))
        for place, offset in enumerate(offsets(wide.shape[1])):
            states = states.at[chosen + offset].add(of_near[:, place], mode="drop", unique_indices=True)
        return jax.tree.map(jnp.add, gradient, of_weights), states

    zeros = jax.tree.map(jnp.zeros_like, weights)
    gradient, states = jax.lax.fori_loop(0, chunks, carry, (zeros, start))
    return gradient, states.reshape(wide.shape)


def listed(fires: jax.Array, chunk: int) -> tuple[jax.Array, jax.Array]:
    """Return the positions of the cells that fire in the flat block with its margin, and how many chunks they fill.

    The list has a whole number of chunks; what follows the last cell are positions from which nothing is near.
    """
    mask = jnp.pad(fires, 1)
    size, nowhere = mask.size, mask.size + mask.shape[1] + 1
    order = jnp.cumsum(mask.reshape(-1).astype(jnp.int32))
    length = -(-size // chunk) * chunk
    where = jnp.where(mask.reshape(-1), order - 1, length)
    cells = jnp.full(length, nowhere, jnp.int32)
    cells = cells.at[where].set(jnp.arange(size, dtype=jnp.int32), mode="drop", unique_indices=True)
    return cells, (order[-1] + chunk - 1) // chunk


def offsets(width: int) -> list[int]:
    """Return how far apart in memory a cell and each cell of its neighbourhood are."""
    return [dy * width + dx for dy, dx in NEAR]


def near(flat: jax.Array, cells: jax.Array, width: int) -> jax.Array:
    """Return the 3x3 neighbourhoods of cells, `(len(cells), 9, channel)`; zeros for positions outside."""
    places = cells[:, None] + np.array(offsets(width), np.int32)
    return flat.at[places].get(mode="fill", fill_value=0)


def of_cells(signals: jax.Array | None, cells: jax.Array) -> jax.Array | None:
    """Return the signals of cells, in the shapes of `hidden_bias_of` for a batch of one grid of one row."""
    if signals is None:
        return None
    if signals.ndim == 1:
        return signals[None]
    return jnp.pad(signals, 1).reshape(-1).at[cells].get(mode="fill", fill_value=0)[None, None]


def change_of(rule: Rule, angle: jax.Array, signals: jax.Array | None, weights: Weights, near: jax.Array) -> jax.Array:
    """Return how cells change, `(cell, channel)`, from their neighbourhoods `(cell, 9, channel)`."""
    parts = []
    for one in filters_of(rule.filters):
        taps = (near[:, NEAR.index((dy, dx))] * weight for dy, dx, weight in one.taps(angle))
        parts.append(sum(taps, jnp.float32(0)))
    # Otherwise GPUs round the factors of matrix products to 10 bits.
    with jax.default_matmul_precision("highest"):
        bias = hidden_bias_of(weights, signals)
        return update(jnp.concat(parts, axis=-1), weights, bias.reshape(-1, bias.shape[-1]))
