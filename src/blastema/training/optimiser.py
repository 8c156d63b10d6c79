"""Adam on normalised gradients."""

from typing import NamedTuple

import numpy as np

from blastema.rule import Weights

# Added to the length of a gradient, by which it is divided.
LEAST_LENGTH = 1e-8


class Moments(NamedTuple):
    """State of Adam: running means of the gradient and of its square."""

    first: Weights
    second: Weights


def no_moments(weights: Weights) -> Moments:
    """Return the moments before the first training step, all zero."""
    return Moments(*(Weights(*(np.zeros_like(tensor) for tensor in weights)) for _ in Moments._fields))


def normalised(gradient: Weights) -> Weights:
    """Return each gradient tensor divided by its L2 norm + 1e-8, which reduces jumps of the loss (experiment 1)."""
    # Not `np.linalg.norm`: BLAS splits long sums by its number of threads, which changes the last bits.
    # When an organism explodes, squares may overflow. The length is infinite then, so that the step has no gradient.
    with np.errstate(over="ignore"):
        lengths = [np.sqrt(np.sum(np.square(tensor))) + np.float32(LEAST_LENGTH) for tensor in gradient]
    return Weights(*(tensor / length for tensor, length in zip(gradient, lengths, strict=True)))


def adam(
    weights: Weights,
    gradient: Weights,
    moments: Moments,
    step: int,
    rate: float,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
) -> tuple[Weights, Moments]:
    """Return the weights and moments after one step of Adam.

    Kingma & Ba 2015, in the efficient form at the end of section 2, as in Keras: epsilon is added to the square root
    before bias correction.

    Args:
        weights, moments: before the step.
        gradient: of the loss with respect to the weights.
        step: number of training steps done before.
        rate: learning rate.
        beta_1, beta_2: decay of the means of the gradient and of its square.
        epsilon: added to the square root.
    """
    first = Weights(*(beta_1 * old + (1 - beta_1) * new for old, new in zip(moments.first, gradient, strict=True)))
    second = Weights(*(beta_2 * old + (1 - beta_2) * new**2 for old, new in zip(moments.second, gradient, strict=True)))
    count = step + 1
    reach = rate * (1 - beta_2**count) ** 0.5 / (1 - beta_1**count)
    moved = Weights(
        *(
            tensor - reach * mean / (np.sqrt(square) + epsilon)
            for tensor, mean, square in zip(weights, first, second, strict=True)
        )
    )
    return moved, Moments(first, second)
