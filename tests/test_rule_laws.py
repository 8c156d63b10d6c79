"""Laws of the rule that hold whatever its constants are."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.errors import BlastemaError
from blastema.rule import Batch, Rule, Weights, alive, fires, initial_weights, mix, perceive, seed_state, step
from blastema.rule.perception import FILTERS, Filter, cross_correlate, kernels
from conftest import random_states, random_weights

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.tuples(st.integers(1, 9), st.integers(1, 9))
EDGES = st.sampled_from(["dead", "wrap"])


def batch_of(states, seed=1, age=0):
    count = len(states)
    return Batch(states, np.full(count, seed, np.uint32), np.full(count, age, np.uint32))


@given(SEEDS, SIZES, EDGES)
def test_without_firing_only_dead_cells_change(seed, size, edge):
    rule = Rule(fire_rate=0.0, edge=edge)
    states = random_states(rule, 2, *size, seed=seed)
    after = step(rule, random_weights(rule), batch_of(states, seed)).states
    assert np.array_equal(after, np.where(alive(states, 0.1, edge), states, 0))


@given(SEEDS, SIZES, EDGES)
def test_a_seed_state_does_not_change_under_initial_weights(seed, size, edge):
    rule = Rule(edge=edge)
    weights = initial_weights(np.random.default_rng(seed))
    states = seed_state(*size)[None]
    assert np.array_equal(step(rule, weights, batch_of(states, seed)).states, states)


@given(SEEDS, SIZES, EDGES)
def test_dead_cells_are_exactly_zero(seed, size, edge):
    rule = Rule(edge=edge)
    states = random_states(rule, 1, *size, seed=seed)
    before = alive(states, 0.1, edge)
    after = step(rule, random_weights(rule, seed), batch_of(states, seed)).states
    assert (after[~np.broadcast_to(before, after.shape)] == 0).all()
    assert (after[~np.broadcast_to(alive(after, 0.1, edge), after.shape)] == 0).all()


@given(SEEDS, st.integers(-4, 4), st.integers(-4, 4))
def test_wrapped_grids_are_translation_equivariant(seed, down, right):
    rule = Rule(edge="wrap", fire_rate=1.0)
    # Small binary fractions, whose sums are exact: BLAS may sum in another order at the end of a matrix.
    draw = np.random.default_rng(seed)
    weights = Weights(*(draw.choice(np.float32([-0.5, 0, 0.5]), tensor.shape) for tensor in random_weights(rule)))
    states = np.round(random_states(rule, 1, 6, 7, seed=seed) * 4) / 4
    moved = np.roll(states, (down, right), (1, 2))
    expected = np.roll(step(rule, weights, batch_of(states)).states, (down, right), (1, 2))
    assert not np.array_equal(expected, np.roll(states, (down, right), (1, 2)))
    assert np.array_equal(step(rule, weights, batch_of(moved)).states, expected)


@given(SEEDS, EDGES, st.sampled_from([0.0, 0.4, -1.3]))
def test_rotating_grid_and_perception_by_90_degrees_rotates_the_result(seed, edge, angle):
    # np.rot90 rotates counter-clockwise: Sx becomes what Sy was, Sy becomes -Sx, and a + 90° undoes both.
    rule = Rule(edge=edge, fire_rate=1.0)
    weights, states = random_weights(rule, seed), random_states(rule, 1, 5, 6, seed=seed)
    rotated = np.rot90(states, axes=(1, 2)).copy()
    expected = np.rot90(step(rule, weights, batch_of(states), angle).states, axes=(1, 2))
    after = step(rule, weights, batch_of(rotated), angle + math.pi / 2).states
    np.testing.assert_allclose(after, expected, atol=1e-5)


@given(SEEDS, st.permutations(range(4, 16)))
def test_permuting_hidden_channels_permutes_the_result(seed, order):
    rule = Rule()
    weights, states = random_weights(rule, seed), random_states(rule, 1, 5, 6, seed=seed)
    places = np.array([0, 1, 2, 3, *order])
    rows = np.concatenate([places + 16 * index for index in range(3)])
    shuffled = weights._replace(
        hidden_weight=weights.hidden_weight[rows],
        update_weight=weights.update_weight[:, places],
        update_bias=weights.update_bias[places],
    )
    expected = step(rule, weights, batch_of(states)).states[..., places]
    np.testing.assert_allclose(step(rule, shuffled, batch_of(states[..., places])).states, expected, atol=1e-5)


@given(SEEDS, EDGES)
def test_influence_reaches_at_most_two_cells_per_step(seed, edge):
    # One through perception, one more because the change decides which cells are alive.
    rule = Rule(edge=edge, fire_rate=1.0)
    weights = random_weights(rule, seed)
    states = random_states(rule, 1, 11, 11, seed=seed)
    disturbed = states.copy()
    disturbed[0, 5, 5] += np.random.default_rng(seed).normal(size=16).astype(np.float32)
    changed = (step(rule, weights, batch_of(states)).states != step(rule, weights, batch_of(disturbed)).states).any(-1)[
        0
    ]
    rows, columns = np.nonzero(changed)
    assert len(rows)
    assert max(abs(rows - 5).max(), abs(columns - 5).max()) <= 2


def test_influence_can_reach_two_cells_per_step():
    # In row 3, cell 6 fades and cell 5 would die with it, unless cell 4 becomes mature, which depends on cell 3.
    rule = Rule(fire_rate=1.0)
    weights = random_weights(rule)
    weights = weights._replace(**{name: np.zeros_like(getattr(weights, name)) for name in weights._fields})
    weights.hidden_weight[16 + 4, 0], weights.update_weight[0, 3] = 8.0, 1.0
    weights.hidden_weight[5, 1], weights.update_weight[1, 3] = 1.0, -2.0
    states = np.zeros((2, 7, 8, 16), np.float32)
    states[:, 3, 3, 3] = states[:, 3, 6, 3] = 1.0
    states[:, 3, 6, 5] = states[:, 3, 5, 6] = 1.0
    states[1, 3, 3, 4] = -1.0
    after = step(rule, weights, batch_of(states)).states
    assert not after[0, 3, 5].any()
    assert after[1, 3, 5, 6] == 1.0


@given(SEEDS, SIZES, st.floats(0, 1))
def test_firing_is_a_pure_function_of_seed_age_and_position(seed, size, rate):
    height, width = size
    whole = fires(np.array([seed], np.uint32), np.array([3], np.uint32), 9, 9, rate)
    part = fires(np.array([5, seed], np.uint32), np.array([1, 3], np.uint32), height, width, rate)
    assert np.array_equal(whole[0, :height, :width], part[1])


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_cells_fire_at_the_rate_and_independently(rate):
    seeds, ages = np.arange(20, dtype=np.uint32), np.full(20, 7, np.uint32)
    mask = fires(seeds, ages, 200, 200, rate)
    assert abs(mask.mean() - rate) < 0.002
    if 0 < rate < 1:
        later = fires(seeds, ages + np.uint32(1), 200, 200, rate)
        for first, second in (
            (mask[:, 1:], mask[:, :-1]),
            (mask[..., 1:], mask[..., :-1]),
            (mask[1:], mask[:-1]),
            (mask, later),
        ):
            assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 0.005


def test_the_hash_has_no_collisions_below_2_to_the_20():
    hashed = mix(np.arange(2**20, dtype=np.uint32))
    assert len(np.unique(hashed)) == 2**20


@given(SEEDS, SIZES, EDGES)
def test_perception_is_linear(seed, size, edge):
    filters = ("identity", "sobel_x", "sobel_y", "laplacian")
    first, second = random_states(Rule(), 2, *size, seed=seed)
    expected = perceive(first, filters, 0.3, edge) * 2 + perceive(second, filters, 0.3, edge)
    np.testing.assert_allclose(perceive(first * 2 + second, filters, 0.3, edge), expected, atol=1e-5)


def test_filters_measure_slopes_and_curvature():
    rows, columns = np.mgrid[:7, :8].astype(np.float32)
    plane = (3 * columns - 2 * rows + 1)[..., None]
    bowl = (columns**2 + rows**2)[..., None]

    def measured(state, name, angle=0.0):
        return cross_correlate(state, FILTERS[name].taps(angle), "dead")[1:-1, 1:-1]

    np.testing.assert_allclose(measured(plane, "sobel_x"), 3, atol=1e-5)
    np.testing.assert_allclose(measured(plane, "sobel_y"), -2, atol=1e-5)
    np.testing.assert_allclose(measured(plane, "sobel_x", math.pi / 2), 2, atol=1e-5)
    np.testing.assert_allclose(measured(plane, "laplacian"), 0, atol=1e-5)
    assert (measured(bowl, "laplacian") > 0).all()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"channels": 3}, "channels of a rule is 3; it must be a whole number from 4 to 1024"),
        ({"fire_rate": 1.5}, "fire_rate of a rule is 1.5; it must be a number from 0 to 1"),
        ({"fire_rate": math.nan}, "fire_rate of a rule is nan"),
        ({"edge": "round"}, "edge of a rule is 'round'; it must be dead or wrap"),
        (
            {"filters": ("identity", "gabor")},
            "there is no filter 'gabor'; use identity, sobel_x, sobel_y, laplacian",
        ),
        ({"filters": ("identity", "identity")}, "filters of a rule are identity, identity; each may appear only once"),
        ({"filters": ()}, "filters of a rule is (); it must be a list of identity, "),
        ({"filters": "identity"}, "filters of a rule is 'identity'; it must be a list of identity"),
        ({"filters": (Filter("sobel_x", np.eye(3)),)}, "sobel_x is the name of a built-in filter"),
    ],
)
def test_invalid_rules_are_refused(wrong, says):
    with pytest.raises(BlastemaError) as refused:
        Rule(**wrong)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (("1st", np.eye(3)), "invalid filter name '1st'; use letters"),
        (("a" * 41, np.eye(3)), "is too long; use at most 40 characters"),
        (("mine", np.eye(2)), "fixed of filter mine is"),
        (("mine", [[math.nan] * 3] * 3), "it must be 3 rows of 3 numbers"),
        (("mine", [[1, 2, 3], [4, 5, 6], ["a", 7, 8]]), "it must be 3 rows of 3 numbers"),
        (("mine", [["1"] * 3] * 3), "it must be 3 rows of 3 numbers"),
        (("mine", [[10**400, 0, 0]] * 3), "it must be 3 rows of 3 numbers"),
        (("mine", [[1], [2, 3]]), "it must be 3 rows of 3 numbers"),
        (("mine",), "filter mine is zero everywhere"),
    ],
)
def test_invalid_filters_are_refused(wrong, says):
    with pytest.raises(BlastemaError) as refused:
        Filter(*wrong)
    assert says in str(refused.value)


def test_filters_are_compared_by_their_matrices_and_built_in_ones_stored_by_name():
    mine = Filter("ridge", fixed=np.array([[0, -1, 0], [0, 2, 0], [0, -1, 0]]))
    assert mine == Filter("ridge", [[0, -1, -0.0], [0, 2, 0], [0, -1, 0]])
    rule = Rule(filters=("identity", mine))
    assert rule == Rule(filters=(FILTERS["identity"], mine))
    assert hash(rule) == hash(Rule(filters=(FILTERS["identity"], mine)))
    assert rule.perception == 32


@given(SEEDS, st.floats(-7, 7), st.integers(0, 2**32 - 1))
def test_the_kernel_of_a_filter_rotates_with_the_angle(seed, angle, draw):
    fixed, along, across = np.random.default_rng(draw).normal(size=(3, 3, 3))
    mine = Filter("mine", fixed, along, across)
    state = random_states(Rule(), 1, 5, 6, seed=seed)[0].astype(np.float64)
    parts = [perceive(state, (Filter("part", matrix),), 0.0, "wrap") for matrix in (fixed, along, across)]
    expected = parts[0] + math.cos(angle) * parts[1] + math.sin(angle) * parts[2]
    np.testing.assert_allclose(perceive(state, (mine,), angle, "wrap"), expected, atol=1e-9)
    kernel = fixed + math.cos(angle) * along + math.sin(angle) * across
    np.testing.assert_allclose(kernels(("identity", mine), angle)[1], kernel, rtol=1e-5, atol=1e-6)
