"""The native engine, in C++: computes only living cells that fire, with vector instructions and threads. The default.

The code is in `native/`, its design in `docs/decisions/native.md`. Results are equal bit for bit for any number of
threads; between instruction sets they differ by rounding.
"""

import math
import os

import numpy as np

from blastema import _native
from blastema.engines.protocol import Loss, ValueAndGrad, check_rollout, evaluate, says_when_memory_runs_out
from blastema.errors import BlastemaError
from blastema.machine import cores
from blastema.rule import Batch, Rule, Weights
from blastema.rule.perception import ARTICLE_FILTERS, kernels


class NativeEngine:
    """See `blastema.engines.protocol.Engine`.

    Args:
        isa: instruction set, one of `isas()`; default: `BLASTEMA_ISA` from the environment, or the best.
        threads: number of threads; default: `BLASTEMA_THREADS` from the environment, or the cores of the process.

    Raises:
        BlastemaError: the instruction set is not available, or the number of threads is out of range.
    """

    name = "native"

    def __init__(self, isa: str | None = None, threads: int | None = None) -> None:
        available = isas()
        if not available:
            raise BlastemaError("the native engine needs a processor of level x86-64-v2 or ARMv8; use --engine numpy")
        self.isa = isa or os.environ.get("BLASTEMA_ISA") or available[0]
        if self.isa not in available:
            raise BlastemaError(
                f"instruction set {self.isa!r} (BLASTEMA_ISA) is not available; choose one of {', '.join(available)}"
            )
        requested = threads if threads is not None else os.environ.get("BLASTEMA_THREADS") or cores()
        self.threads = _whole(requested)
        if not 1 <= self.threads <= 1024:
            raise BlastemaError(
                f"invalid thread count {requested!r} (BLASTEMA_THREADS); choose a whole number from 1 to 1024"
            )

    @says_when_memory_runs_out
    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Take CA steps; see `Engine.grow`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        rollout = self._begin(rule, weights, batch, angle, record=False)
        rollout.forward(steps)
        return _batch_after(rollout, batch, steps)

    @says_when_memory_runs_out
    def value_and_grad(
        self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0
    ) -> ValueAndGrad:
        """Take CA steps and carry the gradient of the loss back through them; see `Engine.value_and_grad`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        rollout = self._begin(rule, weights, batch, angle, record=True)
        rollout.forward(steps)
        after = _batch_after(rollout, batch, steps)
        value, cotangent = evaluate(loss, after.states)
        gradient = Weights(*(np.zeros(np.shape(tensor), np.float32) for tensor in weights))
        if steps == 0:
            return ValueAndGrad(value, after, gradient, cotangent.copy())
        states_gradient = np.empty_like(cotangent)
        rollout.backward(cotangent, gradient, states_gradient)
        return ValueAndGrad(value, after, gradient, states_gradient)

    def _begin(self, rule: Rule, weights: Weights, batch: Batch, angle: float, record: bool) -> _native.Rollout:
        # The article's filters are unrolled, and rotated by cos and sin; any others are computed from their kernels.
        rotation = (math.cos(angle), math.sin(angle)) if rule.filters == ARTICLE_FILTERS else None
        try:
            spec = _native.RuleSpec(
                channels=rule.channels,
                hidden=rule.hidden,
                kernels=kernels(rule.filters, angle),
                rotation=rotation,
                alive_threshold=rule.alive_threshold,
                fire_threshold=round(rule.fire_rate * 2**24),
                wrap=rule.edge == "wrap",
                signals=len(rule.signals),
            )
            return _native.Rollout(spec, weights, batch, isa=self.isa, threads=self.threads, record=record)
        except ValueError as error:
            raise BlastemaError(str(error)) from error


def isas() -> list[str]:
    """Return the instruction sets that the engine was compiled for and this processor supports, best first."""
    return list(_native.isas())


def _whole(value: int | str) -> int:
    try:
        return int(value)
    except ValueError:
        return 0


def _batch_after(rollout: _native.Rollout, batch: Batch, steps: int) -> Batch:
    states = np.zeros(batch.states.shape, np.float32)
    rollout.read_states(states)
    return batch._replace(states=states, ages=batch.ages + np.uint32(steps))
