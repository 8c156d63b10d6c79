"""The JAX engine: the functions of `blastema.rule` themselves, compiled and differentiated by JAX. Extra `[jax]`."""

import math
import os
import time
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from blastema.engines.protocol import (
    Loss,
    ValueAndGrad,
    check_finite,
    check_rollout,
    evaluate,
    says_when_memory_runs_out,
)
from blastema.rule import Batch, Rule, Weights, step

# Each length would be compiled separately, so lengths are rounded up to a multiple of this and the excess is skipped.
LENGTHS = 32

# Most cells times steps per call of the device, about a second of work for one core: Ctrl-C cannot interrupt a call.
CELL_STEPS = 1_000_000


def _one_thread_on_cpu() -> None:
    """Start JAX's CPU client with one thread, unless NPROC is set or the client already runs.

    XLA splits long sums by the number of threads, so gradients, and with them trained organisms, would differ between
    machines.
    """
    if "NPROC" not in os.environ:
        os.environ["NPROC"] = "1"
        try:
            jax.devices("cpu")
        finally:
            del os.environ["NPROC"]


class JaxEngine:
    """Runs wherever JAX does: CPU, GPU, TPU. See `blastema.engines.protocol.Engine`.

    Ctrl-C ends a call at once, except while XLA compiles; the device still finishes the call in progress.
    """

    name = "jax"

    def __init__(self) -> None:
        _one_thread_on_cpu()

    @says_when_memory_runs_out
    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Take CA steps; see `Engine.grow`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        check_finite(batch.states)
        at_once = max(1, CELL_STEPS // math.prod(batch.states.shape[:3]))
        now, device_weights = _on_device(batch), _on_device(weights)
        for done in range(0, steps, at_once):
            now = _grow(rule, device_weights, now, min(at_once, steps - done), jnp.float32(angle))
            _wait(now)
        return _on_host(now)

    @says_when_memory_runs_out
    def value_and_grad(
        self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0
    ) -> ValueAndGrad:
        """Take CA steps and carry the gradient of the loss back through them; see `Engine.value_and_grad`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        check_finite(batch.states)
        length = -(-steps // LENGTHS) * LENGTHS
        states, vjp = _forward(rule, length, steps, jnp.float32(angle), _on_device(weights), _on_device(batch))
        _wait(states)
        final = np.array(states)
        value, cotangent = evaluate(loss, final)
        gradient, states_gradient = _backward(vjp, jnp.asarray(cotangent))
        _wait(states_gradient)
        after = batch._replace(states=final, ages=batch.ages + np.uint32(steps))
        return ValueAndGrad(value, after, _on_host(gradient), np.array(states_gradient))


@partial(jax.jit, static_argnums=0)
def _grow(rule: Rule, weights: Weights, batch: Batch, steps: int, angle: jax.Array) -> Batch:
    return jax.lax.fori_loop(0, steps, lambda _, now: step(rule, weights, now, angle), batch)


@partial(jax.jit, static_argnums=(0, 1))
def _forward(
    rule: Rule, length: int, steps: int, angle: jax.Array, weights: Weights, batch: Batch
) -> tuple[jax.Array, Any]:
    """Return the states after `steps` of at most `length` steps, and their vector-Jacobian product."""

    # Only the states between steps are kept; the backward pass recomputes the rest.
    @jax.checkpoint
    def checkpointed_step(weights: Weights, now: Batch) -> Batch:
        return step(rule, weights, now, angle)

    def rollout(weights: Weights, states: jax.Array) -> jax.Array:
        def body(now: Batch, index: jax.Array) -> tuple[Batch, None]:
            return jax.lax.cond(index < steps, checkpointed_step, lambda _, same: same, weights, now), None

        return jax.lax.scan(body, batch._replace(states=states), jnp.arange(length))[0].states

    return jax.vjp(rollout, weights, batch.states)


@jax.jit
def _backward(vjp: Any, cotangent: jax.Array) -> Any:
    return vjp(cotangent)


def _wait(arrays: Any) -> None:
    """Wait until the device has computed the arrays. JAX's own wait would keep Python from handling signals."""
    pause = 1e-4
    while not all(array.is_ready() for array in jax.tree.leaves(arrays)):
        time.sleep(pause)
        pause = min(1.1 * pause, 0.02)


def _on_device(arrays: Any) -> Any:
    return jax.tree.map(jnp.asarray, arrays)


def _on_host(arrays: Any) -> Any:
    return jax.tree.map(np.array, arrays)
