"""The update network, which every cell runs, and its weights."""

import math
from typing import NamedTuple

import numpy as np

from blastema.rule.grid import Array

# The signal bias of a rule without signals; it broadcasts to `(0, hidden)` for any hidden layer.
NO_SIGNALS = np.zeros((0, 1), np.float32)


class Weights(NamedTuple):
    """The trained parameters of an organism, shared by all of its cells; 8,336 numbers by default.

    Attributes:
        hidden_weight: `(perception, hidden)`, 48 x 128 by default; rows in the order of `perceive`.
        hidden_bias: `(hidden,)`.
        update_weight: `(hidden, channel)`.
        update_bias: `(channel,)`.
        signal_bias: `(signal, hidden)`, added to the hidden bias of cells with that signal; empty without signals.
    """

    hidden_weight: Array
    hidden_bias: Array
    update_weight: Array
    update_bias: Array
    signal_bias: Array = NO_SIGNALS


def weight_shapes(perception: int, hidden: int, channels: int, signals: int = 0) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of the tensors of `Weights`, in their order.

    >>> weight_shapes(48, 128, 16)
    ((48, 128), (128,), (128, 16), (16,), (0, 128))
    """
    return (perception, hidden), (hidden,), (hidden, channels), (channels,), (signals, hidden)


def initial_weights(
    generator: np.random.Generator,
    perception: int = 48,
    hidden: int = 128,
    channels: int = 16,
    signals: int = 0,
    signal_spread: float = 0.0,
) -> Weights:
    """Return initial float32 weights: the first layer is Glorot-uniform, W2 and biases zero, so cells do not change.

    Args:
        generator: of the random numbers.
        perception, hidden, channels: sizes of the layers, as in `Rule`.
        signals: number of signals.
        signal_spread: standard deviation of the signal bias.
    """
    limit = math.sqrt(6 / (perception + hidden))
    return Weights(
        generator.uniform(-limit, limit, (perception, hidden)).astype(np.float32),
        np.zeros(hidden, np.float32),
        np.zeros((hidden, channels), np.float32),
        np.zeros(channels, np.float32),
        generator.normal(0, signal_spread, (signals, hidden)).astype(np.float32),
    )


def update(perception: Array, weights: Weights, hidden_bias: Array | None = None) -> Array:
    """Return the change of each cell if it updates: relu(p W1 + b1) W2 + b2.

    Args:
        perception: `(..., perception)`.
        weights: of the organism.
        hidden_bias: instead of b1, for cells with signals; it must broadcast to `(..., hidden)`.

    Returns:
        `(..., channel)`.
    """
    xp = perception.__array_namespace__()
    bias = weights.hidden_bias if hidden_bias is None else hidden_bias
    hidden = xp.maximum(perception @ weights.hidden_weight + bias, xp.zeros((), dtype=perception.dtype))
    return hidden @ weights.update_weight + weights.update_bias
