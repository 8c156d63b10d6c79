"""Rotation: turned senses grow a turned picture (article, experiment 4)."""

import math
from dataclasses import replace

import numpy as np
from PIL import Image

from blastema.analysis.subject import GROWN, Subject

ANGLES = tuple(range(0, 360, 15))


def rotation(
    subject: Subject, seeds: np.ndarray, degrees: tuple[int, ...] = ANGLES, steps: int = GROWN
) -> tuple[np.ndarray, np.ndarray]:
    """Grow organisms whose senses are turned.

    Args:
        subject: the organism.
        seeds: uint32, one for each that is grown at each angle.
        degrees: by how much their senses are turned.
        steps: how long they grow.

    Returns:
        log10 of the mean squared difference to the turned target, `(len(degrees), len(seeds))`; and the state of the
        first organism at each angle, `(len(degrees), height, width, channel)`.
    """
    losses, states = [], []
    for angle in degrees:
        grown = subject.grown(subject.seeds(seeds), steps, math.radians(angle))
        losses.append(replace(subject, target=turned(subject.target, angle)).log_loss(grown))
        states.append(grown.states[0])
    return np.array(losses), np.array(states)


def turned(target: np.ndarray, degrees: float) -> np.ndarray:
    """Return the target turned about the seed cell as an organism is whose senses are turned by this angle.

    Its own pixels are used where it is turned by quarters, bicubic ones in between; what leaves the grid is lost.
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
