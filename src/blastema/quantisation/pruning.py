"""Pruning: hidden units and channels are removed, those first whose removal changes least what is left.

The rest is adjusted by least squares on what the organism's own cells perceive, as in the optimal brain surgeon
(Hassibi & Stork 1993), for whole inputs of a layer.
"""

import numpy as np

from blastema.quantisation.eight_bit import DAMPING
from blastema.rule import Rule, Weights
from blastema.rule.grid import ALPHA


def pruned(
    rule: Rule, weights: Weights, inputs: np.ndarray, hidden: int, channels: int | None = None
) -> tuple[Rule, Weights]:
    """Return a rule with fewer hidden units and channels, and weights that change states as similarly as they can.

    Args:
        rule, weights: of an organism without signals.
        inputs: what its cells perceive, `(count, perception)`, as from `perceptions`.
        hidden: how many hidden units are kept.
        channels: how many channels are kept, by default all; colours and alpha always are.
    """
    rule, weights, inputs = _without_channels(rule, weights, inputs, rule.channels if channels is None else channels)
    return _without_hidden(rule, weights, inputs, hidden)


def _without_channels(
    rule: Rule, weights: Weights, inputs: np.ndarray, channels: int
) -> tuple[Rule, Weights, np.ndarray]:
    """Remove channels from perception, update and seed; the first layer makes up for what they told it."""
    by_filter = np.arange(rule.perception).reshape(-1, rule.channels)
    groups = [by_filter[:, channel] for channel in range(ALPHA + 1, rule.channels)]
    layer = _layer(weights.hidden_weight, weights.hidden_bias)
    kept, layer = remove_inputs(layer, inputs, groups, channels - ALPHA - 1)
    outputs = kept[kept < rule.channels]
    smaller = weights._replace(
        hidden_weight=layer[:-1],
        hidden_bias=layer[-1],
        update_weight=weights.update_weight[:, outputs],
        update_bias=weights.update_bias[outputs],
    )
    return rule.replace(channels=len(outputs)), smaller, inputs[:, kept]


def _without_hidden(rule: Rule, weights: Weights, inputs: np.ndarray, hidden: int) -> tuple[Rule, Weights]:
    """Remove hidden units; the second layer makes up for what they did."""
    values = np.maximum(inputs @ weights.hidden_weight + weights.hidden_bias, 0)
    groups = [np.array([unit]) for unit in range(rule.hidden)]
    kept, layer = remove_inputs(_layer(weights.update_weight, weights.update_bias), values, groups, hidden)
    smaller = Weights(
        weights.hidden_weight[:, kept],
        weights.hidden_bias[kept],
        layer[:-1],
        layer[-1],
        np.zeros((0, hidden), np.float32),
    )
    return rule.replace(hidden=hidden), smaller


def remove_inputs(
    layer: np.ndarray, inputs: np.ndarray, groups: list[np.ndarray], keep: int
) -> tuple[np.ndarray, np.ndarray]:
    """Remove groups of a layer's inputs, one after another, that whose loss costs least first.

    Args:
        layer: weights `(inputs, outputs)`, the last row a bias.
        inputs: samples, `(count, inputs)`.
        groups: numbers of inputs that go together; inputs in none of them stay.
        keep: how many groups stay.

    Returns:
        The numbers of the inputs that stay, and the layer's rows for them and the bias, float32.
    """
    samples = np.pad(inputs, ((0, 0), (0, 1)), constant_values=1)
    products = samples.T @ samples / max(1, len(samples))
    scale = np.diag(products).mean()
    inverse = np.linalg.inv(products + np.eye(len(products)) * DAMPING * (scale or 1.0))
    layer, left = layer.astype(np.float64), list(groups)
    while len(left) > keep:
        costs = [np.sum(layer[group] * np.linalg.solve(inverse[np.ix_(group, group)], layer[group])) for group in left]
        group = left.pop(int(np.argmin(costs)))
        shares = inverse[:, group] @ np.linalg.inv(inverse[np.ix_(group, group)])
        layer -= shares @ layer[group]
        inverse -= shares @ inverse[group]
        # What is removed has no more part in what follows.
        layer[group], inverse[group], inverse[:, group] = 0, 0, 0
        inverse[group, group] = 1
    removed = np.setdiff1d(np.concatenate([[], *groups]), np.concatenate([[], *left]))
    kept = np.setdiff1d(np.arange(len(layer) - 1), removed)
    return kept, layer[[*kept, -1]].astype(np.float32)


def _layer(weight: np.ndarray, bias: np.ndarray) -> np.ndarray:
    return np.concatenate([weight, bias[None]])
