"""What every engine can do: grow organisms, and learn from how they turned out."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np

from blastema.errors import BlastemaError
from blastema.rule import Batch, Rule, Weights

# The final states (batch, height, width, channel) to the loss and its gradient with respect to them, of the same shape.
# `jax.value_and_grad` of a function of the states is one.
Loss = Callable[[np.ndarray], tuple[Any, Any]]


class Learning(NamedTuple):
    """What came of one rollout, forward and backward through time.

    Attributes:
        loss: of the final states.
        batch: the organisms after the rollout.
        gradient: of the loss with respect to the weights.
        states_gradient: of the loss with respect to the states before the rollout, so that rollouts can be chained.
    """

    loss: float
    batch: Batch
    gradient: Weights
    states_gradient: np.ndarray


class Engine(Protocol):
    """Runs the rule. All engines fire the same cells; their states agree within 1e-5 after ten steps."""

    name: str

    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Return the organisms `steps` steps older, as NumPy arrays. What is passed in stays as it is."""

    def learn(self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0) -> Learning:
        """Grow `steps` steps, ask the loss for its value and cotangent, and carry that back through time."""


def check_rollout(rule: Rule, weights: Weights, batch: Batch, steps: int) -> None:
    """Refuse shapes that do not fit together, so that no engine meets them.

    Raises:
        BlastemaError: says which shape came and which is needed.
    """
    shapes = Weights((rule.perception, rule.hidden), (rule.hidden,), (rule.hidden, rule.channels), (rule.channels,))
    for name, came, needed in zip(Weights._fields, weights, shapes, strict=True):
        if tuple(np.shape(came)) != needed:
            raise BlastemaError(f"{name} has shape {tuple(np.shape(came))}; this rule needs {needed}")
    shape = np.shape(batch.states)
    if len(shape) != 4 or min(shape) < 1 or shape[-1] != rule.channels or max(shape[1:3]) > 65536:
        raise BlastemaError(
            f"states have shape {shape}; needed are (batch, height, width, {rule.channels}), "
            "a batch of at least 1 and grids of 1x1 to 65536x65536"
        )
    if np.shape(batch.seeds) != shape[:1] or np.shape(batch.ages) != shape[:1]:
        raise BlastemaError(
            f"{shape[0]} states came with {np.shape(batch.seeds)} seeds and {np.shape(batch.ages)} ages; give one each"
        )
    for name, tensor in zip(Weights._fields, weights, strict=True):
        if not np.isfinite(tensor).all():
            raise BlastemaError(f"{name} has numbers that are not finite; such an organism cannot grow")
    if not isinstance(steps, int | np.integer) or steps < 0:
        raise BlastemaError(f"{steps} steps cannot be taken; ask for a whole number, 0 or more")


def as_cotangent(cotangent: Any, states: np.ndarray) -> np.ndarray:
    """Return the loss's cotangent as float32, or say that it does not have the shape of the states."""
    array = np.asarray(cotangent, np.float32)
    if array.shape != states.shape:
        raise BlastemaError(
            f"the loss gave a gradient of shape {array.shape} for states of shape {states.shape}; they must be equal"
        )
    return array
