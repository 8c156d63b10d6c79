"""A chart of a few numbers by name, drawn with Pillow alone."""

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from blastema.render.colour import WHITE
from blastema.render.lettering import font

INK, FAINT, GRID = (30, 30, 30), (120, 120, 120), (228, 228, 228)
GREEN, ORANGE, BLUE, PURPLE, RED = (21, 128, 61), (217, 119, 6), (37, 99, 235), (126, 34, 206), (190, 18, 60)
COLOURS = {"green": GREEN, "orange": ORANGE, "blue": BLUE, "purple": PURPLE, "red": RED}
# Drawn so many times larger, then reduced: Pillow's lines have steps.
FINE = 2
HEIGHT, LEFT, RIGHT, BOTTOM, TOP = 250, 52, 16, 40, 34
# Between two lines of the axis, and how many lines there are at most.
STRIDES, MOST_LINES = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0), 9

# Name, one value for each name on the axis below, colour.
Series = tuple[str, Sequence[float], tuple[int, int, int]]


def chart(
    title: str,
    names: Sequence[str],
    series: Sequence[Series],
    width: int,
    line: bool = True,
    limits: tuple[float, float] = (-math.inf, math.inf),
    holding: Sequence[float] = (),
) -> Image.Image:
    """Return the chart, RGB on white, 250 pixels high.

    Args:
        title: above it.
        names: what stands below, evenly spaced from left to right; an empty one is a place without a name.
        series: what is drawn, the last one on top; one may end before the names do. A legend stands at the bottom.
        width: in pixels.
        line: join the points.
        limits: the axis ends there at the latest; what lies beyond is drawn at its end.
        holding: values that the axis has room for, too.
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
    for index, name in enumerate(names):
        draw.text((place(index, low)[0], (bottom + 6) * FINE), name, FAINT, font(11 * FINE), "ma")
    for _, values, colour in series:
        points = [place(index, value) for index, value in enumerate(values)]
        if line:
            draw.line([part for point in points for part in point], colour, 2 * FINE, joint="curve")
        for x, y in points:
            draw.ellipse([x - 4 * FINE, y - 4 * FINE, x + 4 * FINE, y + 4 * FINE], colour)
    _legend(draw, series)
    return image.reduce(FINE)


def levels(low: float, high: float) -> list[float]:
    """Return round numbers from `low` to `high` for lines across the chart, two to nine of them.

    >>> levels(-2.5, -1), levels(-4.5, 0.5), levels(0, 36)
    ([-2.5, -2.0, -1.5, -1.0], [-4.0, -3.0, -2.0, -1.0, 0.0], [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0])
    """
    stride = next(one for one in STRIDES if (high - low) / one < MOST_LINES or one == STRIDES[-1])
    return [stride * count for count in range(math.ceil(low / stride), math.floor(high / stride) + 1)]


def _ends(values: Sequence[float], limits: tuple[float, float]) -> tuple[float, float]:
    """Return the lowest and the highest value of the axis, halves or whole numbers, one apart or more."""
    low, high = max(math.floor(min(values) * 2) / 2, limits[0]), min(math.ceil(max(values) * 2) / 2, limits[1])
    return low, max(high, low + 1)


def _legend(draw: ImageDraw.ImageDraw, series: Sequence[Series]) -> None:
    x = LEFT * FINE
    for name, _, colour in series:
        draw.text((x, (HEIGHT - 2) * FINE), name, colour, font(12 * FINE), "ld")
        x += round(font(12 * FINE).getlength(name)) + 18 * FINE
