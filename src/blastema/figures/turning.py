"""A film of which every picture is an organism of its own, grown for 200 steps with its senses turned by that angle."""

import math
from collections.abc import Iterator

from PIL import Image

from blastema.figures.figure import Film, Setting
from blastema.figures.growing import Growing, organisms_of
from blastema.render.picture import sheet

TITLE = "All the way round"
CAPTION = "The same seed cells, grown with their senses turned ever further."

ORGANISMS, STEPS = 4, 200


def draw(setting: Setting) -> Film:
    """Return the film; its last picture is followed by its first."""
    angles = range(0, 360, 30 if setting.quick else 5)
    return Film(_pictures(angles, setting.seed), len(angles), fps=12.0)


def _pictures(angles: range, seed: int) -> Iterator[Image.Image]:
    names = organisms_of("regenerating", ORGANISMS)
    for angle in angles:
        states = [Growing(name, seed).grown(STEPS, math.radians(angle)) for name in names]
        yield sheet(states, ORGANISMS, 3)
