"""The NumPy engine: computes only the living cells that fire, forward and backward through time.

The rule as in `blastema.rule`, rearranged. In a grown 72x72 grid about one cell in eleven fires in a step, so the
neighbourhoods of these cells are gathered into one matrix, run through the network, and scattered back. Grids carry a
margin of one cell, so that each neighbour is at a constant offset in memory.
"""

from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from blastema.engines.protocol import (
    Loss,
    ValueAndGrad,
    check_finite,
    check_rollout,
    evaluate,
    says_when_memory_runs_out,
)
from blastema.rule import ALPHA, Batch, Rule, Weights, fires, update
from blastema.rule.perception import filters_of
from blastema.rule.signal import hidden_bias_of

# Sums over thousands of cells are rounded differently for each number of BLAS threads, and the products are so small
# that more threads are slower.
one_thread = ThreadpoolController().wrap(limits=1, user_api="blas")


class Tape(NamedTuple):
    """What the backward pass needs of one step.

    Attributes:
        cells: flat positions of the cells that fired, `(count,)`.
        perception: what they perceived, `(count, perception)`.
        bias: of their hidden layers, `(hidden,)` or `(count, hidden)`.
        lives: which cells are alive after the step, bool `(batch, height, width)`.
    """

    cells: np.ndarray
    perception: np.ndarray
    bias: np.ndarray
    lives: np.ndarray


class NumpyEngine:
    """Needs no compiler and no extra. See `blastema.engines.protocol.Engine`."""

    name = "numpy"

    @says_when_memory_runs_out
    @one_thread
    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Take CA steps; see `Engine.grow`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        check_finite(batch.states)
        grid = with_margin(batch.states)
        for done in range(steps):
            forward_step(rule, weights, grid, older(batch, done), angle)
        return older(batch, steps)._replace(states=inside(grid).copy())

    @says_when_memory_runs_out
    @one_thread
    def value_and_grad(
        self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0
    ) -> ValueAndGrad:
        """Take CA steps and carry the gradient of the loss back through them; see `Engine.value_and_grad`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        check_finite(batch.states)
        grid = with_margin(batch.states)
        tapes = [forward_step(rule, weights, grid, older(batch, done), angle) for done in range(steps)]
        final = inside(grid).copy()
        value, cotangent = evaluate(loss, final)
        back = with_margin(cotangent)
        gradient = Weights(*(np.zeros_like(tensor) for tensor in weights))
        while tapes:
            backward_step(rule, weights, back, batch.signals, tapes.pop(), angle, gradient)
        return ValueAndGrad(value, older(batch, steps)._replace(states=final), gradient, inside(back).copy())


def forward_step(rule: Rule, weights: Weights, grid: np.ndarray, batch: Batch, angle: float) -> Tape:
    """Take one CA step of the grid `(batch, height + 2, width + 2, channel)`, in place.

    Seeds, ages and signals are those of the batch.
    """
    alive_before = alive_inside(grid, rule)
    _, height, width = alive_before.shape
    acts = np.zeros(grid.shape[:3], bool)
    acts[:, 1:-1, 1:-1] = alive_before & fires(batch.seeds, batch.ages, height, width, rule.fire_rate)
    cells = np.flatnonzero(acts)

    flat = grid.reshape(-1, rule.channels)
    perception = perceive_cells(flat, cells, rule, grid.shape[2], angle)
    bias = bias_of_cells(weights, batch.signals, cells, grid.shape[1:3])
    flat[cells] += update(perception, weights, bias)
    lives = alive_before & alive_inside(grid, rule)
    inside(grid)[~lives] = 0
    return Tape(cells, perception, bias, lives)


def backward_step(
    rule: Rule,
    weights: Weights,
    back: np.ndarray,
    signals: np.ndarray | None,
    tape: Tape,
    angle: float,
    gradient: Weights,
) -> None:
    """Carry the cotangent `back`, with its margin, through one step, in place, and add to the gradient.

    The gradient is zero where the life mask is. The hidden layer is recomputed, which costs less than keeping it.
    """
    cells, perception, bias, lives = tape
    inside(back)[~lives] = 0
    flat = back.reshape(-1, rule.channels)
    change = flat[cells]
    hidden = np.maximum(perception @ weights.hidden_weight + bias, 0)
    hidden_back = (change @ weights.update_weight.T) * (hidden > 0)
    by_signal = signal_gradient(hidden_back, signals, cells, back.shape, len(weights.signal_bias))
    for total, part in zip(
        gradient,
        (perception.T @ hidden_back, hidden_back.sum(0), hidden.T @ change, change.sum(0), by_signal),
        strict=True,
    ):
        total += part
    scatter_perception(flat, cells, hidden_back @ weights.hidden_weight.T, rule, back.shape[2], angle)
    fold_margin(back, rule)


def bias_of_cells(
    weights: Weights, signals: np.ndarray | None, cells: np.ndarray, shape: tuple[int, ...]
) -> np.ndarray:
    """Return the hidden bias of these cells, `(hidden,)` if all have the same, else `(len(cells), hidden)`.

    Args:
        weights: of the organism.
        signals: of the batch.
        cells: positions in all grids with their margins.
        shape: (height, width) of a grid with its margin.
    """
    if signals is None:
        return hidden_bias_of(weights, None)
    if signals.ndim == 2:
        return hidden_bias_of(weights, signals)[cells // (shape[0] * shape[1]), 0, 0]
    return hidden_bias_of(weights, signals_of(signals, cells))


def signals_of(maps: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Return the signals of cells, given by their positions in all grids with their margins."""
    return np.pad(maps, ((0, 0), (1, 1), (1, 1))).reshape(-1)[cells]


def signal_gradient(
    hidden_back: np.ndarray, signals: np.ndarray | None, cells: np.ndarray, shape: tuple[int, ...], count: int
) -> np.ndarray:
    """Return the gradient of the signal bias, `(signals, hidden)`, from that of the hidden layers of these cells.

    Args:
        hidden_back: `(len(cells), hidden)`.
        signals: of the batch.
        cells: positions in all grids with their margins.
        shape: of the states with their margins, `(batch, height + 2, width + 2, channel)`.
        count: number of signals.
    """
    gradient = np.zeros((count, hidden_back.shape[1]), np.float32)
    if signals is None:
        gradient[:1] = hidden_back.sum(0)
    elif signals.ndim == 2:
        # Cells are in ascending order, grid by grid.
        ends = np.searchsorted(cells, np.arange(1, shape[0]) * (shape[1] * shape[2]))
        for weight, part in zip(signals, np.split(hidden_back, ends), strict=True):
            gradient += weight[:, None] * part.sum(0)
    else:
        np.add.at(gradient, signals_of(signals, cells), hidden_back)
    return gradient


def perceive_cells(flat: np.ndarray, cells: np.ndarray, rule: Rule, row: int, angle: float) -> np.ndarray:
    """Return what cells perceive, `(len(cells), perception)`.

    Args:
        flat: all cells of the grid and its margin, `(position, channel)`.
        cells: positions in `flat`.
        rule: whose filters are applied.
        row: positions per row of the grid.
        angle: by which perception is rotated, radians.
    """
    near = {(dy, dx): flat[cells + (dy * row + dx)] for dy in (-1, 0, 1) for dx in (-1, 0, 1)}
    perception = np.zeros((len(cells), rule.perception), np.float32)
    for index, given in enumerate(filters_of(rule.filters)):
        part = perception[:, index * rule.channels : (index + 1) * rule.channels]
        for dy, dx, weight in given.taps(angle):
            part += near[dy, dx] * np.float32(weight)
    return perception


def scatter_perception(
    flat: np.ndarray, cells: np.ndarray, perception_back: np.ndarray, rule: Rule, row: int, angle: float
) -> None:
    """Add the adjoint of `perceive_cells` to `flat`.

    Each cell is listed once, so no two sums of one neighbour offset go to the same position.
    """
    by_offset: dict[tuple[int, int], np.ndarray] = {}
    for index, given in enumerate(filters_of(rule.filters)):
        part = perception_back[:, index * rule.channels : (index + 1) * rule.channels]
        for dy, dx, weight in given.taps(angle):
            sent = part * np.float32(weight)
            by_offset[dy, dx] = by_offset[dy, dx] + sent if (dy, dx) in by_offset else sent
    for (dy, dx), sent in by_offset.items():
        flat[cells + (dy * row + dx)] += sent


def alive_inside(grid: np.ndarray, rule: Rule) -> np.ndarray:
    """Return which cells are alive, bool `(batch, height, width)`; updates the margin."""
    if rule.edge == "wrap":
        grid[:, 0], grid[:, -1] = grid[:, -2], grid[:, 1]
        grid[:, :, 0], grid[:, :, -1] = grid[:, :, -2], grid[:, :, 1]
    mature = grid[..., ALPHA] > rule.alive_threshold
    rows = mature[:, :-2] | mature[:, 1:-1] | mature[:, 2:]
    return rows[:, :, :-2] | rows[:, :, 1:-1] | rows[:, :, 2:]


def fold_margin(back: np.ndarray, rule: Rule) -> None:
    """Add the margin's cotangent to the cells that it mirrors, or drop it if the edge is dead; then clear it."""
    if rule.edge == "wrap":
        back[:, :, -2] += back[:, :, 0]
        back[:, :, 1] += back[:, :, -1]
        back[:, -2] += back[:, 0]
        back[:, 1] += back[:, -1]
    back[:, 0] = back[:, -1] = 0
    back[:, :, 0] = back[:, :, -1] = 0


def with_margin(states: np.ndarray) -> np.ndarray:
    """Return the states as float32 with a margin of one empty cell, `(batch, height + 2, width + 2, channel)`."""
    return np.pad(np.asarray(states, np.float32), ((0, 0), (1, 1), (1, 1), (0, 0)))


def inside(grid: np.ndarray) -> np.ndarray:
    """Return a view of the grid without its margin."""
    return grid[:, 1:-1, 1:-1]


def older(batch: Batch, steps: int) -> Batch:
    """Return the batch with the ages after this many steps more."""
    return batch._replace(ages=batch.ages + np.uint32(steps))
