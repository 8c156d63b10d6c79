"""The native engine's module, as `native/binding.cpp` defines it. Arrays are contiguous; seeds and ages uint32."""

import numpy as np

from blastema.rule import Batch, Weights

def isas() -> list[str]: ...

class RuleSpec:
    # kernels: float32 (filter, 3, 3). rotation: if the filters are the article's three, cos and sin of the angle; they
    # are then computed by unrolled code, not from the kernels. fire_threshold: of 2**24. signals: how many.
    def __init__(
        self,
        *,
        channels: int,
        hidden: int,
        kernels: np.ndarray,
        rotation: tuple[float, float] | None,
        alive_threshold: float,
        fire_threshold: int,
        wrap: bool,
        signals: int,
    ) -> None: ...

class Rollout:
    def __init__(
        self, rule: RuleSpec, weights: Weights, batch: Batch, *, isa: str, threads: int, record: bool
    ) -> None: ...
    def forward(self, steps: int) -> None: ...
    def read_states(self, states: np.ndarray) -> None: ...
    def backward(self, cotangent: np.ndarray, gradients: Weights, states_gradient: np.ndarray) -> None: ...

class Swarm:
    # numbers: weights, update_bias, one, hidden_shift, update_shift, update_factor, alive_above, as in organism.h.
    # conditions: delay in ticks, loss, noise and drift of 2**16, as in swarm.h.
    def __init__(
        self,
        numbers: tuple[np.ndarray, np.ndarray, np.ndarray, int, int, int, int],
        *,
        height: int,
        width: int,
        wrap: bool,
        seed: int,
        conditions: tuple[int, int, int, int],
    ) -> None: ...
    def run(self, ticks: int) -> int: ...
    def seed(self, y: int, x: int) -> None: ...
    def turn(self, mask: np.ndarray, on: bool) -> None: ...
    def read_states(self, states: np.ndarray) -> None: ...
    def messages(self) -> int: ...
