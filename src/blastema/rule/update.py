"""The update network, which every cell runs, and its weights."""

import math
from typing import NamedTuple

import numpy as np

from blastema.rule.grid import Array


class Weights(NamedTuple):
    """The trained parameters of an organism, shared by all of its cells; 8,336 numbers by default.

    Attributes:
        hidden_weight: `(perception, hidden)`, 48 x 128 by default; rows in the order of `perceive`.
        hidden_bias: `(hidden,)`.
        update_weight: `(hidden, channel)`.
        update_bias: `(channel,)`.
    """

    hidden_weight: Array
    hidden_bias: Array
    update_weight: Array
    update_bias: Array


def weight_shapes(perception: int, hidden: int, channels: int) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the four tensors of `Weights`, in their order.

    >>> weight_shapes(48, 128, 16)
    ((48, 128), (128,), (128, 16), (16,))
    """
    return (perception, hidden), (hidden,), (hidden, channels), (channels,)


def initial_weights(
    generator: np.random.Generator, perception: int = 48, hidden: int = 128, channels: int = 16
) -> Weights:
    """Return initial float32 weights: the first layer is Glorot-uniform, everything else zero, so cells do not change.

    Args:
        generator: of the random numbers.
        perception, hidden, channels: sizes of the layers, as in `Rule`.
    """
    limit = math.sqrt(6 / (perception + hidden))
    return Weights(
        generator.uniform(-limit, limit, (perception, hidden)).astype(np.float32),
        np.zeros(hidden, np.float32),
        np.zeros((hidden, channels), np.float32),
        np.zeros(channels, np.float32),
    )


def update(perception: Array, weights: Weights) -> Array:
    """Return the change of each cell if it updates: relu(p W1 + b1) W2 + b2.

    Args:
        perception: `(..., perception)`.
        weights: of the organism.

    Returns:
        `(..., channel)`.
    """
    xp = perception.__array_namespace__()
    hidden = xp.maximum(perception @ weights.hidden_weight + weights.hidden_bias, xp.zeros((), dtype=perception.dtype))
    return hidden @ weights.update_weight + weights.update_bias
