"""The rule and its gradients in double precision, the reference for engines that compute in single precision.

At a kink (a hidden unit at zero, an alpha at the alive threshold) rounding decides which side is taken, and the
gradients of the two sides differ by more than rounding. Which side it is depends on the processor. So gradients are
compared on states whose rollouts stay clear of all kinks.
"""

from functools import cache

import numpy as np

from blastema.engines import ValueAndGrad
from blastema.rule import ALPHA, Batch, alive, fires, perceive, step
from blastema.rule.signal import hidden_bias_of
from conftest import random_states, random_weights

# States after 12 steps in single precision were off by 4e-7, on x86-64-v2 and v3 and in NumPy.
CLEARANCE = 2e-6
# Relative to the norm of a gradient; measured after 12 steps: 5e-7 on x86-64-v2 and v3 and in NumPy.
TOLERANCE = 1e-4


def batch_of(rule, height, width, count=3, seed=0, signals=None):
    """Return a batch of random states, with signals of a kind: None, `mixture` or `map`."""
    states = random_states(rule, count, height, width, seed)
    seeds, ages = np.arange(count, dtype=np.uint32) * 7919, np.arange(count, dtype=np.uint32) * 100
    draw = np.random.default_rng([seed, 1])
    if signals == "mixture":
        signals = draw.dirichlet(np.ones(len(rule.signals)), count).astype(np.float32)
    elif signals == "map":
        signals = draw.integers(len(rule.signals), size=(count, height, width), dtype=np.uint8)
    return Batch(states, seeds, ages, signals)


def wish(states):
    """A loss that depends on every number of the states, and its gradient."""
    weight = np.cos(np.arange(states.size, dtype=np.float32)).reshape(states.shape) / states.size
    return float((np.sin(states) * weight).sum()), np.cos(states) * weight


def in_double(arrays):
    return type(arrays)(*(array.astype(float) if is_float(array) else array for array in arrays))


def is_float(array):
    return array is not None and array.dtype == np.float32


def clearance(rule, weights, batch, steps, angle):
    """Return the smallest distance of the rollout from a kink."""
    weights, batch, nearest = in_double(weights), in_double(batch), np.inf
    for _ in range(steps):
        _, height, width, _ = batch.states.shape
        acts = fires(batch.seeds, batch.ages, height, width, rule.fire_rate)
        acts &= alive(batch.states, rule.alive_threshold, rule.edge)[..., 0]
        hidden = perceive(batch.states, rule.filters, angle, rule.edge) @ weights.hidden_weight
        hidden = (hidden + hidden_bias_of(weights, batch.signals))[acts]
        batch = step(rule, weights, batch, angle)
        alpha = np.abs(batch.states[..., ALPHA] - rule.alive_threshold).min()
        nearest = min(nearest, alpha, np.abs(hidden).min(initial=np.inf))
    return nearest


@cache
def judged(rule, height, width, steps, angle, signals=None):
    """Return weights, a batch whose rollout stays clear of kinks, and the expected result for the loss `wish`."""
    weights = random_weights(rule)
    batches = (batch_of(rule, height, width, seed=seed, signals=signals) for seed in range(100))
    batch = next(batch for batch in batches if clearance(rule, weights, batch, steps, angle) > CLEARANCE)
    value_and_grad = compiled(rule, steps)
    (value, states), (gradient, states_gradient) = value_and_grad(in_double(weights), in_double(batch), angle)
    return weights, batch, ValueAndGrad(value, Batch(states, None, None), gradient, states_gradient)


@cache
def compiled(rule, steps):
    """Return a compiled function that gives loss, final states and gradients of a rollout, for any angle."""
    import jax  # here, since the tests under sanitizers do without it
    import jax.numpy as jnp

    def loss(weights, states, batch, angle):
        start = batch._replace(states=states)
        last, _ = jax.lax.scan(lambda now, _: (step(rule, weights, now, angle), None), start, length=steps)
        weight = jnp.cos(jnp.arange(states.size, dtype=jnp.float64)).reshape(states.shape) / states.size
        return (jnp.sin(last.states) * weight).sum(), last.states

    # Compiling takes longer than running; without optimisations it takes little more than half the time.
    quickly = {"xla_backend_optimization_level": 0}
    value_and_grad = jax.jit(jax.value_and_grad(loss, (0, 1), has_aux=True), compiler_options=quickly)

    def run(weights, batch, angle):
        with jax.enable_x64(True):
            return jax.tree.map(np.asarray, value_and_grad(weights, batch.states, batch, angle))

    return run


def assert_close(result, expected):
    """Assert that two results of `Engine.value_and_grad` are equal up to rounding."""
    np.testing.assert_allclose(result.loss, expected.loss, rtol=0, atol=1e-6)
    np.testing.assert_allclose(result.batch.states, expected.batch.states, rtol=0, atol=1e-5)
    pairs = zip((*result.gradient, result.states_gradient), (*expected.gradient, expected.states_gradient), strict=True)
    for gradient, judged in pairs:
        if judged.size == 0:  # of the signal bias, without signals
            continue
        assert np.linalg.norm(judged) > 0
        assert np.linalg.norm(gradient - judged) < TOLERANCE * np.linalg.norm(judged)
