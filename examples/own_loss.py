"""A loss of your own, in JAX: an organism that fills the target's shape and may have any colour.

python examples/own_loss.py [--quick]        needs the extra [jax]
"""

import sys

import jax
import jax.numpy as jnp

import blastema
from blastema.render.picture import picture, save

STEPS = 3 if "--quick" in sys.argv else 600


def shape_only(states, targets):
    """Mean squared difference of alpha, and a little of what the colours lack of being inside their alpha."""
    alpha, colours = states[..., 3], states[..., :3]
    outside = jnp.maximum(colours - alpha[..., None], 0) + jnp.maximum(-colours, 0)
    return jnp.mean((alpha - targets[..., 3]) ** 2) + 0.1 * jnp.mean(outside**2)


# The gradient with respect to the states is all that the engine needs.
loss = jax.jit(jax.value_and_grad(shape_only))
organism = blastema.train("🦋", fit=24, pad=8, steps=STEPS, loss=loss, out="runs/own-loss")
save(picture(organism.grow(steps=200, height=40, width=40), zoom=8), "own_loss.png")
