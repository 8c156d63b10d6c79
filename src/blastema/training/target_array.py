"""A target that is given as an array instead of a name."""

import numpy as np

from blastema.errors import BlastemaError
from blastema.targets.target import LARGEST_TARGET


def picture_of(array: np.ndarray) -> np.ndarray:
    """Return a copy of a target array as float32, premultiplied.

    Args:
        array: `(height, width, 4)`: floats from 0 to 1 with RGB premultiplied by alpha, or uint8 RGBA with straight
            colours.

    Raises:
        BlastemaError: it has another shape or type, or values out of range.
    """
    if array.ndim != 3 or array.shape[-1] != 4 or not array.size or max(array.shape) > LARGEST_TARGET:
        raise BlastemaError(
            f"the target has shape {array.shape}; it must be (height, width, 4), sides of 1 to {LARGEST_TARGET} cells"
        )
    if array.dtype == np.uint8:
        values = array.astype(np.float32) / 255
        values[..., :3] *= values[..., 3:]
        return values
    if array.dtype.kind != "f":
        raise BlastemaError(f"the target is an array of {array.dtype}; give floats from 0 to 1, or uint8")
    values = array.astype(np.float32)
    if not (np.isfinite(values).all() and values.min() >= 0 and values.max() <= 1):
        raise BlastemaError("the target has values outside 0 to 1 or not finite; if it is 8-bit, divide by 255")
    if (values[..., :3] > values[..., 3:] + 1e-5).any():
        raise BlastemaError("the target has RGB above alpha; multiply RGB by alpha: array[..., :3] *= array[..., 3:]")
    return values
