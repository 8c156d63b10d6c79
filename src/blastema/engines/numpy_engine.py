"""The NumPy engine: computes only the living cells that fire, forward and backward through time.

The rule as in `blastema.rule`, rearranged. In a grown 72x72 grid about one cell in eleven acts in a step, so their
neighbourhoods are gathered into one matrix, run through the network, and scattered back. Grids carry a margin of
one cell, so that a neighbour is a constant distance away in memory.
"""

from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from blastema.engines.protocol import (
    Learning,
    Loss,
    check_finite,
    check_rollout,
    evaluate,
    says_when_memory_runs_out,
)
from blastema.rule import ALPHA, Batch, Rule, Weights, fires, update
from blastema.rule.perception import filters_of

# Sums over thousands of cells come out a little different for each number of BLAS threads, and the products are so
# small that threads rather get in each other's way.
one_thread = ThreadpoolController().wrap(limits=1, user_api="blas")


class Taken(NamedTuple):
    """What the way back needs of one step: places of the cells that acted, what they saw, and who lived after."""

    cells: np.ndarray
    perception: np.ndarray
    lives: np.ndarray


class NumpyEngine:
    """Always there. See `blastema.engines.protocol.Engine`."""

    name = "numpy"

    @says_when_memory_runs_out
    @one_thread
    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        check_finite(batch.states)
        grid = with_margin(batch.states)
        for done in range(steps):
            take_step(rule, weights, grid, batch.seeds, older(batch.ages, done), angle)
        return Batch(inside(grid).copy(), batch.seeds, older(batch.ages, steps))

    @says_when_memory_runs_out
    @one_thread
    def learn(self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0) -> Learning:
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        check_finite(batch.states)
        grid = with_margin(batch.states)
        tape = [take_step(rule, weights, grid, batch.seeds, older(batch.ages, done), angle) for done in range(steps)]
        final = inside(grid).copy()
        value, cotangent = evaluate(loss, final)
        back = with_margin(cotangent)
        gradient = Weights(*(np.zeros_like(tensor) for tensor in weights))
        while tape:
            take_back(rule, weights, back, tape.pop(), angle, gradient)
        after = Batch(final, batch.seeds, older(batch.ages, steps))
        return Learning(value, after, gradient, inside(back).copy())


def take_step(
    rule: Rule, weights: Weights, grid: np.ndarray, seeds: np.ndarray, ages: np.ndarray, angle: float
) -> Taken:
    """Make the grid `(batch, height + 2, width + 2, channel)` one step older, in place."""
    alive_before = alive_inside(grid, rule)
    _, height, width = alive_before.shape
    acts = np.zeros(grid.shape[:3], bool)
    acts[:, 1:-1, 1:-1] = alive_before & fires(seeds, ages, height, width, rule.fire_rate)
    cells = np.flatnonzero(acts)

    flat = grid.reshape(-1, rule.channels)
    perception = perceive_cells(flat, cells, rule, grid.shape[2], angle)
    flat[cells] += update(perception, weights)
    lives = alive_before & alive_inside(grid, rule)
    inside(grid)[~lives] = 0
    return Taken(cells, perception, lives)


def take_back(rule: Rule, weights: Weights, back: np.ndarray, taken: Taken, angle: float, gradient: Weights) -> None:
    """Carry the cotangent `back`, margin and all, through one step, in place, and add to the gradient.

    The gradient stops where the life mask is zero. The hidden layer is computed anew, which costs less than keeping it.
    """
    cells, perception, lives = taken
    inside(back)[~lives] = 0
    flat = back.reshape(-1, rule.channels)
    change = flat[cells]
    hidden = np.maximum(perception @ weights.hidden_weight + weights.hidden_bias, 0)
    hidden_back = (change @ weights.update_weight.T) * (hidden > 0)
    for total, part in zip(
        gradient,
        (perception.T @ hidden_back, hidden_back.sum(0), hidden.T @ change, change.sum(0)),
        strict=True,
    ):
        total += part
    scatter_perception(flat, cells, hidden_back @ weights.hidden_weight.T, rule, back.shape[2], angle)
    fold_margin(back, rule)


def perceive_cells(flat: np.ndarray, cells: np.ndarray, rule: Rule, row: int, angle: float) -> np.ndarray:
    """Return `(len(cells), perception)` of the cells at these places of `flat` (place, channel), `row` places a row."""
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
    """Add the adjoint of `perceive_cells` to `flat`. Cells are listed once, so one neighbour at a time is safe."""
    reach: dict[tuple[int, int], np.ndarray] = {}
    for index, given in enumerate(filters_of(rule.filters)):
        part = perception_back[:, index * rule.channels : (index + 1) * rule.channels]
        for dy, dx, weight in given.taps(angle):
            sent = part * np.float32(weight)
            reach[dy, dx] = reach[dy, dx] + sent if (dy, dx) in reach else sent
    for (dy, dx), sent in reach.items():
        flat[cells + (dy * row + dx)] += sent


def alive_inside(grid: np.ndarray, rule: Rule) -> np.ndarray:
    """Return which cells are alive, bool `(batch, height, width)`; the margin is brought up to date on the way."""
    if rule.edge == "wrap":
        grid[:, 0], grid[:, -1] = grid[:, -2], grid[:, 1]
        grid[:, :, 0], grid[:, :, -1] = grid[:, :, -2], grid[:, :, 1]
    mature = grid[..., ALPHA] > rule.alive_above
    rows = mature[:, :-2] | mature[:, 1:-1] | mature[:, 2:]
    return rows[:, :, :-2] | rows[:, :, 1:-1] | rows[:, :, 2:]


def fold_margin(back: np.ndarray, rule: Rule) -> None:
    """Give what was sent past the edge to where it came from: the other side, or nowhere."""
    if rule.edge == "wrap":
        back[:, :, -2] += back[:, :, 0]
        back[:, :, 1] += back[:, :, -1]
        back[:, -2] += back[:, 0]
        back[:, 1] += back[:, -1]
    back[:, 0] = back[:, -1] = 0
    back[:, :, 0] = back[:, :, -1] = 0


def with_margin(states: np.ndarray) -> np.ndarray:
    return np.pad(np.asarray(states, np.float32), ((0, 0), (1, 1), (1, 1), (0, 0)))


def inside(grid: np.ndarray) -> np.ndarray:
    return grid[:, 1:-1, 1:-1]


def older(ages: np.ndarray, steps: int) -> np.ndarray:
    return ages + np.uint32(steps)
