"""Each frame shows organisms grown from seed cells for 200 steps, with perception rotated by that frame's angle."""

import math
from collections.abc import Iterator

from PIL import Image

from blastema.figures.figure import Film, Setting
from blastema.figures.growing import Growing, organisms_of
from blastema.render.picture import sheet

TITLE = "All the way round"
CAPTION = "The same seed cells, grown with their perception rotated further and further."

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
