"""Rotation: with rotated perception, a rotated picture grows (article, experiment 4)."""

import math
from dataclasses import replace

import numpy as np
from PIL import Image

from blastema.analysis.subject import GROWN, Subject

ANGLES = tuple(range(0, 360, 15))


def rotation(
    subject: Subject, seeds: np.ndarray, degrees: tuple[int, ...] = ANGLES, steps: int = GROWN
) -> tuple[np.ndarray, np.ndarray]:
    """Grow organisms with rotated perception.

    Args:
        subject: the organism.
        seeds: uint32, one for each organism grown at each angle.
        degrees: angles of the rotation.
        steps: CA steps to grow.

    Returns:
        log10 of the mean squared difference to the rotated target, `(len(degrees), len(seeds))`; and the state of the
        first organism at each angle, `(len(degrees), height, width, channel)`.
    """
    losses, states = [], []
    for angle in degrees:
        grown = subject.grown(subject.seeds(seeds), steps, math.radians(angle))
        losses.append(replace(subject, target=rotated(subject.target, angle)).log_loss(grown))
        states.append(grown.states[0])
    return np.array(losses), np.array(states)


def rotated(target: np.ndarray, degrees: float) -> np.ndarray:
    """Return the target rotated about the seed cell, as it grows with perception rotated by this angle.

    Multiples of 90 degrees move pixels exactly, others interpolate (bicubic); parts outside the grid are cut off.
    """
    height, width = target.shape[:2]
    centre = (width // 2 + 0.5, height // 2 + 0.5)
    planes = [
        Image.fromarray(np.ascontiguousarray(target[..., colour])).rotate(
            degrees, Image.Resampling.BICUBIC, center=centre
        )
        for colour in range(target.shape[-1])
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)
