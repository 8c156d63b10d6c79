"""One growing lizard; each channel is drawn on its own scale, which one value in a thousand exceeds."""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import Growing
from blastema.render.colour import diverging, on_background
from blastema.render.layout import stack, titled
from blastema.render.picture import enlarge, mosaic
from blastema.rule import ALPHA

TITLE = "Hidden channels"
CAPTION = "The hidden channels of a growing lizard, through which its cells communicate: blue below zero, red above."

NAME, STEPS, ZOOM, MARGIN = "regenerating/lizard", 300, 2, 12


def draw(setting: Setting) -> Film:
    """Return the film."""
    stride = 20 if setting.quick else 2
    return looping(_pictures(setting.seed, stride), STEPS // stride + 1, fades=False)


def _pictures(seed: int, stride: int) -> Iterator[Image.Image]:
    growing = Growing(NAME, seed)
    states = [growing.grown(age - growing.age).copy() for age in range(0, STEPS + 1, stride)]
    states = [state[MARGIN:-MARGIN, MARGIN:-MARGIN] for state in states]
    # The seed cell is 1 in every hidden channel; values of grown cells are mostly smaller.
    largest = np.quantile(np.abs(states), 0.999, axis=(0, 1, 2))
    hidden = range(ALPHA + 1, states[0].shape[-1])
    labels = ["RGBA", "alpha", *(f"channel {channel}" for channel in hidden)]
    for age, state in zip(range(0, STEPS + 1, stride), states, strict=True):
        tiles = [on_background(state), *(diverging(state[..., index], largest[index]) for index in (ALPHA, *hidden))]
        pictures = [Image.fromarray(enlarge(pixels, ZOOM)) for pixels in tiles]
        yield stack(titled(f"step {age}", mosaic(pictures, 7, labels)), margin=8)
