"""Dense JAX: the rule as compiled whole-array code, perception by shifts, steps rematerialised in the backward pass."""

import jax
import jax.numpy as jnp

from blastema.rule import Batch, Rule, Weights, step
from workload import LEARNING_RATE, Contender, Work


def prepare(work: Work, fire_rate: float) -> Contender:
    import optax

    rule = Rule(fire_rate=fire_rate)
    count = len(work.states)
    batch = Batch(jnp.asarray(work.states), jnp.arange(count, dtype=jnp.uint32), jnp.full(count, 200, jnp.uint32))
    one = Batch(batch.states[:1], batch.seeds[:1], batch.ages[:1])
    weights = Weights(*(jnp.asarray(tensor) for tensor in work[2:]))
    optimiser = optax.adam(LEARNING_RATE)
    memory = optimiser.init(weights)
    target = jnp.asarray(work.target)

    def rollout(weights, batch, steps):
        one_step = jax.checkpoint(lambda now, _: (step(rule, weights, now), None))
        return jax.lax.scan(one_step, batch, length=steps)[0]

    def loss_of(weights, steps):
        return jnp.mean((rollout(weights, batch, steps).states[..., :4] - target) ** 2)

    def train_step(weights, memory, steps):
        loss, gradient = jax.value_and_grad(loss_of)(weights, steps)
        gradient = jax.tree.map(lambda tensor: tensor / (jnp.linalg.norm(tensor) + 1e-8), gradient)
        change, memory = optimiser.update(gradient, memory)
        return loss, optax.apply_updates(weights, change), memory

    train_step = jax.jit(train_step, static_argnums=2)
    simulation = jax.jit(rollout, static_argnums=2)

    def train(steps: int) -> float:
        nonlocal weights, memory
        loss, weights, memory = train_step(weights, memory, steps)
        return float(loss)

    def simulate(steps: int) -> None:
        simulation(weights, one, steps).states.block_until_ready()

    return Contender(train, simulate)
