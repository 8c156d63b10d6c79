"""Colours of states. States with values out of range or not finite are drawn, too."""

from collections.abc import Sequence

import numpy as np

from blastema.errors import BlastemaError
from blastema.rule import ALPHA

WHITE = (255, 255, 255)
# The ends of a diverging colour scale with white at zero.
NEGATIVE, POSITIVE = (33, 102, 172), (178, 24, 43)


def displayable(state: np.ndarray) -> np.ndarray:
    """Return the RGBA of a state for drawing, premultiplied and finite, float32 `(..., height, width, 4)`.

    NaN counts as 0. Alpha is clipped to 0..1 and colours to -1..1, beyond which nothing changes on any background.

    Args:
        state: `(..., height, width, channel)`, any values.

    Raises:
        BlastemaError: the array does not have the shape of a state.
    """
    cells = np.asarray(state)
    if cells.ndim < 3 or 0 in cells.shape[-3:] or cells.shape[-1] <= ALPHA:
        raise BlastemaError(
            f"the array has shape {cells.shape}; a state is (height, width, channel), with RGB and alpha first"
        )
    return np.nan_to_num(np.clip(cells[..., : ALPHA + 1], (-1, -1, -1, 0), 1), nan=0.0).astype(np.float32)


def on_background(state: np.ndarray, background: Sequence[int] = WHITE) -> np.ndarray:
    """Return the state on a background, uint8 `(..., height, width, 3)`: RGB + (1 - alpha) * background.

    Alpha is clipped to 0..1 first, then the sum (article, function `to_rgb` of its notebook, on white).

    Args:
        state: `(..., height, width, channel)`, any values.
        background: R, G, B, 0 to 255.

    >>> on_background(np.zeros((1, 1, 4), np.float32)).tolist()
    [[[255, 255, 255]]]
    """
    cells = displayable(state)
    mixed = cells[..., :ALPHA] * 255 + (1 - cells[..., ALPHA:]) * np.asarray(background, np.float32)
    return mixed.clip(0, 255).round().astype(np.uint8)


def rgba(state: np.ndarray) -> np.ndarray:
    """Return the state as a transparent picture with straight alpha, as in PNG, uint8 `(..., height, width, 4)`.

    Alpha is clipped to 0..1, then colours are divided by it and clipped. Where alpha rounds to 0, all channels are 0.

    >>> rgba(np.full((1, 1, 4), 0.2, np.float32)).tolist()
    [[[255, 255, 255, 51]]]
    """
    cells = displayable(state)
    opacity = (cells[..., ALPHA:] * 255).round()
    straight = np.divide(
        cells[..., :ALPHA], cells[..., ALPHA:], out=np.zeros_like(cells[..., :ALPHA]), where=opacity > 0
    )
    return np.concatenate([(straight * 255).clip(0, 255).round(), opacity], axis=-1).astype(np.uint8)


def diverging(values: np.ndarray, largest: float) -> np.ndarray:
    """Return numbers as colours, uint8 `(..., 3)`, from blue at `-largest` through white at 0 to red at `largest`.

    >>> diverging(np.array([-2.0, 0.0, 0.5]), 1.0).tolist()
    [[33, 102, 172], [255, 255, 255], [216, 140, 149]]
    """
    share = np.clip(np.nan_to_num(values) / max(largest, 1e-12), -1, 1)[..., None]
    ends = np.where(share < 0, np.array(NEGATIVE), np.array(POSITIVE))
    return (255 + np.abs(share) * (ends - 255.0)).round().astype(np.uint8)
