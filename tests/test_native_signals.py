"""Signals in the native engine: on every instruction set, forward and backward, of every kind."""

import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.engines import choose_engine
from blastema.engines.native_engine import NativeEngine, isas
from blastema.rule import FILTERS, Batch, Rule
from conftest import OWN_FILTER, random_weights
from double_precision import CLEARANCE, TOLERANCE, assert_close, batch_of, clearance, judged, wish
from test_golden import SIGNALS, of
from test_golden import TOLERANCE as GOLDEN_TOLERANCE
from test_native_engine import arguments, every_bit, native_rollout

RULES = {
    "article": Rule(signals=("lizard", "tree", "🦋")),
    "wrapped": Rule(edge="wrap", signals=("only",)),
    "odd": Rule(channels=5, hidden=7, filters=("sobel_y", "identity"), edge="wrap", fire_rate=0.9, signals=("a", "b")),
    "wide": Rule(channels=20, hidden=150, fire_rate=0.3, signals=tuple("abcde")),
}
KINDS = [None, "mixture", "map"]
EVERY_ISA = pytest.mark.parametrize("isa", isas())


@EVERY_ISA
@pytest.mark.parametrize("case", SIGNALS, ids=lambda case: case["name"])
def test_golden_vectors(isa, case):
    rule, weights, batch = of(case)
    for steps, states in case["states"].items():
        result = NativeEngine(isa).grow(rule, weights, batch, int(steps), case["angle"]).states[0]
        np.testing.assert_allclose(result, states, rtol=0, atol=GOLDEN_TOLERANCE)


# Compiling the rollout in double precision takes two seconds a case.
QUICK = {("article", "map"), ("odd", "mixture")}


@pytest.mark.parametrize(
    ("name", "kind"),
    [pytest.param(*case, marks=() if case in QUICK else pytest.mark.slow) for case in itertools.product(RULES, KINDS)],
)
def test_gradients_are_those_in_double_precision(name, kind):
    weights, batch, expected = judged(RULES[name], 9, 31, 5, 0.9, kind)
    for isa in isas():
        result = NativeEngine(isa).value_and_grad(RULES[name], weights, batch, 5, wish, 0.9)
        assert_close(result, expected)
        np.testing.assert_array_equal(result.batch.signals, batch.signals)


@st.composite
def rules(draw):
    return Rule(
        channels=draw(st.integers(4, 20)),
        hidden=draw(st.integers(1, 40)),
        filters=tuple(draw(st.lists(st.sampled_from([*FILTERS, OWN_FILTER]), min_size=1, max_size=4, unique=True))),
        edge=draw(st.sampled_from(["dead", "wrap"])),
        signals=tuple(map(str, range(draw(st.sampled_from([1, 2, 3, 7, 256]))))),
    )


@given(rules(), st.sampled_from(isas()), st.sampled_from(KINDS), st.integers(1, 9), st.integers(1, 9))
def test_any_rule_gives_what_numpy_gives(rule, isa, kind, height, width):
    weights = random_weights(rule)
    batches = (batch_of(rule, height, width, seed=seed, signals=kind) for seed in range(100))
    batch = next(batch for batch in batches if clearance(rule, weights, batch, 3, 0.5) > CLEARANCE)
    result, expected = (
        engine.value_and_grad(rule, weights, batch, 3, wish, 0.5)
        for engine in (NativeEngine(isa), choose_engine("numpy"))
    )
    np.testing.assert_allclose(result.batch.states, expected.batch.states, rtol=0, atol=1e-5)
    for gradient, other in zip(
        (*result.gradient, result.states_gradient), (*expected.gradient, expected.states_gradient), strict=True
    ):
        assert np.linalg.norm(gradient - other) <= TOLERANCE * np.linalg.norm(other)


@EVERY_ISA
@pytest.mark.parametrize("kind", ["mixture", "map"])
@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize(("count", "size"), [(1, (72, 72)), (5, (33, 47))])
def test_threads_change_no_bit(isa, name, count, size, kind):
    rule = RULES[name]
    batch, weights = batch_of(rule, *size, count, signals=kind), random_weights(rule)
    results = {
        every_bit(NativeEngine(isa, threads).value_and_grad(rule, weights, batch, 6, wish, 0.3))
        for threads in (1, 2, 3)
    }
    assert len(results) == 1


@EVERY_ISA
@pytest.mark.parametrize("name", RULES)
def test_uniform_signal_gives_the_bits_of_the_rule_with_its_bias(isa, name):
    rule, weights, engine = RULES[name], random_weights(RULES[name]), NativeEngine(isa)
    batch = batch_of(rule, 33, 47)
    for signal in range(len(rule.signals)):
        folded = weights._replace(
            hidden_bias=weights.hidden_bias + weights.signal_bias[signal], signal_bias=weights.signal_bias[:0]
        )
        expected = engine.value_and_grad(rule.replace(signals=()), folded, batch, 6, wish)
        rows = np.zeros_like(weights.signal_bias)
        rows[signal] = expected.gradient.hidden_bias
        expected = expected._replace(gradient=expected.gradient._replace(signal_bias=rows))
        one_hot = np.eye(len(rule.signals), dtype=np.float32)[[signal] * 3]
        maps = np.full((3, 33, 47), signal, np.uint8)
        for signals in (one_hot, maps, *([None] if signal == 0 else [])):
            result = engine.value_and_grad(rule, weights, batch._replace(signals=signals), 6, wish)
            assert every_bit(result) == every_bit(expected)


@EVERY_ISA
@pytest.mark.parametrize("kind", ["mixture", "map"])
def test_each_grid_grows_as_if_alone(isa, kind):
    rule, weights = RULES["article"], random_weights(RULES["article"])
    batch = batch_of(rule, 20, 30, count=4, signals=kind)
    together = NativeEngine(isa).value_and_grad(rule, weights, batch, 6, lambda states: (0.0, np.cos(states)))
    for index in range(4):
        one = Batch(*(array[index : index + 1] for array in batch))
        alone = NativeEngine(isa).value_and_grad(rule, weights, one, 6, lambda states: (0.0, np.cos(states)))
        assert alone.batch.states.tobytes() == together.batch.states[index].tobytes()
        assert alone.states_gradient.tobytes() == together.states_gradient[index].tobytes()


@pytest.mark.parametrize("isa", [isas()[0], *(pytest.param(isa, marks=pytest.mark.slow) for isa in isas()[1:])])
@pytest.mark.parametrize("kind", [pytest.param("mixture", marks=pytest.mark.slow), "map"])
def test_recomputed_hidden_units_change_no_bit(isa, kind):
    """In a large batch each grid stores the values of fewer of them, and recomputes the others."""
    rule, weights = RULES["article"], random_weights(RULES["article"])
    weights.update_bias[3] = 0.1  # the whole grid comes alive: 24 grids exceed what is stored
    single = batch_of(rule, 48, 48, count=1, signals=kind)
    many = Batch(*(np.repeat(array, 24, axis=0) for array in single))
    alone, together = (
        NativeEngine(isa).value_and_grad(rule, weights, batch, 40, lambda states: (0.0, np.cos(states)))
        for batch in (single, many)
    )
    for result in together.states_gradient:
        assert result.tobytes() == alone.states_gradient[0].tobytes()
    for result, expected in zip(together.gradient, alone.gradient, strict=True):
        np.testing.assert_allclose(result, 24 * expected, rtol=1e-4, atol=1e-4 * np.abs(expected).max())


@EVERY_ISA
def test_signals_of_cells_that_never_live_change_no_bit(isa):
    rule, weights, engine = RULES["article"], random_weights(RULES["article"]), NativeEngine(isa)
    batch = batch_of(rule, 16, 40, signals="map")
    batch.states[:, :, 10:] = 0  # four steps reach eight cells further
    other = batch.signals.copy()
    other[:, :, 18:] = 2 - other[:, :, 18:]
    results = (
        engine.value_and_grad(rule, weights, batch._replace(signals=maps), 4, wish) for maps in (batch.signals, other)
    )
    first, second = map(every_bit, results)
    assert first == second


@pytest.mark.parametrize("kind", KINDS)
def test_zero_steps_have_no_gradient(kind):
    rule, weights = RULES["article"], random_weights(RULES["article"])
    batch = batch_of(rule, 6, 7, signals=kind)
    result = NativeEngine().value_and_grad(rule, weights, batch, 0, wish)
    assert result.gradient.signal_bias.shape == (3, 128)
    assert not any(gradient.any() for gradient in result.gradient)
    np.testing.assert_array_equal(result.batch.signals, batch.signals)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"signal_count": -1}, "signals 0 to 256"),
        ({"signal_count": 257}, "signals 0 to 256"),
        ({"signal_count": 2}, "signal_bias has shape (3, 128); needed is contiguous float32 (2, 128)"),
        ({"signal_bias": np.zeros((3, 127), "f4")}, "signal_bias has shape (3, 127); needed"),
        ({"signals": np.zeros((2, 4), "f4")}, "signals has shape (2, 4); needed is contiguous float32 (2, 3)"),
        ({"signals": np.zeros((2, 3))}, "signals has shape (2, 3), another type; needed is contiguous float32 (2, 3)"),
        ({"signals": np.zeros((2, 3, 2), "f4")[..., 0]}, "signals has shape (2, 3), not contiguous; needed"),
        ({"signals": np.zeros((2, 7, 6), "u1")}, "signals has shape (2, 7, 6); needed is contiguous uint8 (2, 6, 7)"),
        ({"signals": np.zeros((2, 6, 7), "i1")}, "signals has shape (2, 6, 7), another type; needed"),
        (
            {"signals": np.pad(np.array([[[3]]], "u1"), ((1, 0), (2, 3), (4, 2)))},
            "signals of a map must be 0 to 2; that of the cell at row 2, column 4 is 3",
        ),
        (
            {"signal_count": 0, "signal_bias": np.zeros((0, 128), "f4"), "signals": np.zeros((2, 6, 7), "u1")},
            "this rule has no signals",
        ),
    ],
)
def test_module_refuses_invalid_signals(changes, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        native_rollout(**arguments(RULES["article"], **changes))


@pytest.mark.parametrize("signals", [3, "map", [0, 1]])
def test_module_refuses_signals_that_are_no_array(signals):
    with pytest.raises(TypeError, match="incompatible function arguments"):
        native_rollout(**arguments(RULES["article"], signals=signals))


def test_rollout_keeps_copies_of_signals():
    for kind in ("mixture", "map"):
        values = arguments(RULES["article"], signals=batch_of(RULES["article"], 6, 7, 2, signals=kind).signals)
        expected, result = (np.zeros((2, 6, 7, 16), np.float32) for _ in range(2))
        first, second = native_rollout(**values), native_rollout(**values)
        first.forward(3)
        first.read_states(expected)
        values["signals"][...] = 200
        values["signal_bias"][...] = 7
        second.forward(3)
        second.read_states(result)
        assert expected.tobytes() == result.tobytes()
