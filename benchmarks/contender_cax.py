"""CAX from PyPI, assembled as in its documentation's example of growing neural cellular automata.

Its visible channels are the last four, with alpha last, so Blastema's channels are moved there. Its dropout divides by
the rate; a step size equal to the rate undoes that. `vmap` makes the lizards a batch.
"""

import jax
import jax.numpy as jnp
import numpy as np
import optax
from cax.core import ComplexSystem
from cax.core.perceive import ConvPerceive, grad_kernel, identity_kernel
from cax.core.update import NCAUpdate
from flax import nnx

from workload import LEARNING_RATE, Contender, Work

MOVED = np.r_[4:16, 0:4]


class Growing(ComplexSystem):
    def __init__(self, work: Work, fire_rate: float) -> None:
        rngs = nnx.Rngs(0)
        self.perceive = ConvPerceive(channel_size=16, perception_size=48, feature_group_count=16, rngs=rngs)
        slope_y, slope_x = jnp.split(grad_kernel(ndim=2), 2, axis=-1)
        filters = jnp.concatenate([identity_kernel(ndim=2), slope_x, slope_y], axis=-1)
        self.perceive.conv.kernel = nnx.Param(jnp.tile(filters, 16)[:, :, None])
        self.update = NCAUpdate(16, 48, (128,), cell_dropout_rate=1 - fire_rate, step_size=fire_rate, rngs=rngs)
        hidden, update = self.update.layers
        by_channel = np.arange(48).reshape(3, 16)[:, MOVED].T.reshape(-1)
        hidden.kernel = nnx.Param(jnp.asarray(work.hidden_weight[by_channel])[None, None])
        hidden.bias = nnx.Param(jnp.asarray(work.hidden_bias))
        update.kernel = nnx.Param(jnp.asarray(work.update_weight[:, MOVED])[None, None])
        update.bias = nnx.Param(jnp.asarray(work.update_bias[MOVED]))

    def _step(self, state, input=None, *, sow=False):
        return self.update(state, self.perceive(state), input)


def prepare(work: Work, fire_rate: float) -> Contender:
    system = Growing(work, fire_rate)
    trained = nnx.All(nnx.Param, nnx.PathContains("update"))
    optimiser = nnx.Optimizer(system, optax.adam(LEARNING_RATE), wrt=trained)
    start = jnp.asarray(work.states[..., MOVED])
    target = jnp.asarray(work.target)

    def loss_of(system, start, steps):
        axes = nnx.StateAxes({nnx.RngState: 0, ...: None})
        grow = nnx.vmap(
            lambda system, state: system(state, num_steps=steps), in_axes=(axes, 0), axis_size=len(work.states)
        )
        grow = nnx.split_rngs(splits=len(work.states))(grow)
        return jnp.mean((grow(system, start)[..., 12:] - target) ** 2)

    @nnx.jit(static_argnames="steps")
    def train_step(system, optimiser, start, steps):
        loss, gradient = nnx.value_and_grad(loss_of, argnums=nnx.DiffState(0, trained))(system, start, steps)
        gradient = jax.tree.map(lambda tensor: tensor / (jnp.linalg.norm(tensor) + 1e-8), gradient)
        optimiser.update(system, gradient)
        return loss

    def simulate(steps: int) -> None:
        system(start[0], num_steps=steps).block_until_ready()

    return Contender(lambda steps: float(train_step(system, optimiser, start, steps)), simulate)
