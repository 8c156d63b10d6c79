"""The native engine's module, as `native/binding.cpp` makes it. Arrays are contiguous; seeds and ages uint32."""

import numpy as np

def isas() -> list[str]: ...

class Rollout:
    def __init__(
        self,
        isa: str,
        threads: int,
        keep: bool,
        channels: int,
        hidden: int,
        kernels: np.ndarray,
        rotation: tuple[float, float] | None,
        alive_above: float,
        fires_below: int,
        wrap: bool,
        hidden_weight: np.ndarray,
        hidden_bias: np.ndarray,
        update_weight: np.ndarray,
        update_bias: np.ndarray,
        states: np.ndarray,
        seeds: np.ndarray,
        ages: np.ndarray,
    ) -> None: ...
    def advance(self, steps: int) -> None: ...
    def read_states(self, states: np.ndarray) -> None: ...
    def go_back(
        self,
        back: np.ndarray,
        hidden_weight: np.ndarray,
        hidden_bias: np.ndarray,
        update_weight: np.ndarray,
        update_bias: np.ndarray,
        states_back: np.ndarray,
    ) -> None: ...
