"""The cells' perception is rotated: both Sobel filters by the same angle. The organisms were not trained for it.

At each angle, each organism grows for 200 steps from the same seed cell.
"""

import math

from PIL import Image

from blastema.figures.figure import Setting
from blastema.figures.growing import Growing, organisms_of, plain
from blastema.render.layout import stack
from blastema.render.picture import sheet

TITLE = "Rotation"
CAPTION = "Cells with rotated perception grow a rotated picture."

ANGLES, ORGANISMS, STEPS = (0, 45, 90, 200), 4, 200


def draw(setting: Setting) -> Image.Image:
    """Return the picture."""
    names = organisms_of("regenerating", ORGANISMS)
    states = [Growing(name, setting.seed).grown(STEPS, math.radians(angle)) for name in names for angle in ANGLES]
    labels = [f"{plain(name)}, {angle}°" for name in names for angle in ANGLES]
    return stack(sheet(states, len(ANGLES), 3, labels), margin=8)
