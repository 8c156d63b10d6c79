"""Adam and Muon on normalised gradients."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from blastema.rule import Weights

# Added to the length of a gradient, by which it is divided.
LEAST_LENGTH = 1e-8
# Of Muon: the polynomial that brings singular values near 1, how often it is applied, and the root mean square of a
# step in learning rates, about as large as Adam's.
POLYNOMIAL, TIMES, REACH = (3.4445, -4.7750, 2.0315), 5, 0.2
MATRICES = ("hidden_weight", "update_weight")


class Moments(NamedTuple):
    """State of an optimiser: running means of the gradient and of its square."""

    first: Weights
    second: Weights


def no_moments(weights: Weights) -> Moments:
    """Return the moments before the first training step, all zero."""
    return Moments(*(Weights(*(np.zeros_like(tensor) for tensor in weights)) for _ in Moments._fields))


def normalised(gradient: Weights) -> Weights:
    """Return each gradient tensor divided by its L2 norm + 1e-8, which reduces jumps of the loss (experiment 1)."""
    return Weights(*map(_unit, gradient))


def _unit(tensor: np.ndarray) -> np.ndarray:
    """Return a tensor divided by its L2 norm + 1e-8."""
    # Not `np.linalg.norm`: BLAS splits long sums by its number of threads, which changes the last bits.
    # When an organism explodes, squares may overflow. The length is infinite then, so that the step has no gradient.
    with np.errstate(over="ignore"):
        length = np.sqrt(np.sum(np.square(tensor))) + np.float32(LEAST_LENGTH)
    return tensor / length


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


def muon(
    weights: Weights, gradient: Weights, moments: Moments, step: int, rate: float, beta_1: float = 0.9, *others: float
) -> tuple[Weights, Moments]:
    """Return the weights and moments after one step of Muon for the two matrices and of Adam for the biases.

    Jordan et al. 2024, with the scale of Liu et al. 2025, "Muon is scalable for LLM training", section 2.2: a matrix
    moves along its momentum (Nesterov's) with all singular values near 1, so that it learns in all directions at once.
    Here the momentum is Adam's first moment, of which only the direction counts.

    Args:
        weights, gradient, moments, step, rate: as for Adam.
        beta_1: decay of the momentum, and of Adam's first moment.
        others: of Adam.
    """
    moved, moments = adam(weights, gradient, moments, step, rate, beta_1, *others)
    matrices = {}
    for name in MATRICES:
        tensor, now, mean = (getattr(each, name) for each in (weights, gradient, moments.first))
        direction = orthogonalised(beta_1 * mean + (1 - beta_1) * now)
        matrices[name] = tensor - rate * REACH * max(tensor.shape) ** 0.5 * direction
    return moved._replace(**matrices), moments


def orthogonalised(matrix: np.ndarray) -> np.ndarray:
    """Return a matrix with the singular vectors of this one, and with singular values of about 0.7 to 1.2.

    Newton-Schulz iterations with Jordan's polynomial, on the products of the rows, or of the columns if these are
    fewer. Singular values below some thousandth of the largest stay smaller.

    Args:
        matrix: `(rows, columns)`, float32 or float64; the result is alike. Zeros stay zeros.

    >>> np.linalg.svd(orthogonalised(np.diag([1.0, 2.0, 3.0])))[1].round(1).tolist()
    [1.1, 0.7, 0.7]
    """
    if matrix.shape[0] > matrix.shape[1]:
        return orthogonalised(matrix.T).T
    matrix = _unit(matrix)
    products = _product(matrix, matrix.T)
    one = total = np.eye(len(matrix), dtype=matrix.dtype)
    first, third, fifth = POLYNOMIAL
    for _ in range(TIMES):
        factor = first * one + third * products + fifth * _product(products, products)
        total, products = _product(factor, total), _product(_product(factor, products), factor)
    return _product(total, matrix)


def _product(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    # Not `@`, for the same reason as above.
    return np.einsum("ij,jk->ik", left, right)


# By the name that recipes give them.
OPTIMISERS: dict[str, Callable[..., tuple[Weights, Moments]]] = {"adam": adam, "muon": muon}
