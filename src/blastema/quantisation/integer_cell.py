"""An organism's weights in integers, for `firmware/cell.c`, which says how they are used.

Each channel has a unit of its own: what cells come to, `ranges`, is 127 steps of a message, and a state has 64 steps in
each of these. A message shows all that a state may be, in coarser steps beyond 100. Weights have one step for each
layer, found as for the article's files (`eight_bit`), for states and changes divided by their range.
"""

from typing import NamedTuple

import numpy as np

from blastema.quantisation.eight_bit import compensated, perceptions
from blastema.rule import Rule, Weights, update
from blastema.rule.grid import ALPHA

# As in cell.c: steps of a state in one of a message, and the shift of the sums of the hidden layer.
STATE_STEPS, HIDDEN_SHIFT = 64, 6
LARGEST_BYTE, LARGEST_SHORT = 127, 32767
# Share of the samples that may lie beyond the range, and how far it reaches beyond the rest.
CLIPPED, ROOM = 5e-4, 1.1
# The range of a channel in which nothing happens.
LEAST_RANGE = 0.05


class IntegerCell(NamedTuple):
    """The numbers of `organism.h`.

    Attributes:
        hidden_weight: int8 `(perception, hidden)`.
        hidden_bias: int16 `(hidden,)`.
        update_weight: int8 `(hidden, channel)`.
        update_bias: int16 `(channel,)`.
        update_shift, update_factor: the sum of products, shifted right, times factor / 2^14 is a change of the state.
        one: int16 `(channel,)`, what stands for 1.
        alive_above: in steps of a message.
        error: root mean square error of the update of a cell's channels; NaN if no cell was alive.
    """

    hidden_weight: np.ndarray
    hidden_bias: np.ndarray
    update_weight: np.ndarray
    update_bias: np.ndarray
    update_shift: int
    update_factor: int
    one: np.ndarray
    alive_above: int
    error: float


def integer_cell(rule: Rule, weights: Weights, height: int = 72, width: int = 72) -> IntegerCell:
    """Return an organism's weights in integers.

    Args:
        rule, weights: of the organism; the article's filters, and no signals.
        height, width: of the grids in which perception is sampled; at most 128 are used.
    """
    inputs = perceptions(rule, weights, height, width).astype(np.float64)
    ranges, alive_above = message_ranges(inputs[:, : rule.channels], rule.alive_threshold)
    folded = Weights(
        weights.hidden_weight * np.tile(ranges, len(rule.filters))[:, None],
        weights.hidden_bias,
        weights.update_weight / ranges,
        weights.update_bias / ranges,
    )
    folded_inputs = inputs / np.tile(ranges, len(rule.filters))
    rounded = compensated(folded, folded_inputs, _nearest, lambda values, scale: values.astype(np.float32)).weights
    one = np.clip(np.rint(LARGEST_BYTE * STATE_STEPS / ranges), 1, LARGEST_SHORT).astype(np.int16)
    numbers = IntegerCell(*_integers(rounded), one, alive_above, float("nan"))
    if not len(inputs):
        return numbers
    difference = update(inputs, meaning(numbers)) - update(inputs, weights)
    return numbers._replace(error=float(np.sqrt(np.mean(difference**2))))


def meaning(numbers: IntegerCell) -> Weights:
    """Return the weights that integers stand for, float32."""
    filters = len(numbers.hidden_weight) // numbers.one.size
    of_state = np.tile(numbers.one.astype(float), filters)[:, None] / 2**HIDDEN_SHIFT
    of_change = numbers.update_factor / 2**14 / numbers.one
    return Weights(
        (numbers.hidden_weight * of_state).astype(np.float32),
        numbers.hidden_bias.astype(np.float32),
        (numbers.update_weight * of_change / 2**numbers.update_shift).astype(np.float32),
        (numbers.update_bias * of_change).astype(np.float32),
    )


def message_ranges(states: np.ndarray, alive_threshold: float) -> tuple[np.ndarray, int]:
    """Return what 127 steps stand for in each channel, and the most steps that are not above the threshold.

    Args:
        states: samples of living cells, `(count, channel)`.
        alive_threshold: of alpha; it lies halfway between two steps, so that rounding does not move it.
    """
    largest = np.quantile(np.abs(states), 1 - CLIPPED, axis=0) * ROOM if len(states) else np.ones(states.shape[1])
    ranges = np.maximum(largest, LEAST_RANGE)
    alive_above = max(0, int(LARGEST_BYTE * alive_threshold / max(ranges[ALPHA], 1.0) - 0.5))
    if alive_threshold:
        ranges[ALPHA] = LARGEST_BYTE * alive_threshold / (alive_above + 0.5)
    return ranges, alive_above


def _nearest(values: np.ndarray, scale: float) -> np.ndarray:
    step = scale / 2 / LARGEST_BYTE
    return (np.clip(np.rint(values / step), -LARGEST_BYTE, LARGEST_BYTE) * step).astype(np.float32) if step else values


def _step_of(weight: np.ndarray) -> float:
    return float(np.abs(weight).max(initial=0)) / LARGEST_BYTE or 1.0


def _integers(weights: Weights) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, int, int]:
    """Return weights and biases in integers, and how a sum of products becomes a change."""
    hidden_step, update_step = _step_of(weights.hidden_weight), _step_of(weights.update_weight)
    # What 1 in each stands for: a hidden unit, a product, a sum of changes; the state is in units of its range.
    unit = hidden_step / (LARGEST_BYTE * STATE_STEPS) * 2**HIDDEN_SHIFT
    product, state = unit * update_step, 1 / (LARGEST_BYTE * STATE_STEPS)
    # Sums are in steps of the state or up to two, so that a change may be four times the range or more.
    shift = max(1, int(np.ceil(np.log2(state / product))))
    factor = product * 2**shift / state
    return (
        _as(np.int8, weights.hidden_weight / hidden_step),
        _as(np.int16, weights.hidden_bias / unit),
        _as(np.int8, weights.update_weight / update_step),
        _as(np.int16, weights.update_bias / (product * 2**shift)),
        shift,
        round(factor * 2**14),
    )


def _as(kind: type[np.signedinteger], values: np.ndarray) -> np.ndarray:
    limits = np.iinfo(kind)
    return np.clip(np.rint(values), limits.min, limits.max).astype(kind)
