"""What every engine can do: grow organisms, and learn from how they turned out."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar

import numpy as np

from blastema.errors import BlastemaError, OutOfMemoryError
from blastema.rule import Batch, Rule, Weights
from blastema.rule.grid import LARGEST_SIDE, LARGEST_WHOLE, whole_numbers
from blastema.rule.update import weight_shapes

P = ParamSpec("P")
R = TypeVar("R")

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
    """Runs the rule. All engines fire the same cells; their states agree within 1e-5 after ten steps.

    Both methods raise BlastemaError for arguments that do not fit together or are out of range, and OutOfMemoryError,
    which is a MemoryError too. Ctrl-C ends them within a second.
    """

    name: str

    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Return the organisms `steps` steps older, as NumPy arrays. What is passed in stays as it is."""

    def learn(self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0) -> Learning:
        """Grow `steps` steps, ask the loss for its value and cotangent, and carry that back through time."""


def check_rollout(
    rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float
) -> tuple[Weights, Batch, int, float]:
    """Return weights and batch as contiguous arrays of the right types, steps and angle as numbers.

    Whether states are finite is left to the engine: `check_finite` costs a pass over the grid.

    Raises:
        BlastemaError: says what was given and what is needed.
    """
    for value, kind in ((rule, Rule), (weights, Weights), (batch, Batch)):
        if not isinstance(value, kind):
            raise BlastemaError(f"a {type(value).__name__} was given where a blastema.rule.{kind.__name__} is needed")
    weights = _check_weights(rule, weights)
    batch = _check_batch(rule, batch)
    if not isinstance(steps, int | np.integer) or isinstance(steps, bool) or steps < 0:
        raise BlastemaError(f"{steps} steps cannot be taken; ask for a whole number, 0 or more")
    if steps > (left := LARGEST_WHOLE - int(batch.ages.max())):
        raise BlastemaError(f"{steps} steps are too many: ages end at {LARGEST_WHOLE}; ask for at most {left}")
    number = np.asarray(angle)
    if number.ndim != 0 or number.dtype.kind not in "fiu" or not np.isfinite(number):
        raise BlastemaError(f"angle must be a finite number (radians), not {angle!r}")
    return weights, batch, int(steps), float(number)


def _check_weights(rule: Rule, weights: Weights) -> Weights:
    shapes = weight_shapes(rule.perception, rule.hidden, rule.channels)
    arrays = Weights(*(_floats(name, value) for name, value in weights._asdict().items()))
    for name, array, needed in zip(Weights._fields, arrays, shapes, strict=True):
        if array.shape != needed:
            raise BlastemaError(f"{name} has shape {array.shape}; this rule needs {needed}")
        if not np.isfinite(array).all():
            raise BlastemaError(f"{name} has numbers that are not finite; such an organism cannot grow")
    return arrays


def _check_batch(rule: Rule, batch: Batch) -> Batch:
    states, seeds, ages = (
        _floats("states", batch.states),
        whole_numbers("seeds", batch.seeds),
        whole_numbers("ages", batch.ages),
    )
    shape = states.shape
    if len(shape) != 4 or min(shape) < 1 or shape[-1] != rule.channels or max(shape[1:3]) > LARGEST_SIDE:
        raise BlastemaError(
            f"states have shape {shape}; needed are (batch, height, width, {rule.channels}), "
            f"a batch of at least 1 and grids of 1x1 to {LARGEST_SIDE}x{LARGEST_SIDE}"
        )
    if seeds.shape != shape[:1] or ages.shape != shape[:1]:
        raise BlastemaError(f"{shape[0]} states came with {seeds.shape} seeds and {ages.shape} ages; give one each")
    return Batch(states, np.ascontiguousarray(seeds), np.ascontiguousarray(ages))


def _floats(name: str, values: Any, kinds: str = "f") -> np.ndarray:
    """Return numbers as a contiguous, aligned float32 array; what does not fit into float32 becomes infinite."""
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):  # nested lists of several lengths
        array = np.array(None)
    if array.dtype.kind not in kinds:
        given = f"an array of {array.dtype}" if array.dtype.kind != "O" else f"a {type(values).__name__}"
        raise BlastemaError(f"{name}: {given} was given; needed is an array of float32")
    with np.errstate(over="ignore"):
        return np.require(array, np.float32, ["C", "A"])


def check_finite(states: np.ndarray) -> None:
    """Refuse states `(batch, height, width, channel)` with numbers that are not finite.

    Raises:
        BlastemaError: names the first.
    """
    if not np.isfinite(states).all():
        place = _, row, column, channel = tuple(np.argwhere(~np.isfinite(states))[0])
        raise BlastemaError(
            f"states must be finite; channel {channel} of the cell at row {row}, column {column} is {states[place]}"
        )


def evaluate(loss: Loss, states: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the loss of the states and its gradient with respect to them, float32 of the same shape.

    Raises:
        BlastemaError: the loss did not return a number and an array of that shape.
    """
    if not callable(loss):
        raise BlastemaError(f"the loss must be a function of the final states, not {loss!r}")
    result = loss(states)
    try:
        value, gradient = result
    except (TypeError, ValueError):
        raise BlastemaError(
            f"the loss returned a {type(result).__name__}; it must return two things: its value, one number, and its "
            "gradient with respect to the states"
        ) from None
    number = np.asarray(value)
    if number.ndim != 0 or number.dtype.kind not in "fiu":
        raise BlastemaError(f"the loss returned {value!r} as its value; it must be one number")
    array = _floats("the gradient that the loss returned", gradient, "fiub")
    if array.shape != states.shape:
        raise BlastemaError(
            f"the loss gave a gradient of shape {array.shape} for states of shape {states.shape}; they must be equal"
        )
    return float(number), array


def says_when_memory_runs_out(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate an engine's `grow` or `learn`: a MemoryError becomes one that says what to make smaller."""

    @functools.wraps(method)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return method(*args, **kwargs)
        except OutOfMemoryError:
            raise
        except MemoryError as error:
            raise OutOfMemoryError(
                "there is not enough memory for this; use a smaller grid, fewer organisms or fewer steps at once"
            ) from error

    return wrapped
