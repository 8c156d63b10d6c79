"""Each organism grows in its own grid; the grids overlap by their empty margins and are drawn over each other.

The organisms start one after the other. Once all have grown, a disc sweeps across each row, slanting slightly downward,
erasing whatever it covers.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from blastema.damage import inside_disc
from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import SIDE, Growing, organisms_of
from blastema.render.colour import displayable
from blastema.render.layout import stack
from blastema.render.picture import picture
from blastema.rule import ALPHA

TITLE = "Grown and regrown"
CAPTION = (
    "Ten regenerating organisms grow, one after the other. Discs sweep through, erasing what they cover; everything "
    "grows back."
)

COLUMNS, PITCH, RADIUS, SLOPE, ZOOM = 5, 50, 7.0, 24.0, 3
RING = (150, 150, 150)
# Numbers of pictures: between two starts, until the last is grown, during the sweep, after it.
APART, GROWN, SWEEP, AFTER = 8, 70, 80, 170


def draw(setting: Setting) -> Film:
    """Return the film."""
    names = organisms_of("regenerating", 10)
    apart, grown, sweep, after = (part // 4 if setting.quick else part for part in (APART, GROWN, SWEEP, AFTER))
    begin = apart * (len(names) - 1) + grown
    count = begin + sweep + after
    return looping(_pictures(names, setting, apart, begin, sweep, count), count)


def _pictures(
    names: list[str], setting: Setting, apart: int, begin: int, sweep: int, count: int
) -> Iterator[Image.Image]:
    steps = 8 if setting.quick else 2
    sprouted: list[Growing] = []
    for index in range(count):
        if index % apart == 0 and len(sprouted) < len(names):
            sprouted.append(Growing(names[len(sprouted)], (setting.seed + len(sprouted)) % 2**32))
        discs: list[tuple[float, float]] = []
        for step in range(steps):
            discs = _discs((index + step / steps - begin) / sweep, len(names))
            for number, growing in enumerate(sprouted):
                growing.grown(1)
                for disc in discs:
                    _erase(growing, number, disc)
        yield _picture(sprouted, len(names), discs)


def _size(count: int) -> tuple[int, int]:
    """Return the height and width in cells of the picture of this many organisms."""
    return SIDE + PITCH * ((count - 1) // COLUMNS), SIDE + PITCH * (min(count, COLUMNS) - 1)


def _corner(number: int) -> tuple[int, int]:
    """Return the upper left corner of an organism's grid, (y, x) in cells."""
    return number // COLUMNS * PITCH, number % COLUMNS * PITCH


def _discs(part: float, count: int) -> list[tuple[float, float]]:
    """Return the centres, (y, x) in cells, of the discs at a part of the sweep, 0 to 1: one per row, to and fro."""
    if not 0 <= part <= 1:
        return []
    height, width = _size(count)
    rows = range((height - SIDE) // PITCH + 1)
    across, down = part * (width + 2 * RADIUS) - RADIUS, (part - 0.5) * SLOPE
    return [(SIDE / 2 + row * PITCH + down, width - across if row % 2 else across) for row in rows]


def _erase(growing: Growing, number: int, disc: tuple[float, float]) -> None:
    top, left = _corner(number)
    growing.state[inside_disc(SIDE, SIDE, (disc[0] - top, disc[1] - left), RADIUS)] = 0


def _picture(sprouted: list[Growing], count: int, discs: list[tuple[float, float]]) -> Image.Image:
    whole = np.zeros((*_size(count), 4), np.float32)
    for number, growing in enumerate(sprouted):
        top, left = _corner(number)
        part, cells = whole[top : top + SIDE, left : left + SIDE], displayable(growing.state)
        part[...] = cells + (1 - cells[..., ALPHA:]) * part
    image = picture(whole, ZOOM)
    pen = ImageDraw.Draw(image)
    for y, x in discs:
        pen.ellipse([(x - RADIUS) * ZOOM, (y - RADIUS) * ZOOM, (x + RADIUS) * ZOOM, (y + RADIUS) * ZOOM], outline=RING)
    return stack(image, margin=4)
