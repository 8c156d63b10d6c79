"""8-bit weights: what is rounded, and what makes up for it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blastema import Organism, Rule, load
from blastema.loss import pixel_loss
from blastema.quantisation.eight_bit import (
    GIVEN,
    compensated,
    equalised,
    from_bytes,
    made_up_for,
    perceptions,
    quantised,
    scale_of,
    to_bytes,
)
from blastema.rule import Weights, initial_weights, update
from blastema.targets import load_target
from conftest import random_weights


def nearest(values):
    return from_bytes(to_bytes(values, scale_of(values)), scale_of(values))


@given(hnp.arrays(np.float32, (5, 3), elements=st.floats(-8, 8, width=32)))
def test_bytes_are_at_most_half_a_step_off_and_exact_the_second_time(values):
    once = nearest(values)
    assert once.dtype == np.float32
    assert np.abs(once - values).max() <= scale_of(values) / 255 / 2 * 1.0001
    np.testing.assert_array_equal(nearest(once), once)


@given(st.integers(0, 1000))
def test_a_layer_makes_up_for_its_errors_on_what_it_is_given(seed):
    draw = np.random.default_rng(seed)
    weight, bias = draw.normal(size=(12, 7)).astype(np.float32), draw.normal(size=7).astype(np.float32)
    # Inputs that vary together, as neighbours' channels do.
    inputs = draw.normal(size=(400, 4)) @ draw.normal(size=(4, 12)) + 0.05 * draw.normal(size=(400, 12))
    exact = inputs @ weight + bias
    errors = []
    for one_weight, one_bias in (compensated(weight, bias, inputs), (nearest(weight), nearest(bias))):
        assert one_weight.dtype == np.float32
        assert (scale_of(one_weight), scale_of(one_bias)) == (scale_of(weight), scale_of(bias))
        np.testing.assert_array_equal(nearest(one_weight), one_weight)
        errors.append(np.square(inputs @ one_weight + one_bias - exact).mean())
    assert errors[0] < 0.7 * errors[1]


def test_the_second_layer_makes_up_for_inputs_that_are_off():
    draw = np.random.default_rng(0)
    weight, bias = draw.normal(size=(12, 7)).astype(np.float32), draw.normal(size=7).astype(np.float32)
    exact = np.maximum(draw.normal(size=(400, 4)) @ draw.normal(size=(4, 12)), 0)
    off = exact + 0.05 * np.maximum(draw.normal(size=exact.shape), 0)
    wanted = exact @ weight + bias
    new_weight, new_bias = made_up_for(weight, bias, off, wanted)
    assert new_weight.dtype == new_bias.dtype == np.float32
    before, after = (np.square(off @ w + b - wanted).mean() for w, b in ((weight, bias), (new_weight, new_bias)))
    assert after < 0.7 * before
    for same, was in zip(made_up_for(weight, bias, exact, wanted), (weight, bias), strict=True):
        np.testing.assert_array_equal(same, was)


def test_without_inputs_the_nearest_bytes_are_taken():
    weight, bias = random_weights(Rule())[:2]
    rounded = compensated(weight, bias, np.zeros((0, len(weight))))
    np.testing.assert_array_equal(rounded[0], nearest(weight))
    np.testing.assert_array_equal(rounded[1], nearest(bias))


@pytest.mark.slow
def test_a_rounded_organism_does_nearly_what_the_exact_one_does():
    organism = load("🦎")
    weights, error = quantised(organism.rule, organism.weights)
    seen = perceptions(organism.rule, organism.weights, 72, 72)
    plain = update(seen, Weights(*map(nearest, organism.weights))) - update(seen, organism.weights)
    assert 0 < error < 0.6 * np.sqrt(np.mean(plain**2))
    losses = [pixel_loss(one.grow(200), load_target("🦎")) for one in (organism, Organism(weights))]
    assert abs(np.log10(losses[1] / losses[0])) < 0.15
    again = quantised(organism.rule, weights)
    assert again.error == 0
    assert all(np.array_equal(*pair) for pair in zip(weights, again.weights, strict=True))


@pytest.mark.parametrize("size", [0.0, 1.0, 50.0])
def test_organisms_that_do_nothing_or_explode_are_rounded_too(size):
    weights = random_weights(Rule()) if size else initial_weights(np.random.default_rng(0))
    weights = Weights(*(tensor * np.float32(size or 1) for tensor in weights))
    found = quantised(Rule(), weights, 24, 24).weights
    for rounded in found:
        np.testing.assert_array_equal(nearest(rounded), rounded)
    # One way to make units alike was taken. The second layer may have been changed to make up for the first, whose
    # largest weights stay.
    ways = [list(map(scale_of, equalised(weights, given))) for given in GIVEN]
    near = [scales for scales in ways if scales[:2] == list(map(scale_of, found[:2]))]
    assert any(scale_of(found[2]) == pytest.approx(scales[2], rel=0.01) for scales in near)
    assert scale_of(found[3]) == pytest.approx(ways[0][3], rel=0.01)


@given(st.integers(0, 1000), st.sampled_from([0.0, 1.0]), st.sampled_from(GIVEN))
def test_units_that_were_made_alike_do_the_same(seed, used, by_given):
    draw = np.random.default_rng(seed)
    weights = random_weights(Rule(), seed)
    times = np.exp(draw.normal(size=128)).astype(np.float32)
    weights = weights._replace(hidden_weight=weights.hidden_weight * times)
    weights.update_weight[5], weights.hidden_weight[:, 6] = 0, 0
    weights = weights._replace(update_weight=weights.update_weight * np.float32(used))
    alike, seen = equalised(weights, by_given), draw.normal(size=(50, 48)).astype(np.float32)
    assert all(tensor.dtype == np.float32 for tensor in alike)
    np.testing.assert_allclose(update(seen, alike), update(seen, weights), atol=1e-5)
    largest = [np.abs(one.hidden_weight).max(axis=0)[np.arange(128) != 6] for one in (weights, alike)]
    if used:
        assert np.ptp(np.log(largest[1])) < 0.7 * np.ptp(np.log(largest[0]))


def test_an_organism_whose_numbers_overflow_is_rounded_too():
    weights = random_weights(Rule(), scale=3)._replace(update_bias=np.full(16, 1e30, np.float32))
    with np.errstate(all="ignore"):
        found = quantised(Rule(), weights, 24, 24).weights
    np.testing.assert_array_equal(nearest(found.hidden_weight), found.hidden_weight)
