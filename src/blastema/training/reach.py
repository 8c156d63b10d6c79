"""Whether life can spread as far as the target extends within a rollout."""

import numpy as np

from blastema.rule import ALPHA, Rule

# Cells per step at which life can be expected to spread. If every cell that fires matured at once, it would spread 0.99
# cells per step (simulated); the zoo's organisms, which have time to spare, spread 0.3 to 0.5.
SPEED = 0.75


def furthest(target: np.ndarray, alive_threshold: float = Rule().alive_threshold) -> int:
    """Return the distance in cells from the seed cell to the furthest mature cell of a target.

    It is the Chebyshev distance, since life spreads to all eight neighbours.

    Args:
        target: float32 `(height, width, 4)`.
        alive_threshold: of the rule.
    """
    height, width = target.shape[:2]
    rows, columns = np.nonzero(target[..., ALPHA] > alive_threshold)
    if not len(rows):
        return 0
    return int(max(np.abs(rows - height // 2).max(), np.abs(columns - width // 2).max()))


def unreachable(
    target: np.ndarray, shortest: int, fit: int | None, alive_threshold: float = Rule().alive_threshold
) -> str | None:
    """Return a warning if life can probably not spread over this target in time, and what to do; else None.

    Args:
        target: float32 `(height, width, 4)`.
        shortest: CA steps of the shortest rollout.
        fit: cells that the picture was fitted into, None if it was not.
        alive_threshold: of the rule.
    """
    distance, reached = furthest(target, alive_threshold), int(SPEED * shortest)
    if distance <= reached:
        return None
    smaller = "use a smaller picture" if fit is None else f"use --fit {fit * reached // distance} or less"
    return (
        f"warning: the picture extends {distance} cells from the seed cell, but in the shortest rollouts "
        f"({shortest} steps) life spreads about {reached}; training will probably fail; {smaller}"
    )
