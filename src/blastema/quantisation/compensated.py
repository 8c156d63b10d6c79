"""Rounding to 2 to 8 bits in which the errors compensate each other, as in `eight_bit`."""

import numpy as np

from blastema.quantisation.eight_bit import refit_output_layer, round_rows
from blastema.quantisation.few_bits import (
    Whole,
    bias_bits,
    bias_step,
    exponents,
    input_reach,
    largest_whole,
    nearest,
    step_of,
    whole_of,
)
from blastema.rule import Weights, update


def compensated_whole(weights: Weights, bits: int, inputs: np.ndarray) -> Whole:
    """Return whole numbers whose errors compensate each other on these inputs, as in `eight_bit`.

    Args:
        weights: without signals.
        bits: of a weight, 2 to 8.
        inputs: what the organism's cells perceive, `(count, perception)`.
    """
    exact = update(inputs, weights)
    hidden_weight, hidden_bias = _rounded_inputs(weights, bits, inputs)
    hidden = np.maximum(inputs @ hidden_weight + hidden_bias, 0)
    weight, bias = refit_output_layer(weights.update_weight, weights.update_bias, hidden, exact)
    reach = input_reach(hidden_weight)
    update_weight, update_bias = _rounded_outputs(weight, bias, bits, hidden, reach)
    return whole_of(Weights(hidden_weight, hidden_bias, update_weight, update_bias), bits)


def _rounded_inputs(weights: Weights, bits: int, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first layer's weights and biases rounded, each unit with a step that was found before."""
    reach, largest = input_reach(weights.hidden_weight), largest_whole(bits)
    strongest = np.abs(weights.hidden_weight).argmax(axis=0)
    layer = np.concatenate([weights.hidden_weight, weights.hidden_bias[None]]).astype(np.float64)

    def rounded(row: int, values: np.ndarray) -> np.ndarray:
        if row == len(weights.hidden_weight):
            return nearest(values, bias_step(reach, bits), largest_whole(bias_bits(bits))) * bias_step(reach, bits)
        result = nearest(values, reach / largest, largest) * (reach / largest)
        # The largest weight of a unit determines its step, so it stays.
        return np.where(strongest == row, np.sign(layer[row]) * reach, result)

    result = round_rows(layer, inputs, rounded)
    return result[:-1], result[-1]


def _rounded_outputs(
    weight: np.ndarray, bias: np.ndarray, bits: int, hidden: np.ndarray, reach: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the second layer's weights and biases rounded, each row with the step that is best when it is reached."""

    def rounded(row: int, values: np.ndarray) -> np.ndarray:
        scale, of_row = (reach[row], bits) if row < len(reach) else (1.0, bias_bits(bits))
        outputs = values[None] * scale
        step = step_of(exponents(outputs, of_row))[0]
        return nearest(outputs[0], step, largest_whole(of_row)) * step / scale

    result = round_rows(np.concatenate([weight, bias[None]]).astype(np.float64), hidden, rounded)
    return result[:-1], result[-1]
