"""The native engine: living cells that fire, in C++ for the vectors and cores of this machine. The default.

`native/` holds the code, `docs/decisions/native.md` how it came to be so. Results are the same bit for bit for any
number of threads; between instruction sets they differ by rounding.
"""

import math
import os

import numpy as np

from blastema import _native
from blastema.engines.protocol import Loss, ValueAndGrad, check_rollout, evaluate, says_when_memory_runs_out
from blastema.errors import BlastemaError
from blastema.machine import cores
from blastema.rule import Batch, Rule, Weights
from blastema.rule.perception import FILTERS


class NativeEngine:
    """See `blastema.engines.protocol.Engine`.

    Args:
        isa: the instruction set to use, one of `isas()`; by default `BLASTEMA_ISA` from the environment, or the best.
        threads: by default `BLASTEMA_THREADS` from the environment, or as many as the process has cores.

    Raises:
        BlastemaError: no such instruction set here, or no such number of threads.
    """

    name = "native"

    def __init__(self, isa: str | None = None, threads: int | None = None) -> None:
        present = isas()
        if not present:
            raise BlastemaError("the native engine needs a processor of level x86-64-v2 or ARMv8; use --engine numpy")
        self.isa = isa or os.environ.get("BLASTEMA_ISA") or present[0]
        if self.isa not in present:
            raise BlastemaError(
                f"no instruction set {self.isa!r} (BLASTEMA_ISA) here; choose one of {', '.join(present)}"
            )
        wanted = threads if threads is not None else os.environ.get("BLASTEMA_THREADS") or cores()
        self.threads = _whole(wanted)
        if not 1 <= self.threads <= 1024:
            raise BlastemaError(
                f"{wanted!r} threads (BLASTEMA_THREADS) cannot be; choose a whole number from 1 to 1024"
            )

    @says_when_memory_runs_out
    def grow(self, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float = 0.0) -> Batch:
        """Take CA steps; see `Engine.grow`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        rollout = self._begin(rule, weights, batch, angle, keep=False)
        rollout.advance(steps)
        return _after(rollout, batch, steps)

    @says_when_memory_runs_out
    def value_and_grad(
        self, rule: Rule, weights: Weights, batch: Batch, steps: int, loss: Loss, angle: float = 0.0
    ) -> ValueAndGrad:
        """Take CA steps and carry the gradient of the loss back through them; see `Engine.value_and_grad`."""
        weights, batch, steps, angle = check_rollout(rule, weights, batch, steps, angle)
        rollout = self._begin(rule, weights, batch, angle, keep=True)
        rollout.advance(steps)
        after = _after(rollout, batch, steps)
        value, back = evaluate(loss, after.states)
        gradient = Weights(*(np.zeros(np.shape(tensor), np.float32) for tensor in weights))
        if steps == 0:
            return ValueAndGrad(value, after, gradient, back.copy())
        states_gradient = np.empty_like(back)
        rollout.go_back(back, *gradient, states_gradient)
        return ValueAndGrad(value, after, gradient, states_gradient)

    def _begin(self, rule: Rule, weights: Weights, batch: Batch, angle: float, keep: bool) -> _native.Rollout:
        positions = [rule.filters.index(name) if name in rule.filters else -1 for name in FILTERS]
        try:
            return _native.Rollout(
                self.isa, self.threads, keep, rule.channels, rule.hidden, positions, rule.alive_threshold,
                round(rule.fire_rate * 2**24), rule.edge == "wrap", math.cos(angle), math.sin(angle),
                **weights._asdict(), **batch._asdict(),
            )  # fmt: skip
        except ValueError as error:
            raise BlastemaError(str(error)) from error


def isas() -> list[str]:
    """Return the instruction sets that the engine was compiled for and this processor has, best first."""
    return list(_native.isas())


def _whole(wanted: int | str) -> int:
    try:
        return int(wanted)
    except ValueError:
        return 0


def _after(rollout: _native.Rollout, batch: Batch, steps: int) -> Batch:
    states = np.zeros(batch.states.shape, np.float32)
    rollout.read_states(states)
    return Batch(states, batch.seeds, batch.ages + np.uint32(steps))
