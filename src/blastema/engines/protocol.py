"""What an engine is: it runs rollouts, and gives their gradients."""

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


class ValueAndGrad(NamedTuple):
    """What `Engine.value_and_grad` returns. All arrays are new.

    Attributes:
        loss: of the final states.
        batch: the batch after the rollout.
        gradient: of the loss with respect to the weights, float32, each in the shape of its weight.
        states_gradient: of the loss with respect to the states before the rollout, float32
            `(batch, height, width, channel)`; given to the loss of an earlier rollout, it chains the two.
    """

    loss: float
    batch: Batch
    gradient: Weights
    states_gradient: np.ndarray


class Engine(Protocol):
    """Runs rollouts of the rule, forward and backward.

    On all engines the same cells fire, bit for bit, and states agree within 1e-5 after ten steps. On one engine and
    instruction set, results are equal bit for bit for any number of threads. Engines do not write to what is passed in,
    and what they return shares no memory with it. Ctrl-C ends a call within a second. Calls from several threads at
    once are safe.

    Attributes:
        name: by which `choose_engine` knows it.
    """

    name: str

    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Take CA steps.

        Args:
            rule: of the organism.
            weights: float32, in the shapes of `Weights`; shared by all grids of the batch.
            batch: float32 states `(batch, height, width, channel)`, uint32 seeds and ages `(batch,)`, and signals if
                the rule has any; arrays of NumPy, JAX or whatever NumPy can read.
            steps: CA steps, 0 or more; ages must stay below 2^32.
            angle: by which perception is rotated, radians.

        Returns:
            The batch after these steps, as new NumPy arrays.

        Raises:
            BlastemaError: arguments do not fit together or are out of range, or weights or states are not finite.
            OutOfMemoryError: which is a MemoryError too.
        """

    def value_and_grad(
        self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0
    ) -> ValueAndGrad:
        """Take CA steps, evaluate the loss, and carry its gradient back through time.

        Firing and being alive are decisions and have no gradient; the gradient is zero where a cell is dead.

        Args:
            rule, weights, batch, steps, angle: as for `grow`.
            loss: called once, with the final states, the array that becomes the result's `batch.states`, so it must not
                write to it; returns (value, gradient with respect to the states, of their shape). The engine only reads
                the gradient, and only during the call, so a loss may return the same array each time.

        Raises:
            BlastemaError: as for `grow`; or the loss returned something else.
            OutOfMemoryError: the steps between take memory in proportion to the cells that fire.
        """


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
            raise BlastemaError(f"a blastema.rule.{kind.__name__} is needed, not a {type(value).__name__}")
    weights = _check_weights(rule, weights)
    batch = _check_batch(rule, batch)
    if not isinstance(steps, int | np.integer) or isinstance(steps, bool) or steps < 0:
        raise BlastemaError(f"steps is {steps!r}; it must be a whole number, 0 or more")
    if steps > (left := LARGEST_WHOLE - int(batch.ages.max())):
        raise BlastemaError(f"{steps} steps are too many: ages end at {LARGEST_WHOLE}; take at most {left}")
    number = np.asarray(angle)
    if number.ndim != 0 or number.dtype.kind not in "fiu" or not np.isfinite(number):
        raise BlastemaError(f"angle must be a finite number (radians), not {angle!r}")
    return weights, batch, int(steps), float(number)


def _check_weights(rule: Rule, weights: Weights) -> Weights:
    shapes = weight_shapes(rule.perception, rule.hidden, rule.channels, len(rule.signals))
    if np.size(weights.signal_bias) == 0:
        weights = weights._replace(signal_bias=np.zeros((0, rule.hidden), np.float32))
    arrays = Weights(*(_floats(name, value) for name, value in weights._asdict().items()))
    for name, array, needed in zip(Weights._fields, arrays, shapes, strict=True):
        if array.shape != needed:
            raise BlastemaError(f"{name} has shape {array.shape}; this rule needs {needed}")
        if not np.isfinite(array).all():
            raise BlastemaError(f"{name} has numbers that are not finite; weights must be finite")
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
            f"states have shape {shape}; this rule needs (batch, height, width, {rule.channels}), with a batch of at "
            f"least 1 and grids of 1x1 to {LARGEST_SIDE}x{LARGEST_SIDE}"
        )
    if seeds.shape != shape[:1] or ages.shape != shape[:1]:
        raise BlastemaError(
            f"states have a batch of {shape[0]}, seeds shape {seeds.shape}, ages shape {ages.shape}; "
            "give one seed and one age per state"
        )
    # `whole_numbers` copies, so engines may return the seeds.
    signals = None if batch.signals is None else _check_signals(rule, batch.signals, shape)
    return Batch(states, np.ascontiguousarray(seeds), np.ascontiguousarray(ages), signals)


def _check_signals(rule: Rule, signals: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return signals as a new array: float32 `(batch, signals)` or uint8 `(batch, height, width)`."""
    count, array = len(rule.signals), np.array(signals)
    if not count:
        raise BlastemaError("signals were given, but this rule has none; leave them out, or give Rule(signals=...)")
    if array.dtype.kind == "f" and array.shape == (shape[0], count):
        weights = _floats("signals", array)
        if np.isfinite(weights).all():
            return weights
    if array.dtype == np.uint8 and array.shape == shape[:3]:
        if array.max() < count:
            return np.ascontiguousarray(array)
        raise BlastemaError(f"a cell has the signal {array.max()}; this rule has the signals 0 to {count - 1}")
    raise BlastemaError(
        f"signals are {array.dtype} {array.shape}; give finite floats {(shape[0], count)}, the weight of each signal "
        f"in each grid, or uint8 {shape[:3]}, the signal of each cell"
    )


def _floats(name: str, values: Any, kinds: str = "f") -> np.ndarray:
    """Return numbers as a contiguous, aligned float32 array; what does not fit into float32 becomes infinite."""
    try:
        array = np.asarray(values)
    except (TypeError, ValueError):  # nested lists of several lengths
        array = np.array(None)
    if array.dtype.kind not in kinds:
        given = f"an array of {array.dtype}" if array.dtype.kind != "O" else f"a {type(values).__name__}"
        raise BlastemaError(f"{name} must be an array of float32, not {given}")
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
            f"the loss returned a gradient of shape {array.shape} for states of shape {states.shape}; "
            "the shapes must be equal"
        )
    return float(number), array


def says_when_memory_runs_out(method: Callable[P, R]) -> Callable[P, R]:
    """Decorate an engine's `grow` or `value_and_grad`: a MemoryError becomes one that says what to make smaller."""

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
