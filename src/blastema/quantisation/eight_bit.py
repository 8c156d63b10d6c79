"""8-bit weights, as the article's web page has them: a byte b stands for (b / 255 - 0.5) * scale.

Rounding each weight to the nearest byte changes an update by as much as thousands of training steps do. So rounding
errors are compensated, as in GPTQ (Frantar et al. 2022, arXiv:2210.17323): row by row, the rows that are still exact
are adjusted for the errors of those rounded before, measured on what the organism's own cells perceive. The second
layer then compensates for the first layer's remaining error. Beforehand, hidden units are equalised (Nagel et al. 2019,
arXiv:1906.04721), since a layer has one scale. The error of an update falls to a quarter (docs/formats.md).
"""

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from blastema.damage import DAMAGES
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.rule import Rule, Weights, alive, perceive, seed_batch, update

# Perception is collected at these ages, from grids that grow, are cut, and regrow. High ages are included, since the
# error at rest decides where an organism drifts.
ORGANISMS, AGES, CUT_AT = 12, (*range(0, 400, 32), *range(500, 2001, 100)), 192
# The damage of the first grids at that age; the others stay whole.
CUTS = ("upper", "lower", "left", "right", "centre", "disc")
# Stop when more of the grid than this is alive: such an organism overgrows, and further steps are slow and add nothing.
OVERGROWN = 0.6
# Ridge: this share of the inputs' mean square is added to the diagonal, since nearly constant inputs determine nothing.
DAMPING = 1e-4
# How much equalisation regards a unit's output weights rather than its input weights; 0.5 in the paper. Lower values
# favour the first layer, whose errors the second compensates only in part. All are tried; the smallest error wins.
OUTPUT_SHARES = (0.0, 0.1, 0.2, 0.3)
# Samples with larger numbers are left out as exploded; grown cells perceive numbers of the order of 1.
LARGEST_PERCEPTION = 100.0
# Samples at most, and the side of the grids, whatever the organism's record says of its training.
MOST_SAMPLES, LARGEST_SIDE = 50_000, 128


class Quantised(NamedTuple):
    """Weights on the 8-bit grid, and the error that they cause.

    Attributes:
        weights: float32; quantising them again changes nothing.
        error: root mean square error of the update of a cell's channels; NaN if no cell was alive.
    """

    weights: Weights
    error: float


def scale_of(values: np.ndarray) -> float:
    """Return the scale at which the largest value is exactly a byte, as in the article's files; 0 if all are 0."""
    return 2.0 * float(np.abs(values).max(initial=0))


def to_bytes(values: np.ndarray, scale: float) -> np.ndarray:
    """Return the nearest bytes. Zero lies between 127 and 128, so it is exact only if the scale is 0."""
    relative = values.astype(np.float64) / scale if scale else np.zeros(values.shape)
    return np.clip(np.rint((relative + 0.5) * 255), 0, 255).astype(np.uint8)


def from_bytes(content: np.ndarray, scale: float) -> np.ndarray:
    """Return the values of bytes, float32."""
    return ((content / 255 - 0.5) * scale).astype(np.float32)


def nearest_bytes(values: np.ndarray, scale: float) -> np.ndarray:
    """Return the nearest values that bytes stand for, float32."""
    return from_bytes(to_bytes(values, scale), scale)


# How values are rounded, given their scale: twice the largest of them, which must stay exact.
Rounding = Callable[[np.ndarray, float], np.ndarray]


def quantise_gptq(rule: Rule, weights: Weights, height: int = 72, width: int = 72) -> Quantised:
    """Return an organism's weights as the article's 8-bit file can hold them.

    Args:
        rule, weights: of the organism.
        height, width: of the grids in which perception is sampled; at most 128 are used.

    Raises:
        BlastemaError: the rule has signals, which the file has no room for.
    """
    if rule.signals:
        raise BlastemaError(
            f"8-bit weights are of one body, and this rule has {len(rule.signals)} signals; choose one with "
            f"Organism.with_signal({rule.signals[0]!r})"
        )
    if all(np.array_equal(_nearest(tensor), tensor) for tensor in weights):
        return Quantised(weights, 0.0)
    return compensated(weights, perceptions(rule, weights, height, width).astype(np.float64))


def compensated(
    weights: Weights, inputs: np.ndarray, nearest: Rounding = nearest_bytes, nearest_bias: Rounding = nearest_bytes
) -> Quantised:
    """Return rounded weights, whose errors compensate each other on these inputs.

    Args:
        weights: of an organism without signals.
        inputs: what its cells perceive, `(count, perception)`.
        nearest, nearest_bias: how weights and biases are rounded.
    """
    results = (_quantised(weights, inputs, share, nearest, nearest_bias) for share in OUTPUT_SHARES)
    return min(results, key=lambda result: result.error)


def _nearest(values: np.ndarray) -> np.ndarray:
    return nearest_bytes(values, scale_of(values))


def _quantised(
    weights: Weights, inputs: np.ndarray, share: float, nearest: Rounding, nearest_bias: Rounding
) -> Quantised:
    exact, start = update(inputs, weights), equalised(weights, share)
    hidden_weight, hidden_bias = gptq_round(start.hidden_weight, start.hidden_bias, inputs, nearest, nearest_bias)
    hidden = np.maximum(inputs @ hidden_weight + hidden_bias, 0)
    refitted = refit_output_layer(start.update_weight, start.update_bias, hidden, exact)
    result = Weights(hidden_weight, hidden_bias, *gptq_round(*refitted, hidden, nearest, nearest_bias))
    difference = update(inputs, result) - exact
    return Quantised(result, float(np.sqrt(np.mean(difference**2))) if len(inputs) else float("nan"))


def perceptions(rule: Rule, weights: Weights, height: int, width: int) -> np.ndarray:
    """Return samples of living cells' perception, at many ages and after damage, `(count, perception)`."""
    height, width = min(height, LARGEST_SIDE), min(width, LARGEST_SIDE)
    engine, batch = choose_engine(), seed_batch(list(range(ORGANISMS)), height, width, rule.channels)
    draw, samples = np.random.default_rng(0), []
    for age, next_age in pairwise((*AGES, AGES[-1])):
        with np.errstate(over="ignore", invalid="ignore"):
            perception = perceive(batch.states, rule.filters, 0.0, rule.edge)
            living = alive(batch.states, rule.alive_threshold, rule.edge)[..., 0]
        samples.append(perception[living])
        if (age > CUT_AT and living.mean() > OVERGROWN) or not np.isfinite(batch.states).all():
            break
        if age == CUT_AT:
            for state, name in zip(batch.states, CUTS, strict=False):
                state[DAMAGES[name].mask(draw, height, width)] = 0
        batch = engine.grow(rule, weights, batch, next_age - age)
    inputs = np.concatenate(samples)
    inputs = inputs[(np.abs(inputs) < LARGEST_PERCEPTION).all(axis=-1)]
    return inputs[:: len(inputs) // MOST_SAMPLES + 1]


def equalised(weights: Weights, output_share: float) -> Weights:
    """Return weights of the same function, in which the hidden units' largest weights differ less.

    A rectified unit computes the same if its input weights are multiplied by a factor and its output weights divided by
    it.

    Args:
        weights: of an organism.
        output_share: 0 equalises the units' largest input weights, 1 their largest output weights; between, both in
            part.
    """
    inputs, outputs = np.abs(weights.hidden_weight).max(axis=0), np.abs(weights.update_weight).max(axis=1)
    used = (inputs > 0) & (outputs > 0)
    factors = np.ones_like(inputs)
    factors[used] = outputs[used] ** output_share / inputs[used] ** (1 - output_share)
    # Relative to the median, so that unused units, whose factor is 1, are not extreme.
    factors[used] /= np.median(factors[used]) if used.any() else 1
    return weights._replace(
        hidden_weight=weights.hidden_weight * factors,
        hidden_bias=weights.hidden_bias * factors,
        update_weight=weights.update_weight / factors[:, None],
    )


def refit_output_layer(
    weight: np.ndarray, bias: np.ndarray, inputs: np.ndarray, outputs: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return weights and biases, close to the given ones, that map inexact inputs to exact outputs (ridge regression).

    Args:
        weight: `(inputs, outputs)`.
        bias: `(outputs,)`.
        inputs: inexact, `(count, inputs)`; if there are none, weights and biases stay.
        outputs: exact, `(count, outputs)`.
    """
    if not len(inputs):
        return weight, bias
    layer = np.concatenate([weight, bias[None]]).astype(np.float64)
    inputs = np.pad(inputs, ((0, 0), (0, 1)), constant_values=1)
    products = inputs.T @ inputs
    damped = products + np.eye(len(products)) * DAMPING * np.diag(products).mean()
    layer += np.linalg.solve(damped, inputs.T @ (outputs - inputs @ layer))
    return layer[:-1].astype(np.float32), layer[-1].astype(np.float32)


def gptq_round(
    weight: np.ndarray,
    bias: np.ndarray,
    inputs: np.ndarray,
    nearest: Rounding = nearest_bytes,
    nearest_bias: Rounding = nearest_bytes,
) -> tuple[np.ndarray, np.ndarray]:
    """Return a layer's weights and biases rounded, with the errors on these inputs compensated as in GPTQ.

    Args:
        weight: `(inputs, outputs)`.
        bias: `(outputs,)`, the weights of an input that is always 1.
        inputs: `(count, inputs)`; without any, each number is rounded to the nearest.
        nearest, nearest_bias: how weights and biases are rounded; by default to bytes.
    """
    layer = np.concatenate([weight, bias[None]]).astype(np.float64)
    scales = [scale_of(weight)] * len(weight) + [scale_of(bias)]
    roundings = [nearest] * len(weight) + [nearest_bias]

    def rounded(row: int, values: np.ndarray) -> np.ndarray:
        # The largest weight stays exact: it determines the scale.
        largest = np.abs(layer[row]) * 2 == scales[row]
        return np.where(largest, layer[row], roundings[row](values, scales[row]))

    result = round_rows(layer, inputs, rounded).astype(np.float32)
    return result[:-1], result[-1]


def round_rows(layer: np.ndarray, inputs: np.ndarray, rounded: Callable[[int, np.ndarray], np.ndarray]) -> np.ndarray:
    """Return a layer rounded row by row, where later rows compensate the errors of earlier ones.

    Args:
        layer: weights `(inputs, outputs)`, the last row a bias, float64.
        inputs: `(count, inputs)`.
        rounded: returns the rounded values of the row of this number, given its values so far.
    """
    order, shares = _error_shares(np.pad(inputs, ((0, 0), (0, 1)), constant_values=1))
    result, remaining = layer.copy(), layer[order]
    for turn, row in enumerate(order):
        result[row] = rounded(row, remaining[turn])
        remaining[turn + 1 :] -= np.outer(shares[turn, turn + 1 :], remaining[turn] - result[row])
    return result


def _error_shares(inputs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the order in which inputs are rounded, strongest first, and the shares of a row's error for later rows."""
    products = inputs.T @ inputs / max(1, len(inputs))
    strength = np.diag(products)
    if not strength.max() > 0:
        return np.arange(len(strength)), np.zeros_like(products)
    order = np.argsort(-strength, kind="stable")
    damped = products[np.ix_(order, order)] + np.eye(len(order)) * DAMPING * strength.mean()
    factor = np.linalg.cholesky(np.linalg.inv(damped)).T
    return order, factor / np.diag(factor)[:, None]
