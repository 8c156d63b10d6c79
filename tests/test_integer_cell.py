"""Weights in integers, for the firmware."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.quantisation.eight_bit import perceptions
from blastema.quantisation.integer_cell import integer_cell, meaning, message_ranges
from blastema.rule import Rule, initial_weights, update
from conftest import random_weights


@given(st.floats(0.02, 0.9), st.floats(0.1, 8))
def test_the_alive_threshold_lies_between_two_steps_of_a_message(threshold, size):
    states = np.random.default_rng(0).normal(0, size, (1000, 5))
    ranges, alive_above = message_ranges(states, threshold)
    assert (alive_above + 0.5) * ranges[3] / 127 == pytest.approx(threshold)
    # Few samples are out of reach, unless the threshold would then lie below half a step.
    assert alive_above == 0 or (np.abs(states) > ranges).mean() < 0.001


def test_integers_stand_for_weights_whose_error_is_reported():
    rule, weights = Rule(), random_weights(Rule(), scale=0.02)
    numbers = integer_cell(rule, weights, 24, 24)
    seen = perceptions(rule, weights, 24, 24)
    exact = update(seen, weights)
    error = np.sqrt(np.mean((update(seen, meaning(numbers)) - exact) ** 2))
    assert error == pytest.approx(numbers.error, rel=1e-3)
    assert 0 < error < 0.1 * np.sqrt(np.mean(exact**2))
    assert [tensor.dtype.name for tensor in numbers[:4]] == ["int8", "int16", "int8", "int16"]


def test_an_organism_that_does_nothing_has_zeros():
    numbers = integer_cell(Rule(), initial_weights(np.random.default_rng(0)), 8, 8)
    assert not numbers.update_weight.any()
    assert not numbers.update_bias.any()
    assert numbers.error == 0


@pytest.mark.parametrize("scale", [3.0, 50.0])
def test_an_organism_that_explodes_is_given_numbers_that_fit(scale):
    with np.errstate(all="ignore"):
        numbers = integer_cell(Rule(), random_weights(Rule(), scale=scale), 16, 16)
    assert 1 <= numbers.update_shift <= 24
    assert 2**14 <= numbers.update_factor <= 2**15
    assert (numbers.one > 0).all()
