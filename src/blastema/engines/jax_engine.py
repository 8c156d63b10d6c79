"""The JAX engine: the very functions of `blastema.rule`, compiled, and differentiated by JAX. Extra `[jax]`."""

import os
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from blastema.engines.protocol import Learning, Loss, as_cotangent, check_rollout
from blastema.rule import Batch, Rule, Weights, step

# Rollouts of 64 to 96 steps would each be compiled anew; lengths are rounded up and the rest of the steps left out.
LENGTHS = 32


def _one_thread_on_cpu() -> None:
    """Start JAX's CPU client with one thread, unless NPROC says otherwise or it runs already.

    XLA splits long sums by the number of threads, so gradients, and with them organisms, would differ between machines.
    """
    if "NPROC" not in os.environ:
        os.environ["NPROC"] = "1"
        try:
            jax.devices("cpu")
        finally:
            del os.environ["NPROC"]


_one_thread_on_cpu()


class JaxEngine:
    """Runs wherever JAX does: CPU, GPU, TPU. See `blastema.engines.protocol.Engine`."""

    name = "jax"

    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        check_rollout(rule, weights, batch, steps)
        return _on_host(_grow(rule, _on_device(weights), _on_device(batch), steps, jnp.float32(angle)))

    def learn(self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0) -> Learning:
        check_rollout(rule, weights, batch, steps)
        length = -(-steps // LENGTHS) * LENGTHS
        states, way_back = _forward(rule, length, steps, jnp.float32(angle), _on_device(weights), _on_device(batch))
        final = np.array(states)
        value, cotangent = loss(final)
        gradient, states_gradient = _backward(way_back, jnp.asarray(as_cotangent(cotangent, final)))
        after = Batch(final, np.asarray(batch.seeds), np.asarray(batch.ages) + np.uint32(steps))
        return Learning(float(value), after, _on_host(gradient), np.array(states_gradient))


@partial(jax.jit, static_argnums=0)
def _grow(rule: Rule, weights: Weights, batch: Batch, steps: int, angle: jax.Array) -> Batch:
    return jax.lax.fori_loop(0, steps, lambda _, now: step(rule, weights, now, angle), batch)


@partial(jax.jit, static_argnums=(0, 1))
def _forward(
    rule: Rule, length: int, steps: int, angle: jax.Array, weights: Weights, batch: Batch
) -> tuple[jax.Array, Any]:
    """Return the states after `steps` of at most `length` steps, and the way back from their cotangent."""

    # Only the states between steps are kept; the rest of a step is computed again on the way back.
    @jax.checkpoint
    def one(weights: Weights, now: Batch) -> Batch:
        return step(rule, weights, now, angle)

    def rollout(weights: Weights, states: jax.Array) -> jax.Array:
        def body(now: Batch, index: jax.Array) -> tuple[Batch, None]:
            return jax.lax.cond(index < steps, one, lambda _, same: same, weights, now), None

        start = Batch(states, batch.seeds, batch.ages)
        return jax.lax.scan(body, start, jnp.arange(length))[0].states

    return jax.vjp(rollout, weights, batch.states)


@jax.jit
def _backward(way_back: Any, cotangent: jax.Array) -> Any:
    return way_back(cotangent)


def _on_device(arrays: Any) -> Any:
    return jax.tree.map(jnp.asarray, arrays)


def _on_host(arrays: Any) -> Any:
    return jax.tree.map(np.array, arrays)
