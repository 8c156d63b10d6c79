"""Charts of a few labelled values, drawn with Pillow."""

import math
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw

from blastema.render.colour import WHITE
from blastema.render.lettering import font

INK, FAINT, GRID = (30, 30, 30), (120, 120, 120), (228, 228, 228)
GREEN, ORANGE, BLUE, PURPLE, RED = (21, 128, 61), (217, 119, 6), (37, 99, 235), (126, 34, 206), (190, 18, 60)
COLOURS = {"green": GREEN, "orange": ORANGE, "blue": BLUE, "purple": PURPLE, "red": RED}
# Drawn at this scale and then reduced, since Pillow's lines are not antialiased.
FINE = 2
HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 250, 52, 16, 40, 34
# The names below the axis: size and distance. Names that would overlap are smaller, and every other one is lower.
NAME_FONT, OFFSET = 11, 6
CROWDED_FONT, CROWDED_OFFSETS = 10, (2, 13)
# Half of the length of a mark.
MARK = 12
# Distances between grid lines to choose from, and the limit on their number.
STRIDES, MOST_LINES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0), 9

# Name, one value per name on the horizontal axis, colour.
Series = tuple[str, Sequence[float], tuple[int, int, int]]


def chart(
    title: str,
    names: Sequence[str],
    series: Sequence[Series],
    width: int,
    line: bool = True,
    limits: tuple[float, float] = (-math.inf, math.inf),
    holding: Sequence[float] = (),
    marks: Sequence[Series] = (),
) -> Image.Image:
    """Return the chart, RGB on white, 250 pixels high.

    Args:
        title: above the chart.
        names: labels of the horizontal axis, evenly spaced; empty ones are positions without a label. If neighbours
            would overlap, they alternate between two lines.
        series: drawn in order, the last one on top; may be shorter than `names`. Values that are not finite are left
            out. The legend is at the bottom, without those whose name is empty.
        width: in pixels.
        line: connect the points by lines.
        limits: of the vertical axis; values beyond are drawn at its ends.
        holding: further values that the axis must include.
        marks: series of values within the axis that are drawn as short horizontal lines.
    """
    image = Image.new("RGB", (width * FINE, HEIGHT * FINE), WHITE)
    draw = ImageDraw.Draw(image)
    low, high = _ends([*holding, *(value for _, values, _ in series for value in values)], limits)
    right, bottom = width - RIGHT, HEIGHT - BOTTOM

    def place(index: int, value: float) -> tuple[float, float]:
        x = LEFT + (index + 0.5) * (right - LEFT) / len(names)
        return x * FINE, (bottom - (min(max(value, low), high) - low) / (high - low) * (bottom - TOP)) * FINE

    draw.text((0, 0), title, INK, font(15 * FINE), "la")
    for level in levels(low, high):
        y = place(0, level)[1]
        draw.line([LEFT * FINE, y, right * FINE, y], GRID, FINE)
        draw.text(((LEFT - 8) * FINE, y), f"{level:g}", FAINT, font(12 * FINE), "rm")
    crowded = _overlap(names, (right - LEFT) / len(names))
    for index, name in enumerate(names):
        offset, size = (CROWDED_OFFSETS[index % 2], CROWDED_FONT) if crowded else (OFFSET, NAME_FONT)
        draw.text((place(index, low)[0], (bottom + offset) * FINE), name, FAINT, font(size * FINE), "ma")
    for _, values, colour in series:
        points = [place(index, value) for index, value in enumerate(values) if math.isfinite(value)]
        if line:
            draw.line([part for point in points for part in point], colour, 2 * FINE, joint="curve")
        for x, y in points:
            draw.ellipse([x - 4 * FINE, y - 4 * FINE, x + 4 * FINE, y + 4 * FINE], colour)
    for _, values, colour in marks:
        for x, y in (place(index, value) for index, value in enumerate(values) if math.isfinite(value)):
            draw.line([x - MARK * FINE, y, x + MARK * FINE, y], colour, 2 * FINE)
    _legend(draw, series)
    return image.reduce(FINE)


def levels(low: float, high: float) -> list[float]:
    """Return two to nine round numbers from `low` to `high`, for grid lines.

    >>> levels(-2.5, -1), levels(-4.5, 0.5), levels(0, 36)
    ([-2.5, -2.0, -1.5, -1.0], [-4.0, -3.0, -2.0, -1.0, 0.0], [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0])
    """
    stride = next(step for step in STRIDES if (high - low) / step < MOST_LINES or step == STRIDES[-1])
    return [stride * count for count in range(math.ceil(low / stride), math.floor(high / stride) + 1)]


def _overlap(names: Sequence[str], distance: float) -> bool:
    """Return whether neighbouring names, centred at this distance in pixels, would overlap."""
    lengths = [font(NAME_FONT).getlength(name) for name in names]
    return any((left + right) / 2 > distance for left, right in pairwise(lengths) if left and right)


def _ends(values: Sequence[float], limits: tuple[float, float]) -> tuple[float, float]:
    """Return the ends of the axis, multiples of 0.5 that are at least 1 apart."""
    values = [value for value in values if math.isfinite(value)]
    low, high = max(math.floor(min(values) * 2) / 2, limits[0]), min(math.ceil(max(values) * 2) / 2, limits[1])
    return low, max(high, low + 1)


def _legend(draw: ImageDraw.ImageDraw, series: Sequence[Series]) -> None:
    x = LEFT * FINE
    for name, _, colour in series:
        if not name:
            continue
        draw.text((x, (HEIGHT - 2) * FINE), name, colour, font(12 * FINE), "ld")
        x += round(font(12 * FINE).getlength(name)) + 18 * FINE
