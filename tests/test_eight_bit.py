"""8-bit weights: rounding, and the compensation of its errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blastema import Organism, Rule, load
from blastema.errors import BlastemaError
from blastema.loss import pixel_loss
from blastema.quantisation.eight_bit import (
    OUTPUT_SHARES,
    equalised,
    from_bytes,
    gptq_round,
    perceptions,
    quantise_gptq,
    refit_output_layer,
    scale_of,
    to_bytes,
)
from blastema.rule import Weights, initial_weights, update
from blastema.targets import load_target
from conftest import random_weights


def nearest(values):
    return from_bytes(to_bytes(values, scale_of(values)), scale_of(values))


@given(hnp.arrays(np.float32, (5, 3), elements=st.floats(-8, 8, width=32)))
def test_bytes_are_at_most_half_a_step_off_and_rounding_twice_changes_nothing(values):
    once = nearest(values)
    assert once.dtype == np.float32
    assert np.abs(once - values).max() <= scale_of(values) / 255 / 2 * 1.0001
    np.testing.assert_array_equal(nearest(once), once)


@given(st.integers(0, 1000))
def test_gptq_reduces_the_error_of_a_layer_on_its_inputs(seed):
    draw = np.random.default_rng(seed)
    weight, bias = draw.normal(size=(12, 7)).astype(np.float32), draw.normal(size=7).astype(np.float32)
    # Correlated inputs, as the channels of neighbours are.
    inputs = draw.normal(size=(400, 4)) @ draw.normal(size=(4, 12)) + 0.05 * draw.normal(size=(400, 12))
    exact = inputs @ weight + bias
    errors = []
    for rounded_weight, rounded_bias in (gptq_round(weight, bias, inputs), (nearest(weight), nearest(bias))):
        assert rounded_weight.dtype == np.float32
        assert (scale_of(rounded_weight), scale_of(rounded_bias)) == (scale_of(weight), scale_of(bias))
        np.testing.assert_array_equal(nearest(rounded_weight), rounded_weight)
        errors.append(np.square(inputs @ rounded_weight + rounded_bias - exact).mean())
    assert errors[0] < 0.7 * errors[1]


def test_the_output_layer_is_refitted_to_inexact_inputs():
    draw = np.random.default_rng(0)
    weight, bias = draw.normal(size=(12, 7)).astype(np.float32), draw.normal(size=7).astype(np.float32)
    exact = np.maximum(draw.normal(size=(400, 4)) @ draw.normal(size=(4, 12)), 0)
    off = exact + 0.05 * np.maximum(draw.normal(size=exact.shape), 0)
    outputs = exact @ weight + bias
    new_weight, new_bias = refit_output_layer(weight, bias, off, outputs)
    assert new_weight.dtype == new_bias.dtype == np.float32
    before, after = (np.square(off @ w + b - outputs).mean() for w, b in ((weight, bias), (new_weight, new_bias)))
    assert after < 0.7 * before
    for result, original in zip(refit_output_layer(weight, bias, exact, outputs), (weight, bias), strict=True):
        np.testing.assert_array_equal(result, original)


def test_without_inputs_numbers_are_rounded_to_the_nearest_byte():
    weight, bias = random_weights(Rule())[:2]
    rounded = gptq_round(weight, bias, np.zeros((0, len(weight))))
    np.testing.assert_array_equal(rounded[0], nearest(weight))
    np.testing.assert_array_equal(rounded[1], nearest(bias))


@pytest.mark.slow
def test_a_quantised_organism_grows_nearly_as_the_exact_one():
    organism = load("🦎")
    weights, error = quantise_gptq(organism.rule, organism.weights)
    seen = perceptions(organism.rule, organism.weights, 72, 72)
    plain = update(seen, Weights(*map(nearest, organism.weights))) - update(seen, organism.weights)
    assert 0 < error < 0.6 * np.sqrt(np.mean(plain**2))
    losses = [pixel_loss(each.grow(200), load_target("🦎")) for each in (organism, Organism(weights))]
    assert abs(np.log10(losses[1] / losses[0])) < 0.15
    again = quantise_gptq(organism.rule, weights)
    assert again.error == 0
    assert all(np.array_equal(*pair) for pair in zip(weights, again.weights, strict=True))


@pytest.mark.parametrize("size", [0.0, 1.0, 50.0])
def test_organisms_that_do_nothing_or_explode_are_quantised(size):
    weights = random_weights(Rule()) if size else initial_weights(np.random.default_rng(0))
    weights = Weights(*(tensor * np.float32(size or 1) for tensor in weights))
    result = quantise_gptq(Rule(), weights, 24, 24).weights
    for rounded in result:
        np.testing.assert_array_equal(nearest(rounded), rounded)
    # One of the equalisations was chosen. Refitting may have changed the second layer, except for its largest weights.
    candidates = [list(map(scale_of, equalised(weights, share))) for share in OUTPUT_SHARES]
    matching = [scales for scales in candidates if scales[:2] == list(map(scale_of, result[:2]))]
    assert any(scale_of(result[2]) == pytest.approx(scales[2], rel=0.01) for scales in matching)
    assert scale_of(result[3]) == pytest.approx(candidates[0][3], rel=0.01)


@given(st.integers(0, 1000), st.sampled_from([0.0, 1.0]), st.sampled_from(OUTPUT_SHARES))
def test_equalised_weights_compute_the_same(seed, used, share):
    draw = np.random.default_rng(seed)
    weights = random_weights(Rule(), seed)
    times = np.exp(draw.normal(size=128)).astype(np.float32)
    weights = weights._replace(hidden_weight=weights.hidden_weight * times)
    weights.update_weight[5], weights.hidden_weight[:, 6] = 0, 0
    weights = weights._replace(update_weight=weights.update_weight * np.float32(used))
    equal, seen = equalised(weights, share), draw.normal(size=(50, 48)).astype(np.float32)
    assert all(tensor.dtype == np.float32 for tensor in equal)
    np.testing.assert_allclose(update(seen, equal), update(seen, weights), atol=1e-5)
    largest = [np.abs(each.hidden_weight).max(axis=0)[np.arange(128) != 6] for each in (weights, equal)]
    if used:
        assert np.ptp(np.log(largest[1])) < 0.7 * np.ptp(np.log(largest[0]))


def test_an_organism_whose_numbers_overflow_is_quantised():
    weights = random_weights(Rule(), scale=3)._replace(update_bias=np.full(16, 1e30, np.float32))
    with np.errstate(all="ignore"):
        result = quantise_gptq(Rule(), weights, 24, 24).weights
    np.testing.assert_array_equal(nearest(result.hidden_weight), result.hidden_weight)


def test_several_bodies_are_refused_and_one_is_not():
    rule = Rule(signals=("🦎", "tree"))
    organism = Organism(random_weights(rule), rule)
    with pytest.raises(BlastemaError, match=r"choose one with Organism\.with_signal\('🦎'\)"):
        quantise_gptq(rule, organism.weights, 8, 8)
    one = organism.with_signal("tree")
    assert np.isfinite(quantise_gptq(one.rule, one.weights, 8, 8).error)
