"""The loss: the mean squared difference between the RGBA channels and the target."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from blastema.rule import Array

COLOURS = 4

# A loss of the user's: (states (batch, height, width, channel), targets (batch, height, width, 4)) to its value, a mean
# over the batch, and its gradient with respect to the states. `jax.value_and_grad` of a function of both is one.
OwnLoss = Callable[[Any, Any], tuple[Any, Any]]


def rgba_channels(states: Array) -> np.ndarray:
    """Return a copy of the RGBA channels of float32 states `(..., channel)`, float32 `(..., 4)`."""
    return _colours(np.ascontiguousarray(states)).copy().view(np.float32).reshape(*states.shape[:-1], COLOURS)


def pixel_loss(states: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return the mean squared difference to the target over pixels and RGBA, for each state.

    Args:
        states: float32 `(..., height, width, channel)`.
        target: `(height, width, 4)`, or one for each state; premultiplied.
    """
    difference = rgba_channels(states)
    difference -= target
    return np.mean(np.square(difference, out=difference), axis=(-3, -2, -1))


def state_losses(states: np.ndarray, target: np.ndarray, own: OwnLoss | None = None) -> np.ndarray:
    """Return the loss of each state of a batch: `pixel_loss`, or the user's own, evaluated for one state at a time."""
    if own is None:
        return pixel_loss(states, target)
    with np.errstate(over="ignore", invalid="ignore"):
        targets = np.broadcast_to(target, (len(states), *target.shape[-3:]))
        return np.array([float(own(*pair)[0]) for pair in zip(states[:, None], targets[:, None], strict=True)])


def towards(target: np.ndarray, own: OwnLoss | None = None) -> Callable[[Array], tuple[Any, Any]]:
    """Return the loss for engines: a function from states to the mean of `pixel_loss` and its gradient.

    The function returns the same gradient array each time it is called with states of one shape, since allocating it
    would take as long as the rest.

    Args:
        target: `(height, width, 4)`, or one for each state of the batch; premultiplied.
        own: the user's loss, instead of `pixel_loss`.
    """
    if own is not None:
        return functools.partial(_own, own, target)
    kept: dict[tuple[int, ...], np.ndarray] = {}

    def loss(states: Array) -> tuple[float, np.ndarray]:
        difference = rgba_channels(states)
        difference -= target
        if states.shape not in kept:
            kept.clear()
            kept[states.shape] = np.zeros(states.shape, np.float32)
        cotangent = kept[states.shape]
        _colours(cotangent)[...] = _colours(difference * np.float32(2 / difference.size))
        # The loss of exploded states may overflow to infinity, which the trainer checks.
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.mean(np.square(difference, out=difference))), cotangent

    return loss


def _own(own: OwnLoss, target: np.ndarray, states: Array) -> tuple[Any, Any]:
    # As below, the trainer checks the loss of exploded states.
    with np.errstate(over="ignore", invalid="ignore"):
        return own(states, np.broadcast_to(target, (len(states), *target.shape[-3:])))


def _colours(states: np.ndarray) -> np.ndarray:
    """View the RGBA of each cell as one number of 16 bytes, which NumPy copies faster than rows of four."""
    return np.ndarray(states.shape[:-1], np.complex128, states, strides=states.strides[:-1])
