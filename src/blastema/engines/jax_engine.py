"""The JAX engine: rollouts on one or several devices, compiled by JAX. Extra `[jax]`."""

import contextlib
import math
import os
import threading
import time
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from blastema.engines.jax_arrays import AXES, Placement
from blastema.engines.jax_block import Block, Side, suited_to
from blastema.engines.jax_layout import Layout, choose_layout
from blastema.engines.jax_rollout import backward, forward, grow
from blastema.engines.protocol import (
    Loss,
    ValueAndGrad,
    check_finite,
    check_rollout,
    evaluate,
    says_when_memory_runs_out,
)
from blastema.errors import BlastemaError
from blastema.rule import Batch, Rule, Weights

# Each length would be compiled separately, so lengths are rounded up to a multiple of this and the excess is skipped.
LENGTHS = 32

# Most cells times steps per call of a device, about a second of work for one core if all are alive: Ctrl-C cannot
# interrupt a call. But at least this many steps, since each call allocates its memory, which takes longer than a step.
CELL_STEPS, LEAST_STEPS = 4_000_000, 4

# Two calls that exchange margins at the same time would wait for each other.
one_call = threading.Lock()


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
    """Runs wherever JAX does: CPU, GPU, TPU, one device or several. See `blastema.engines.protocol.Engine`.

    Ctrl-C ends a call at once, except while XLA compiles; the device still finishes the call in progress.

    Several processes: each calls `jax.distributed.initialize` first, then makes the same calls with the same arguments,
    and gets the same results. See docs/scaling.md.

    Args:
        devices: number of devices, the first of `jax.devices()`; one by default. On several processes it must be all.
        layout: how a batch is divided among them, (grids, rows, columns); by default whichever suits its shape.

    Raises:
        BlastemaError: there are fewer devices, or the layout is one of another number.

    Attributes:
        devices: number of devices.
    """

    name = "jax"

    def __init__(self, devices: int | None = None, layout: Sequence[int] | None = None) -> None:
        _one_thread_on_cpu()
        self._devices = _first_devices(devices)
        self.devices = len(self._devices)
        self._layout = None if layout is None else Layout(*layout)

    @says_when_memory_runs_out
    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Take CA steps; see `Engine.grow`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        check_finite(batch.states)
        place, block = self._divided(rule, batch)
        at_once = max(LEAST_STEPS, CELL_STEPS // math.prod(part.length for part in place.parts))
        with self._alone():
            now, on_devices = place.put_batch(batch), jax.tree.map(jnp.asarray, weights)
            for done in range(0, steps, at_once):
                now = grow(block, place.mesh, on_devices, now, min(at_once, steps - done), jnp.float32(angle))
                _wait(now)
            states = place.states_on_host(now.states)
        return batch._replace(states=states, ages=batch.ages + np.uint32(steps))

    @says_when_memory_runs_out
    def value_and_grad(
        self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0
    ) -> ValueAndGrad:
        """Take CA steps and carry the gradient of the loss back through them; see `Engine.value_and_grad`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        check_finite(batch.states)
        place, block = self._divided(rule, batch)
        length = max(1, -(-steps // LENGTHS)) * LENGTHS
        with self._alone():
            now, on_devices, angle = place.put_batch(batch), jax.tree.map(jnp.asarray, weights), jnp.float32(angle)
            states, tape = forward(block, place.mesh, length, on_devices, now, steps, angle)
            _wait(states)
            final = place.states_on_host(states)
        value, cotangent = evaluate(loss, final)
        with self._alone():
            back = place.put_states(cotangent)
            gradient, states_gradient = backward(block, place.mesh, on_devices, now, tape, back, steps, angle)
            _wait(states_gradient)
            total, first = place.weights_on_host(gradient), place.states_on_host(states_gradient)
        after = batch._replace(states=final, ages=batch.ages + np.uint32(steps))
        return ValueAndGrad(value, after, total, first)

    @property
    def available(self) -> str:
        """How many devices JAX has, and of what kind."""
        return f"{jax.device_count()} ({jax.devices()[0].platform})"

    def rounds_like_one_device(self, grids: int) -> bool:
        """Return whether the gradients of a batch of this many grids are, bit for bit, those of one device."""
        whole = self._layout is None and grids >= self.devices
        return self.devices == 1 or (whole and self._devices[0].platform == "cpu")

    def _divided(self, rule: Rule, batch: Batch) -> tuple[Placement, Block]:
        """Return where a batch lies on the devices, and the step to compile."""
        shape = batch.states.shape
        layout = self._layout or choose_layout(self.devices, shape)
        layout.check(self.devices, shape)
        place = Placement.of(self._devices, layout, shape)
        rows, columns = (Side(*side, rule.edge == "wrap") for side in zip(AXES[1:], place.parts[1:], strict=True))
        chunk, together = suited_to(self._devices[0].platform, place.parts)
        return place, Block(rule, rows, columns, chunk, together)

    def _alone(self) -> contextlib.AbstractContextManager[Any]:
        return one_call if self.devices > 1 else contextlib.nullcontext()


def _first_devices(count: int | None) -> list[jax.Device]:
    """Return this many devices.

    Raises:
        BlastemaError: there are fewer, or some process would have none to compute on.
    """
    if count is None:
        return jax.local_devices()[:1]
    known = jax.devices()
    if not isinstance(count, int | np.integer) or isinstance(count, bool) or count < 1:
        raise BlastemaError(f"the number of devices is {count!r}; it must be a whole number, at least 1")
    if count > len(known):
        kind = known[0].platform
        more = f"; XLA_FLAGS=--xla_force_host_platform_device_count={count} simulates them" if kind == "cpu" else ""
        raise BlastemaError(f"there are not {count} devices: JAX has {len(known)} here ({kind}){more}")
    if jax.process_count() > 1 and count != len(known):
        raise BlastemaError(f"{jax.process_count()} processes share {len(known)} devices; use all, not {count}")
    return known[:count]


def _wait(arrays: Any) -> None:
    """Wait until the devices have computed the arrays. JAX's own wait would keep Python from handling signals."""
    pause = 1e-4
    while not all(array.is_ready() for array in jax.tree.leaves(arrays)):
        time.sleep(pause)
        pause = min(1.1 * pause, 0.02)
