"""One rule, many engines: JAX judges gradients, and each engine judges the others."""

import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.rule import Batch, Rule, fires, step
from conftest import random_states, random_weights

NATIVE, NUMPY, JAX = (choose_engine(name) for name in ("native", "numpy", "jax"))
RULES = [
    Rule(),
    Rule(edge="wrap"),
    Rule(
        channels=8, hidden=20, filters=("identity", "laplacian", "sobel_x", "sobel_y"), fire_rate=0.7, alive_above=0.2
    ),
]
IDS = ["dead", "wrap", "narrow"]


def batch_of(rule, height, width, count=3):
    states = random_states(rule, count, height, width)
    return Batch(states, np.arange(count, dtype=np.uint32) * 7919, np.arange(count, dtype=np.uint32) * 100)


@pytest.mark.parametrize("rule", RULES, ids=IDS)
@pytest.mark.parametrize("angle", [0.0, 0.9, -2.5])
@pytest.mark.parametrize("size", [(9, 9), (7, 12), (1, 5)])
def test_engines_agree_after_ten_steps(rule, angle, size):
    batch, weights = batch_of(rule, *size), random_weights(rule)
    one, *others = (engine.grow(rule, weights, batch, 10, angle) for engine in (NUMPY, JAX, NATIVE))
    for other in others:
        np.testing.assert_allclose(one.states, other.states, rtol=0, atol=1e-5)
        assert np.array_equal(one.ages, other.ages)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_fire_masks_are_equal_bit_for_bit(seed, age, rate):
    seeds, ages = np.array([seed, 1], np.uint32), np.array([age, 2], np.uint32)
    compiled = jax.jit(fires, static_argnums=(2, 3, 4))
    assert np.array_equal(
        fires(seeds, ages, 17, 30, rate), compiled(jnp.asarray(seeds), jnp.asarray(ages), 17, 30, rate)
    )


def wish(states):
    """A loss that minds every channel."""
    return jnp.sum(jnp.sin(states) * jnp.arange(states.size).reshape(states.shape) / states.size)


@pytest.mark.parametrize("rule", RULES, ids=IDS)
@pytest.mark.parametrize("angle", [0.0, 0.9, -2.5])
@pytest.mark.parametrize("size", [(8, 8), (6, 11)])
def test_gradients_are_those_of_jax(rule, angle, size):
    batch, weights = batch_of(rule, *size), random_weights(rule)

    def loss_of(weights, states):
        now = jax.tree.map(jnp.asarray, batch)._replace(states=states)
        last, _ = jax.lax.scan(lambda now, _: (step(rule, weights, now, angle), None), now, length=12)
        return wish(last.states)

    value, (gradient, states_gradient) = jax.value_and_grad(loss_of, (0, 1))(weights, jnp.asarray(batch.states))
    for engine in (NUMPY, JAX, NATIVE):
        learning = engine.learn(rule, weights, batch, 12, jax.value_and_grad(wish), angle)
        assert learning.loss == pytest.approx(float(value), rel=1e-4)
        pairs = [*zip(learning.gradient, gradient, strict=True), (learning.states_gradient, states_gradient)]
        for found, expected in pairs:
            assert np.linalg.norm(expected) > 0
            assert np.linalg.norm(found - expected) < 1e-4 * np.linalg.norm(expected)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
def test_a_rollout_can_be_split(engine):
    rule = RULES[1]
    batch, weights = batch_of(rule, 8, 9), random_weights(rule)
    whole = engine.learn(rule, weights, batch, 40, jax.value_and_grad(wish))
    middle = engine.grow(rule, weights, batch, 15)
    late = engine.learn(rule, weights, middle, 25, jax.value_and_grad(wish))
    early = engine.learn(rule, weights, batch, 15, lambda _: (0.0, late.states_gradient))
    np.testing.assert_allclose(late.batch.states, whole.batch.states, atol=1e-5)
    for one, two, both in zip(early.gradient, late.gradient, whole.gradient, strict=True):
        assert np.linalg.norm(one + two - both) < 1e-4 * np.linalg.norm(both)
    difference = np.linalg.norm(early.states_gradient - whole.states_gradient)
    assert difference < 1e-4 * np.linalg.norm(whole.states_gradient)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
def test_what_is_passed_in_stays_as_it_is(engine):
    rule = Rule()
    batch, weights = batch_of(rule, 6, 6), random_weights(rule)
    copies = [array.copy() for array in (*batch, *weights)]
    engine.grow(rule, weights, batch, 3)
    engine.learn(rule, weights, batch, 3, jax.value_and_grad(wish))
    assert all(np.array_equal(*pair) for pair in zip(copies, (*batch, *weights), strict=True))


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
def test_no_steps_change_nothing(engine):
    rule = Rule()
    batch, weights = batch_of(rule, 5, 6), random_weights(rule)
    assert np.array_equal(engine.grow(rule, weights, batch, 0).states, batch.states)
    learning = engine.learn(rule, weights, batch, 0, jax.value_and_grad(wish))
    assert not any(tensor.any() for tensor in learning.gradient)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda b: b._replace(states=b.states[0]),
            "states have shape (6, 6, 16); needed are (batch, height, width, 16)",
        ),
        (lambda b: b._replace(states=b.states[..., :8]), "states have shape (3, 6, 6, 8)"),
        (lambda b: b._replace(states=b.states[:0]), "a batch of at least 1"),
        (lambda b: b._replace(states=b.states[:, :0]), "grids of 1x1 to 65536x65536"),
        (lambda b: b._replace(seeds=b.seeds[:2]), "3 states came with (2,) seeds and (3,) ages; give one each"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(engine, change, says):
    rule = Rule()
    with pytest.raises(BlastemaError) as refused:
        engine.grow(rule, random_weights(rule), change(batch_of(rule, 6, 6)), 1)
    assert says in str(refused.value)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
@pytest.mark.parametrize("steps", [-1, 2.5, "3"])
def test_steps_that_cannot_be_taken_are_refused(engine, steps):
    rule = Rule()
    with pytest.raises(BlastemaError, match=f"{steps} steps cannot be taken; ask for a whole number, 0 or more"):
        engine.grow(rule, random_weights(rule), batch_of(rule, 6, 6), steps)


@pytest.mark.parametrize("engine", [NATIVE, NUMPY, JAX], ids=lambda engine: engine.name)
def test_weights_that_are_not_finite_are_refused(engine):
    rule = Rule()
    weights = random_weights(rule)
    weights.update_weight[3, 4] = np.inf
    with pytest.raises(BlastemaError, match="update_weight has numbers that are not finite"):
        engine.grow(rule, weights, batch_of(rule, 6, 6), 1)


def test_a_cotangent_of_another_shape_is_refused():
    rule = Rule()
    with pytest.raises(BlastemaError, match=r"the loss gave a gradient of shape \(2,\) for states of shape"):
        NATIVE.learn(rule, random_weights(rule), batch_of(rule, 5, 5), 1, lambda _: (0.0, np.zeros(2)))


def test_an_unknown_engine_is_refused_by_name():
    with pytest.raises(BlastemaError, match=r"there is no engine 'cuda'; choose one of native, numpy, jax"):
        choose_engine("cuda")


FINGERPRINT = """
import hashlib, os, sys, numpy as np
if sys.argv[2] == "1" and hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
from blastema.engines import choose_engine
from blastema.rule import Rule, initial_weights, seed_batch
draw = np.random.default_rng(0)
weights = initial_weights(draw)._replace(update_weight=draw.normal(size=(128, 16)).astype("f4") * 0.02)
batch = seed_batch([1, 2, 3, 4], 40, 40)
batch = choose_engine("numpy").grow(Rule(), weights, batch, 30)
def loss(states):
    return float((states**2).sum()), 2 * states
learning = choose_engine(sys.argv[1]).learn(Rule(), weights, batch, 20, loss)
print(hashlib.sha256(b"".join(t.tobytes() for t in (*learning.gradient, learning.batch.states))).hexdigest())
"""


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["native", "numpy", "jax"])
def test_the_number_of_threads_changes_no_bit(engine):
    found = {
        subprocess.run(
            [sys.executable, "-c", FINGERPRINT, engine, threads],
            env=os.environ | {"OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2", "3")
    }
    assert len(found) == 1
