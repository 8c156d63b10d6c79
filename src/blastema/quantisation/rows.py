"""int8 weights with a scale per row or column: weight = int8 * scale."""

import numpy as np


def quantise_rows(weight: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Return a matrix as int8 with scales, so that weight = int8 * scale to within half a scale; zero stays zero.

    Args:
        weight: the matrix.
        axis: along which numbers share a scale.
    """
    scale = (np.abs(weight).max(axis=axis, keepdims=True) / 127).astype(np.float32)
    values = np.divide(weight, scale, out=np.zeros_like(weight, np.float64), where=scale > 0)
    return np.clip(np.rint(values), -127, 127).astype(np.int8), scale.reshape(-1)
