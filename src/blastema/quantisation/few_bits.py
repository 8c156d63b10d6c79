"""Weights in 2 to 8 bits, with a step for each hidden unit: what the format `packed` holds.

A rectified unit computes the same if its input weights are multiplied by a factor and its output weights divided by it.
So the input weights of all units can have one scale, and only the step of a unit's output weights has to be stored.
Steps are powers of 2^(1/8), one byte each.
"""

from typing import NamedTuple

import numpy as np

from blastema.rule import Weights

FEWEST_BITS, MOST_BITS = 2, 8
# A hidden bias reaches to this many times its unit's largest input weight.
BIAS_REACH = 2.0
# A step is 2^(exponent / 8 - 24).
STEPS_PER_OCTAVE, LOWEST_OCTAVE, LARGEST_EXPONENT = 8, -24, 255
# A step of a row leaves at most so much of the whole numbers unused, because the steps are that far apart.
LEAST_SHARE = 0.9
# Exponents that are tried for the output weights; with 2 bits the largest reaches twice as far as the largest weight.
EXPONENTS = 17
# Errors below this share of the weights' square are rounding of float32: the weights already are whole numbers.
EXACT = 1e-10


class Whole(NamedTuple):
    """An organism's weights in whole numbers.

    Attributes:
        bits: of `hidden_weight` and `update_weight`.
        hidden_weight: int16 `(perception, hidden)`.
        hidden_bias: int16 `(hidden,)`; biases have `bias_bits`.
        update_weight: int16 `(hidden, channel)`.
        update_bias: int16 `(channel,)`.
        input_exponent: of what the largest whole number stands for in the input weights of each unit.
        output_exponents: uint8 `(hidden,)`, of the step of each unit's output weights, if its input weights reach 1.
        bias_exponent: of the step of `update_bias`.
    """

    bits: int
    hidden_weight: np.ndarray
    hidden_bias: np.ndarray
    update_weight: np.ndarray
    update_bias: np.ndarray
    input_exponent: int
    output_exponents: np.ndarray
    bias_exponent: int


def largest_whole(bits: int) -> int:
    """Return the largest whole number of so many bits; the least is its negative.

    >>> largest_whole(2), largest_whole(8)
    (1, 127)
    """
    return 2 ** (bits - 1) - 1


def bias_bits(bits: int) -> int:
    """Return the bits of a bias where weights have so many: there are few biases, and each changes every cell.

    >>> bias_bits(4), bias_bits(8)
    (8, 16)
    """
    return max(8, 2 * bits)


def whole_of(weights: Weights, bits: int) -> Whole:
    """Return the whole numbers nearest to an organism's weights.

    Args:
        weights: without signals.
        bits: of a weight, 2 to 8.
    """
    reach = input_reach(weights.hidden_weight)
    outputs = weights.update_weight * reach[:, None].astype(np.float64)
    output_exponents = exponents(outputs, bits)
    (bias_exponent,) = exponents(weights.update_bias[None].astype(np.float64), bias_bits(bits))
    largest, largest_bias = largest_whole(bits), largest_whole(bias_bits(bits))
    return Whole(
        bits,
        nearest(weights.hidden_weight, reach / largest, largest),
        nearest(weights.hidden_bias, bias_step(reach, bits), largest_bias),
        nearest(outputs, step_of(output_exponents)[:, None], largest),
        nearest(weights.update_bias, step_of(bias_exponent), largest_bias),
        exponent_of(float(np.median(reach))),
        output_exponents,
        int(bias_exponent),
    )


def weights_of(whole: Whole, reach: np.ndarray | None = None) -> Weights:
    """Return the weights that whole numbers stand for, float32.

    Args:
        whole: the numbers.
        reach: what the largest whole number stands for in the input weights of each hidden unit, by default the same
            in all; it does not change what the units compute together.
    """
    if reach is None:
        reach = np.full(len(whole.hidden_bias), step_of(np.array(whole.input_exponent)))
    outputs = step_of(whole.output_exponents) / reach
    return Weights(
        (whole.hidden_weight * (reach / largest_whole(whole.bits))).astype(np.float32),
        (whole.hidden_bias * bias_step(reach, whole.bits)).astype(np.float32),
        (whole.update_weight * outputs[:, None]).astype(np.float32),
        (whole.update_bias * step_of(np.array(whole.bias_exponent))).astype(np.float32),
        np.zeros((0, len(whole.hidden_bias)), np.float32),
    )


def nearest_weights(weights: Weights, bits: int) -> Weights:
    """Return the nearest weights that so many bits can hold, each unit scaled as it is; signals stay."""
    rounded = weights_of(whole_of(weights, bits), input_reach(weights.hidden_weight))
    return rounded._replace(signal_bias=weights.signal_bias)


def input_reach(weight: np.ndarray) -> np.ndarray:
    """Return what the largest whole number stands for in the input weights of each hidden unit, float64 `(hidden,)`.

    It is the unit's largest weight. Clipping that reduces the square of the error would be no better for what cells do,
    and in training it would change a unit's step from one moment to the next.
    """
    reach = np.abs(weight).max(axis=0, initial=0).astype(np.float64)
    # A unit that perceives nothing gets the reach of the others, so that its bias stays the same if rounded again.
    return np.where(reach > 0, reach, np.median(reach[reach > 0]) if reach.any() else 1.0)


def bias_step(reach: np.ndarray, bits: int) -> np.ndarray:
    """Return the step of the hidden biases, whose weights have so many bits and this reach."""
    return reach * BIAS_REACH / largest_whole(bias_bits(bits))


def exponents(weight: np.ndarray, bits: int) -> np.ndarray:
    """Return the exponents of the steps with which whole numbers are nearest to the rows of a matrix, uint8."""
    # At least so large is the largest number of a row with any step that is tried; so rounding again tries it, too.
    least = np.ceil(LEAST_SHARE * largest_whole(bits))
    most = np.abs(weight).max(axis=1, initial=0) / (least - 0.5)
    first = np.array([exponent_of(step, np.floor) for step in most])
    tried = np.clip(first - np.arange(EXPONENTS)[:, None], 0, LARGEST_EXPONENT)
    best = _best(weight, step_of(tried), bits)
    return np.array([exponent_of(step) for step in best], np.uint8)


def exponent_of(step: float, rounding: np.ufunc = np.rint) -> int:
    """Return the exponent of the step nearest to a positive number."""
    octaves = np.log2(max(step, 2.0**LOWEST_OCTAVE)) - LOWEST_OCTAVE
    # Less than float32 can tell, so that a step that is a power itself is not rounded up.
    return int(np.clip(rounding(octaves * STEPS_PER_OCTAVE - 1e-5), 0, LARGEST_EXPONENT))


def step_of(exponent: np.ndarray) -> np.ndarray:
    """Return the step of an exponent, float64."""
    return 2.0 ** (exponent / STEPS_PER_OCTAVE + LOWEST_OCTAVE)


def nearest(values: np.ndarray, step: np.ndarray, largest: int) -> np.ndarray:
    """Return the nearest whole numbers of steps, int16."""
    return np.clip(np.rint(values / step), -largest, largest).astype(np.int16)


def _best(rows: np.ndarray, tried: np.ndarray, bits: int) -> np.ndarray:
    """Return the step for each row with the least error; `tried` is `(steps, rows)`, the largest first."""
    largest = largest_whole(bits)
    whole = np.clip(np.rint(rows / tried[..., None]), -largest, largest)
    errors = np.sum((whole * tried[..., None] - rows) ** 2, axis=2)
    errors[errors < EXACT * np.sum(rows**2, axis=1)] = 0
    return np.take_along_axis(tried, errors.argmin(axis=0)[None], axis=0)[0]
