"""The loss: how far the visible channels are from the target picture."""

from collections.abc import Callable

import numpy as np

from blastema.rule import Array

COLOURS = 4


def pixel_loss(states: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the mean squared difference over pixels and RGBA of each state.

    Args:
        states: `(..., height, width, channel)`.
        target: `(height, width, 4)`, premultiplied.
    """
    return np.mean((states[..., :COLOURS] - target) ** 2, axis=(-3, -2, -1))


def towards(target: np.ndarray) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    """Return the loss of a batch, the mean of `pixel_loss`, as engines want it: value and gradient."""

    def loss(states: Array) -> tuple[float, np.ndarray]:
        difference = states[..., :COLOURS] - target
        cotangent = np.zeros_like(states)
        cotangent[..., :COLOURS] = difference * (2 / difference.size)
        return float(np.mean(difference**2)), cotangent

    return loss
