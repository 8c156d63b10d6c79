"""Signals: rows of the signal bias that are set from outside, in every engine, forward and backward."""

import re
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.rule import Rule, Weights, mixture, step
from conftest import random_weights
from double_precision import assert_close, batch_of, judged, wish

ENGINES = [choose_engine(name) for name in ("native", "numpy", "jax")]
RULE = Rule(channels=8, hidden=20, signals=("lizard", "tree", "🦋"))
BY_NAME = pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)


@pytest.mark.parametrize("kind", [*(pytest.param(kind, marks=pytest.mark.slow) for kind in (None, "mixture")), "map"])
@pytest.mark.parametrize("edge", ["dead", pytest.param("wrap", marks=pytest.mark.slow)])
def test_gradients_agree_with_double_precision(edge, kind):
    rule = RULE.replace(edge=edge)
    weights, batch, expected = judged(rule, 6, 9, 12, 0.5, kind)
    for engine in ENGINES:
        result = engine.value_and_grad(rule, weights, batch, 12, wish, 0.5)
        assert_close(result, without_unused_signals(expected, kind))
        np.testing.assert_array_equal(result.batch.signals, batch.signals)


def without_unused_signals(expected, kind):
    """`assert_close` wants no zero gradient; without signals, only the first row has one."""
    if kind is None:
        assert not expected.gradient.signal_bias[1:].any()
    return expected


@BY_NAME
def test_ordinary_rule_grows_alike_with_the_row_in_its_hidden_bias(engine):
    weights, batch = random_weights(RULE), batch_of(RULE, 7, 6)
    for index in range(3):
        one_hot = np.eye(3, dtype=np.float32)[[index] * 3]
        maps = np.full((3, 7, 6), index, np.uint8)
        plain = Weights(weights[0], weights[1] + weights.signal_bias[index], *weights[2:4])
        expected = engine.grow(RULE.replace(signals=()), plain, batch, 6).states
        for signals in (one_hot, maps, *([None] if index == 0 else [])):
            grown = engine.grow(RULE, weights, batch._replace(signals=signals), 6).states
            np.testing.assert_allclose(grown, expected, rtol=0, atol=1e-6)


@BY_NAME
def test_other_signals_make_other_states(engine):
    weights, batch = random_weights(RULE), batch_of(RULE, 7, 6)
    grown = [
        engine.grow(RULE, weights, batch._replace(signals=np.full((3, 7, 6), k, np.uint8)), 4).states for k in range(3)
    ]
    assert all(np.abs(one - other).max() > 0.01 for one, other in pairwise(grown))


def test_a_signal_acts_two_cells_away_at_most():
    weights, batch = random_weights(RULE), batch_of(RULE, 9, 9)
    maps = np.zeros((3, 9, 9), np.uint8)
    changed = maps.copy()
    changed[:, 4, 4] = 1
    first, second = (step(RULE, weights, batch._replace(signals=signals)).states for signals in (maps, changed))
    # Its update can decide whether a neighbour is alive.
    far = np.ones((9, 9), bool)
    far[3:6, 3:6] = False
    assert np.array_equal(first[:, far], second[:, far])


@pytest.mark.parametrize(
    ("signals", "says"),
    [
        (np.zeros((3, 2), np.float32), "signals are float32 (3, 2); give finite floats (3, 3)"),
        (np.full((3, 3), np.nan), "give finite floats (3, 3)"),
        (np.zeros((3, 6, 5), np.uint8), "or uint8 (3, 6, 6), the signal of each cell"),
        (np.full((3, 6, 6), 3, np.uint8), "a cell has the signal 3; this rule has the signals 0 to 2"),
        (np.zeros((3, 6, 6), int), "signals are int64 (3, 6, 6)"),
    ],
)
@BY_NAME
def test_signals_out_of_range_are_refused(engine, signals, says):
    batch = batch_of(RULE, 6, 6)._replace(signals=signals)
    with pytest.raises(BlastemaError, match=re.escape(says)):
        engine.grow(RULE, random_weights(RULE), batch, 1)


@BY_NAME
def test_signals_for_a_rule_without_any_are_refused(engine):
    rule = RULE.replace(signals=())
    batch = batch_of(rule, 6, 6)._replace(signals=np.zeros((3, 6, 6), np.uint8))
    with pytest.raises(BlastemaError, match="signals were given, but this rule has none"):
        engine.grow(rule, random_weights(rule), batch, 1)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ("tree", "signals of a rule is 'tree'; it must be a list of names"),
        ((1,), "it must be a list of names"),
        (("a", "a"), "the signal a is listed twice"),
        (("a=b",), "invalid signal name 'a=b'"),
        ((" a",), "invalid signal name ' a'"),
        (("a\nb",), "invalid signal name"),
        (("",), "invalid signal name ''"),
        (("a" * 41,), "use 1 to 40 printable characters"),
        (tuple(map(str, range(257))), "a rule has at most 256 signals, not 257"),
    ],
)
def test_invalid_names_are_refused(names, says):
    with pytest.raises(BlastemaError, match=re.escape(says)):
        Rule(signals=names)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=2).filter(lambda shares: sum(shares) > 0.01))
def test_mixture_has_the_given_weights(shares):
    first, second = (float(share) / sum(shares) for share in shares)
    result = mixture(RULE.signals, {"🦋": first, "lizard": second})
    np.testing.assert_array_equal(result, np.float32([second, 0, first]))
    assert mixture(RULE.signals, "tree").tolist() == [0, 1, 0]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("fish", "there is no signal 'fish'; choose lizard or tree or 🦋"),
        ({"tree": 1.5}, "the weight of the signal tree is 1.5; it must be a number from 0 to 1"),
        ({"tree": float("nan")}, "the weight of the signal tree is nan"),
        ({"tree": 0.5}, "the weights of the signals add up to 0.5; they must add up to 1"),
        ({}, "add up to 0"),
    ],
)
def test_invalid_mixtures_are_refused(given, says):
    with pytest.raises(BlastemaError, match=re.escape(says)):
        mixture(RULE.signals, given)
