"""How far life spreads in a rollout, and whether that is as far as the picture."""

import numpy as np

from blastema.rule import ALPHA, Rule

# Cells per step that a picture may need. If every cell that fires matured at once, life would spread 0.99 cells per
# step (simulated); the zoo's organisms, which have time to spare, spread 0.3 to 0.5.
SPEED = 0.75


def furthest(target: np.ndarray) -> int:
    """Return how many cells the furthest living cell of a target, float32 `(height, width, 4)`, is from the seed cell.

    Counted as life spreads: a step to any of the eight neighbours is one.
    """
    height, width = target.shape[:2]
    rows, columns = np.nonzero(target[..., ALPHA] > Rule().alive_above)
    if not len(rows):
        return 0
    return int(max(np.abs(rows - height // 2).max(), np.abs(columns - width // 2).max()))


def unreachable(target: np.ndarray, shortest: int, fit: int | None) -> str | None:
    """Return why training on this target would probably be in vain and what would help, or None if it would not.

    Args:
        target: float32 `(height, width, 4)`.
        shortest: steps of the shortest rollout.
        fit: cells that the picture was fitted into, None if it was not.
    """
    distance, reached = furthest(target), int(SPEED * shortest)
    if distance <= reached:
        return None
    smaller = "use a smaller picture" if fit is None else f"use --fit {fit * reached // distance} or less"
    return (
        f"warning: the picture extends {distance} cells from the seed cell, but in the shortest rollouts "
        f"({shortest} steps) life spreads about {reached}; training will probably fail; {smaller}"
    )
