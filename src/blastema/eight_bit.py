"""8-bit weights, as the article's web page has them: a byte b stands for (b / 255 - 0.5) * scale."""

import numpy as np

from blastema.rule import Weights


def scale_of(values: np.ndarray) -> float:
    """Return the scale with which the largest value is a whole byte, as the article's files have it; 0 if all are 0."""
    return 2.0 * float(np.abs(values).max())


def to_bytes(values: np.ndarray, scale: float) -> np.ndarray:
    """Return the nearest bytes. Only with scale 0 is a byte exactly zero: else zero lies between 127 and 128."""
    relative = values.astype(np.float64) / scale if scale else np.zeros(values.shape)
    return np.clip(np.rint((relative + 0.5) * 255), 0, 255).astype(np.uint8)


def from_bytes(content: np.ndarray, scale: float) -> np.ndarray:
    """Return what bytes stand for, float32."""
    return ((content / 255 - 0.5) * scale).astype(np.float32)


def rounded(weights: Weights) -> Weights:
    """Return the weights as they come back from the article's 8-bit file. Rounding them again changes nothing."""
    return Weights(*(from_bytes(to_bytes(tensor, scale), scale) for tensor in weights for scale in (scale_of(tensor),)))
