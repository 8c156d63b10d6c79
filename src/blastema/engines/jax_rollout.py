"""Rollouts of the JAX engine, compiled: every device runs them on its blocks of its grids."""

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.sharding import Mesh, PartitionSpec

from blastema.engines.jax_arrays import AXES, batch_specs, spec
from blastema.engines.jax_block import Block, back_block, step_block
from blastema.rule import Batch, Weights

# How tapes are divided, whose first dimensions are grids and steps; what all devices have is not divided.
TAPE: Any = PartitionSpec(AXES[0], None, *AXES[1:])
WHOLE = PartitionSpec()


class Tape(NamedTuple):
    """What the backward pass needs of the steps of a grid.

    Attributes:
        states: before each step, `(step, height, width, channel)`.
        lives: which cells were alive after it, bool `(step, height, width)`.
    """

    states: jax.Array
    lives: jax.Array


@partial(jax.jit, static_argnums=(0, 1), donate_argnums=3)
def grow(block: Block, mesh: Mesh, weights: Weights, batch: Batch, steps: int, angle: jax.Array) -> Batch:
    """Return the batch, which may be overwritten, after `steps` CA steps."""

    def of_device(weights: Weights, batch: Batch, steps: jax.Array, angle: jax.Array) -> Batch:
        def rollout(grid: Batch) -> Batch:
            return jax.lax.fori_loop(0, steps, lambda _, now: step_block(block, weights, now, angle)[0], grid)

        return _each(block, rollout, batch)

    specs = batch_specs(batch)
    return _shared(of_device, mesh, (WHOLE, specs, WHOLE, WHOLE), specs)(weights, batch, steps, angle)


@partial(jax.jit, static_argnums=(0, 1, 2))
def forward(
    block: Block, mesh: Mesh, length: int, weights: Weights, batch: Batch, steps: int, angle: jax.Array
) -> tuple[jax.Array, Tape]:
    """Return the states after `steps` of at most `length` steps, and the tape of each grid."""

    def of_device(weights: Weights, batch: Batch, steps: jax.Array, angle: jax.Array) -> tuple[jax.Array, Tape]:
        def rollout(grid: Batch) -> tuple[jax.Array, Tape]:
            def record(index: jax.Array, sofar: tuple[Batch, Tape]) -> tuple[Batch, Tape]:
                now, tape = sofar
                after, lives = step_block(block, weights, now, angle)
                return after, Tape(tape.states.at[index].set(now.states), tape.lives.at[index].set(lives))

            shape = (length, *grid.states.shape)
            blank = Tape(jnp.zeros(shape, jnp.float32), jnp.zeros(shape[:3], bool))
            last, tape = jax.lax.fori_loop(0, steps, record, (grid, blank))
            return last.states, tape

        return _each(block, rollout, batch)

    given, returned = (WHOLE, batch_specs(batch), WHOLE, WHOLE), (spec(3), Tape(TAPE, TAPE))
    return _shared(of_device, mesh, given, returned)(weights, batch, steps, angle)


@partial(jax.jit, static_argnums=(0, 1), donate_argnums=5)
def backward(
    block: Block,
    mesh: Mesh,
    weights: Weights,
    batch: Batch,
    tape: Tape,
    cotangent: jax.Array,
    steps: int,
    angle: jax.Array,
) -> tuple[Weights, jax.Array]:
    """Return the gradients of the weights, by grid and block, and those of the states before the rollout."""

    def of_device(
        weights: Weights, batch: Batch, tape: Tape, last: jax.Array, steps: jax.Array, angle: jax.Array
    ) -> Any:
        def rollout(grid: tuple[Batch, Tape, jax.Array]) -> tuple[Weights, jax.Array]:
            first, tape, last = grid

            def carry(index: jax.Array, sums: tuple[Weights, jax.Array]) -> tuple[Weights, jax.Array]:
                gradient, states = sums
                step = steps - 1 - index
                before = first._replace(states=tape.states[step], ages=first.ages + step.astype(jnp.uint32))
                more, states = back_block(block, weights, before, tape.lives[step], states, angle)
                return jax.tree.map(jnp.add, gradient, more), states

            zeros = jax.tree.map(jnp.zeros_like, weights)
            gradient, states = jax.lax.fori_loop(0, steps, carry, (zeros, last))
            return jax.tree.map(lambda array: array[None, None], gradient), states

        return _each(block, rollout, (batch, tape, last))

    given = (WHOLE, batch_specs(batch), Tape(TAPE, TAPE), spec(3), WHOLE, WHOLE)
    return _shared(of_device, mesh, given, (spec(3), spec(3)))(weights, batch, tape, cotangent, steps, angle)


def _each(block: Block, function: Callable[[Any], Any], grids: Any) -> Any:
    """Call a function for each grid of a device, together or one after the other."""
    return jax.vmap(function)(grids) if block.together else jax.lax.map(function, grids)


def _shared(function: Callable[..., Any], mesh: Mesh, given: Any, returned: Any) -> Callable[..., Any]:
    """Return a function that every device runs on its part of the arrays."""
    return jax.shard_map(function, mesh=mesh, in_specs=given, out_specs=returned, check_vma=False)
