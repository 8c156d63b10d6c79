"""Simulations take the steps of the rule."""

import dataclasses
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import Organism, Rule, Simulation, load
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.rule import seed_batch, step
from conftest import random_weights

LIZARD = load("🦎")
NUMPY = choose_engine("numpy")


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 4), max_size=4), st.floats(-3, 3))
def test_steps_agree_with_the_rule_however_they_are_split(seed, parts, angle):
    simulation = Simulation(LIZARD, seed, 9, 11, angle, NUMPY)
    batch = seed_batch([seed], 9, 11)
    for part in parts:
        states = simulation.step(part)
        for _ in range(part):
            batch = step(LIZARD.rule, LIZARD.weights, batch, angle)
        np.testing.assert_allclose(states, batch.states, rtol=0, atol=1e-5)
    assert simulation.age == sum(parts)
    assert np.array_equal(simulation.state, simulation.states[0])


def test_several_seeds_grow_as_they_do_alone():
    simulation = Simulation(LIZARD, [3, 2**32 - 1], 20, 24)
    simulation.step(30)
    for seed, state in zip((3, 2**32 - 1), simulation.states, strict=True):
        assert np.array_equal(state, LIZARD.grow(30, 20, 24, seed))


def test_grids_have_the_training_size_by_default():
    assert Simulation(LIZARD).state.shape == (72, 72, 16)
    small = dataclasses.replace(LIZARD, training={"fit": 10, "pad": 2})
    assert Simulation(small).state.shape == (14, 14, 16)
    assert Simulation(small, width=5).state.shape == (14, 5, 16)


def test_damage_sets_masked_cells_to_zero_and_leaves_earlier_states_alone():
    simulation = Simulation(LIZARD, [1, 2], 12, 12, engine="numpy")
    before = simulation.step(20)
    kept = before.copy()
    mask = np.zeros((2, 12, 12), bool)
    mask[1, :6] = True
    simulation.damage(mask)
    assert np.array_equal(before, kept)
    assert np.array_equal(simulation.states[0], kept[0])
    assert kept[1, :6].any()
    assert not simulation.states[1, :6].any()
    simulation.damage(np.ones((12, 12), bool))
    assert not simulation.states.any()


def test_exploded_grids_are_reported():
    wild = Organism(random_weights(Rule())._replace(update_bias=np.full(16, 1e38, np.float32)))
    simulation = Simulation(wild, [1, 2], 5, 5, engine="numpy")
    assert not simulation.exploded.any()
    simulation.damage(np.array([np.zeros((5, 5)), np.ones((5, 5))]))
    while not simulation.exploded.any() and simulation.age < 50:
        simulation.step()
    assert simulation.exploded.tolist() == [True, False]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"seed": -1}, "seed is -1; it must be a whole number between 0 and 4,294,967,295"),
        ({"seed": [1, 0.5]}, "seed is 0.5; it must be a whole number"),
        ({"seed": []}, "seed is []; give at least one"),
        ({"seed": "7"}, "seed is '7'; it must be a whole number"),
        ({"height": 0}, "height is 0; it must be a whole number between 1 and 65,536"),
        ({"angle": float("nan")}, "angle is nan; it must be a finite number"),
        ({"engine": "abacus"}, "there is no engine 'abacus'"),
    ],
)
def test_invalid_arguments_are_refused(arguments, says):
    with pytest.raises(BlastemaError) as refused:
        Simulation(LIZARD, **arguments)
    assert says in str(refused.value)


def test_invalid_steps_and_masks_are_refused():
    simulation = Simulation(LIZARD, [1, 2], 6, 7)
    for steps in (-1, 1.5, 2**32):
        with pytest.raises(BlastemaError, match="steps"):
            simulation.step(steps)
    with pytest.raises(BlastemaError, match=r"the mask has shape \(7, 6\); it must be \(6, 7\) or \(2, 6, 7\)"):
        simulation.damage(np.ones((7, 6)))


RULE = Rule(channels=8, hidden=20, signals=("🦎", "tree"))
MANY = Organism(random_weights(RULE), RULE, {"target": ["🦎", "🎄"]})


def test_a_signal_can_change_between_steps():
    simulation = Simulation(MANY, [1, 2], 9, 9, engine=NUMPY, signal="tree")
    simulation.step(5)
    simulation.set_signal({"🦎": 0.25, "tree": 0.75})
    simulation.step(5)
    tree, blend = (MANY.with_signal(given) for given in ("tree", {"🦎": 0.25, "tree": 0.75}))
    middle = Simulation(tree, [1, 2], 9, 9, engine=NUMPY)
    middle.step(5)
    last = Simulation.from_batch(blend, middle.batch, engine=NUMPY)
    np.testing.assert_allclose(simulation.states, last.step(5), rtol=0, atol=1e-6)


def test_a_map_gives_each_cell_its_signal():
    left = np.arange(9)[None] < 5
    simulation = Simulation(MANY, 3, 9, 9, engine=NUMPY, signal=np.where(left & np.ones((9, 1), bool), 0, 1))
    whole = Simulation(MANY, 3, 9, 9, engine=NUMPY, signal="🦎")
    simulation.step(1), whole.step(1)
    assert np.array_equal(simulation.state[:, :4], whole.state[:, :4])
    assert not np.array_equal(simulation.step(9), whole.step(9))


def test_the_first_signal_is_the_default():
    assert np.array_equal(*(Simulation(MANY, 1, 9, 9, engine=NUMPY, signal=given).step(6) for given in (None, "🦎")))


def test_an_organism_of_one_body_has_its_target():
    body = MANY.with_signal("tree")
    assert (body.rule.signals, body.record.target, body.training["signal"]) == ((), "🎄", "tree")
    assert MANY.record.target is None
    assert MANY.with_signal({"🦎": 0.5, "tree": 0.5}).record.target is None


@pytest.mark.parametrize(
    ("signal", "says"),
    [
        ("fish", "there is no signal 'fish'; choose 🦎 or tree"),
        ({"tree": 0.5}, "add up to 0.5"),
        (np.zeros((9, 8), int), "the map of signals is int64 (9, 8); it must be whole numbers (9, 9) or (1, 9, 9)"),
        (np.full((9, 9), 2), "the map has the signals 2 to 2; this rule has 0 to 1"),
        (np.zeros((9, 9)), "the map of signals is float64"),
    ],
)
def test_signals_that_do_not_fit_are_refused(signal, says):
    with pytest.raises(BlastemaError, match=re.escape(says)):
        Simulation(MANY, 1, 9, 9, signal=signal)
