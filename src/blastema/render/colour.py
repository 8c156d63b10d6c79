"""From states to colours. Sick organisms, with values out of range or not finite, still give a picture."""

import numpy as np

from blastema.rule import ALPHA

WHITE = (255, 255, 255)


def on_background(state: np.ndarray, background: tuple[int, int, int] = WHITE) -> np.ndarray:
    """Return the state as it looks on a background, uint8 `(..., height, width, 3)`.

    RGB + (1 - alpha) * background. Colours are premultiplied: alpha is clipped to 0..1 before, the sum after.

    >>> on_background(np.zeros((1, 1, 4), np.float32)).tolist()
    [[[255, 255, 255]]]
    """
    colours = np.nan_to_num(state[..., :ALPHA], nan=0.0, posinf=1.0, neginf=0.0)
    alpha = np.nan_to_num(state[..., ALPHA : ALPHA + 1], nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1)
    mixed = colours * 255 + (1 - alpha) * np.array(background, np.float32)
    return mixed.clip(0, 255).round().astype(np.uint8)
