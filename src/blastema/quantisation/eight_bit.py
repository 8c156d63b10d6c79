"""8-bit weights, as the article's web page has them: a byte b stands for (b / 255 - 0.5) * scale.

Rounding each weight to the nearest byte moves what a cell does by as much as training it for thousands of steps has
gained. So errors are made up for, as in GPTQ (Frantar et al. 2022, arXiv:2210.17323): input by input, those that are
still exact take over what the rounded ones before them got wrong, on what the organism's own cells perceive. The second
layer takes over what the first is left with. Before, hidden units are made alike (Nagel et al. 2019, arXiv:1906.04721),
since one scale is for all of a layer. The error of an update falls to a quarter (docs/formats.md).
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from blastema.damage import CUTS, cut
from blastema.engines import choose_engine
from blastema.rule import Rule, Weights, alive, perceive, seed_batch, update

# What cells perceive is collected at these ages from organisms that grow, are cut, and grow on. The old ones count,
# too: what the error is at rest is where an organism drifts to.
ORGANISMS, AGES, CUT_AT = 12, (*range(0, 400, 32), *range(500, 2001, 100)), 192
# An organism that fills its grid tells no more, but takes its time.
OVERGROWN = 0.6
# Of the mean square of the inputs, added to each, so that what hardly varies is not trusted.
DAMPING = 1e-4
# How far hidden units are made alike by what they give rather than by what they take; 0.5 in the paper. Errors of the
# first layer weigh more here, since the second makes up for them only in part. What errs least is taken.
GIVEN = (0.0, 0.1, 0.2, 0.3)
# Grown cells perceive numbers of the order of 1.
EXPLODED = 100.0
# So many are enough, and fit into memory; and grids need not be larger, whatever an organism says of its training.
MOST, LARGEST_SIDE = 50_000, 128


class Quantised(NamedTuple):
    """Weights that are whole bytes, and how much they change.

    Attributes:
        weights: float32; rounded again they stay the same.
        error: of what a cell's channels change by in a step, root mean square; NaN if no cell was alive to tell.
    """

    weights: Weights
    error: float


def scale_of(values: np.ndarray) -> float:
    """Return the scale with which the largest value is a whole byte, as the article's files have it; 0 if all are 0."""
    return 2.0 * float(np.abs(values).max())


def to_bytes(values: np.ndarray, scale: float) -> np.ndarray:
    """Return the nearest bytes. Only with scale 0 is a byte exactly zero: else zero lies between 127 and 128."""
    relative = values.astype(np.float64) / scale if scale else np.zeros(values.shape)
    return np.clip(np.rint((relative + 0.5) * 255), 0, 255).astype(np.uint8)


def from_bytes(content: np.ndarray, scale: float) -> np.ndarray:
    """Return what bytes stand for, float32."""
    return ((content / 255 - 0.5) * scale).astype(np.float32)


def quantised(rule: Rule, weights: Weights, height: int = 72, width: int = 72) -> Quantised:
    """Return an organism's weights as the article's 8-bit file can hold them.

    Args:
        rule, weights: the organism.
        height, width: of the grids in which its cells are watched, at most 128.
    """
    if all(np.array_equal(from_bytes(to_bytes(one, scale_of(one)), scale_of(one)), one) for one in weights):
        return Quantised(weights, 0.0)
    seen = perceptions(rule, weights, height, width).astype(np.float64)
    return min((_rounded(weights, seen, given) for given in GIVEN), key=lambda found: found.error)


def _rounded(weights: Weights, seen: np.ndarray, given: float) -> Quantised:
    alike, exact = equalised(weights, given), update(seen, weights)
    hidden_weight, hidden_bias = compensated(alike.hidden_weight, alike.hidden_bias, seen)
    units = np.maximum(seen @ hidden_weight + hidden_bias, 0)
    made_up = made_up_for(alike.update_weight, alike.update_bias, units, exact)
    found = Weights(hidden_weight, hidden_bias, *compensated(*made_up, units))
    difference = update(seen, found) - exact
    return Quantised(found, float(np.sqrt(np.mean(difference**2))) if len(seen) else float("nan"))


def perceptions(rule: Rule, weights: Weights, height: int, width: int) -> np.ndarray:
    """Return what living cells perceive at many ages and after damage, `(count, perception)`, without exploded ones."""
    height, width = min(height, LARGEST_SIDE), min(width, LARGEST_SIDE)
    engine, batch = choose_engine(), seed_batch(list(range(ORGANISMS)), height, width, rule.channels)
    draw, found = np.random.default_rng(0), []
    for age, next_age in pairwise((*AGES, AGES[-1])):
        with np.errstate(over="ignore", invalid="ignore"):
            seen = perceive(batch.states, rule.filters, 0.0, rule.edge)
            living = alive(batch.states, rule.alive_threshold, rule.edge)[..., 0]
        found.append(seen[living])
        if (age > CUT_AT and living.mean() > OVERGROWN) or not np.isfinite(batch.states).all():
            break
        if age == CUT_AT:
            for state, name in zip(batch.states, CUTS, strict=False):
                state[cut(name, height, width, draw)] = 0
        batch = engine.grow(rule, weights, batch, next_age - age)
    every = np.concatenate(found)
    every = every[(np.abs(every) < EXPLODED).all(axis=-1)]
    return every[:: len(every) // MOST + 1]


def equalised(weights: Weights, by_given: float) -> Weights:
    """Return weights that do the same, with hidden units whose largest weights are more alike.

    A unit that takes so many times as much gives as many times less: rectified units are linear in what they take.

    Args:
        weights: of an organism.
        by_given: 0 makes alike what units take, 1 what they give; between, both in part.
    """
    taken, given = np.abs(weights.hidden_weight).max(axis=0), np.abs(weights.update_weight).max(axis=1)
    used = (taken > 0) & (given > 0)
    times = np.ones_like(taken)
    times[used] = given[used] ** by_given / taken[used] ** (1 - by_given)
    # So that units that nobody uses are neither the largest nor the smallest.
    times[used] /= np.median(times[used]) if used.any() else 1
    return weights._replace(
        hidden_weight=weights.hidden_weight * times,
        hidden_bias=weights.hidden_bias * times,
        update_weight=weights.update_weight / times[:, None],
    )


def made_up_for(
    weight: np.ndarray, bias: np.ndarray, inputs: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the weights and biases nearest to these with which a layer gives what is wanted for inputs that are off.

    Args:
        weight: `(inputs, outputs)`.
        bias: `(outputs,)`, an input that is always 1.
        inputs: `(count, inputs)`; if there are none, nothing changes.
        wanted: `(count, outputs)`.
    """
    if not len(inputs):
        return weight, bias
    layer = np.concatenate([weight, bias[None]]).astype(np.float64)
    inputs = np.pad(inputs, ((0, 0), (0, 1)), constant_values=1)
    products = inputs.T @ inputs
    damped = products + np.eye(len(products)) * DAMPING * np.diag(products).mean()
    layer += np.linalg.solve(damped, inputs.T @ (wanted - inputs @ layer))
    return layer[:-1].astype(np.float32), layer[-1].astype(np.float32)


def compensated(weight: np.ndarray, bias: np.ndarray, inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a layer's weights and biases as whole bytes that do on these inputs nearly what the exact ones do.

    Args:
        weight: `(inputs, outputs)`.
        bias: `(outputs,)`, an input that is always 1.
        inputs: `(count, inputs)`; if there are none, the nearest bytes are returned.
    """
    layer = np.concatenate([weight, bias[None]]).astype(np.float64)
    scales = [scale_of(weight)] * len(weight) + [scale_of(bias)]
    order, passed_on = _passed_on(np.pad(inputs, ((0, 0), (0, 1)), constant_values=1))
    exact, left = layer.copy(), layer[order]
    for turn, row in enumerate(order):
        layer[row] = from_bytes(to_bytes(left[turn], scales[row]), scales[row])
        # The largest stays: the scale is made of it.
        largest = np.abs(exact[row]) * 2 == scales[row]
        layer[row, largest] = exact[row, largest]
        left[turn + 1 :] -= np.outer(passed_on[turn, turn + 1 :], left[turn] - layer[row])
    rounded = layer.astype(np.float32)
    return rounded[:-1], rounded[-1]


def _passed_on(inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return in which order inputs are rounded, strongest first, and which share of an error goes to which other."""
    products = inputs.T @ inputs / max(1, len(inputs))
    strength = np.diag(products)
    if not strength.max() > 0:
        return np.arange(len(strength)), np.zeros_like(products)
    order = np.argsort(-strength, kind="stable")
    damped = products[np.ix_(order, order)] + np.eye(len(order)) * DAMPING * strength.mean()
    factor = np.linalg.cholesky(np.linalg.inv(damped)).T
    return order, factor / np.diag(factor)[:, None]
