"""The loss curve of a training, drawn with Pillow."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from blastema.errors import BlastemaError
from blastema.render.lettering import font, legible

WIDTH, HEIGHT = 900, 500
LEFT, RIGHT, TOP, BOTTOM = 84, 84, 76, 60
# Drawn at this scale and then reduced, for smooth lines.
FINE = 3
POINT, LINE, GRID, INK, FRAME = (107, 174, 214), (8, 81, 156), (230, 230, 230), (70, 70, 70), (160, 160, 160)
# Opacity and radius of a point, for few points and for many: overlapping points show darker.
FEW, MANY = (0.7, 2.4), (0.22, 1.7)
SMALLEST = 1e-12
# Smallest range of the axis in powers of ten, so that it has two round numbers, and their largest number.
LEAST_RANGE, MOST_LEVELS = 0.8, 7


class Chart(NamedTuple):
    """The chart's axes: training steps from 0 to `last`, log10 of the loss from `low` to `high`."""

    draw: ImageDraw.ImageDraw
    last: float
    low: float
    high: float

    def place(self, steps: np.ndarray | float, levels: np.ndarray | float) -> np.ndarray:
        """Return pixel coordinates in the enlarged picture, x and y, `(..., 2)`."""
        across = LEFT + (WIDTH - LEFT - RIGHT) * np.asarray(steps) / self.last
        down = TOP + (HEIGHT - TOP - BOTTOM) * (self.high - np.asarray(levels)) / (self.high - self.low)
        return np.stack(np.broadcast_arrays(across, down), axis=-1) * FINE

    def text(self, at: Sequence[float], text: str, size: int, colour: tuple[int, int, int], anchor: str) -> None:
        """Write text at a position of the enlarged picture."""
        self.draw.text((at[0], at[1]), text, colour, font(size * FINE), anchor)


def loss_picture(steps: Sequence[int], losses: Sequence[float], title: str = "") -> Image.Image:
    """Return a chart, RGB, 900x500 on white: the loss of each training step, and its running median as a line.

    The loss axis is logarithmic. Losses that are not finite are left out; a loss of 0 is drawn as the lowest other one.

    Args:
        steps: training steps, 0 or more, increasing.
        losses: one per step.
        title: above the chart.

    Raises:
        BlastemaError: the numbers of steps and losses differ, or a step is below 0.
    """
    if len(steps) != len(losses):
        raise BlastemaError(f"{len(losses)} losses given for {len(steps)} training steps; give one per step")
    x, y = np.asarray(steps, float), np.asarray(losses, float)
    if not (x >= 0).all():
        raise BlastemaError(f"a training step is {x[~(x >= 0)][0]:g}; it must be 0 or more")
    x, y = x[np.isfinite(y)], y[np.isfinite(y)]
    level = np.log10(np.maximum(y, min(y[y > 0], default=SMALLEST)))
    image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), "white")
    chart = _chart(image, x, level)
    _axes(chart, legible(title))
    if len(x):
        image.paste(POINT, mask=_points(chart.place(x, level)))
        _line(chart, x, running_median(level, len(level) // 40 + 5))
    return image.reduce(FINE)


def _chart(image: Image.Image, x: np.ndarray, level: np.ndarray) -> Chart:
    low, high = (float(level.min()), float(level.max())) if len(level) else (-3.0, 0.0)
    margin = max(0.04 * (high - low), (LEAST_RANGE - (high - low)) / 2)
    return Chart(ImageDraw.Draw(image), max(float(x.max(initial=1)), 1.0), low - margin, high + margin)


def running_median(values: np.ndarray, reach: int) -> np.ndarray:
    """Return the median of each value and up to `reach` values on each side.

    Near the start, where the loss falls fast, the window has no more values after than before.
    """
    count, width = len(values), 2 * reach + 1
    medians = np.empty(count)
    if count >= width:
        windows = np.lib.stride_tricks.sliding_window_view(values, width)
        medians[reach : count - reach] = np.median(windows, axis=1)
    ends = [at for at in range(count) if at < reach or at >= max(reach, count - reach)]
    for at in ends:
        medians[at] = np.median(values[max(0, at - reach) : at + min(reach, at) + 1])
    return medians


def round_steps(last: float) -> list[int]:
    """Return about five round numbers from 0 to `last`.

    >>> round_steps(8000)
    [0, 2000, 4000, 6000, 8000]
    """
    rough = max(last / 6, 1)
    magnitude = 10 ** math.floor(math.log10(rough))
    stride = next(part * magnitude for part in (1, 2, 5, 10) if part * magnitude >= rough)
    return list(range(0, int(last) + 1, stride))


def round_levels(low: float, high: float) -> list[float]:
    """Return log10 of round numbers in a range: powers of ten, or, if those are few, 1, 2 and 5 times them."""
    powers = range(math.ceil(low), math.floor(high) + 1)
    if len(powers) >= 3:
        return [float(power) for power in powers if power % math.ceil(len(powers) / MOST_LEVELS) == 0]
    finer = [power + math.log10(part) for power in range(math.floor(low), math.ceil(high)) for part in (1, 2, 5)]
    return [level for level in finer if low <= level <= high]


def loss_text(level: float) -> str:
    """Return the loss with this log10, with two digits.

    >>> loss_text(-3), loss_text(-4.68), loss_text(-6)
    ('0.001', '2.1e-5', '1e-6')
    """
    return f"{10**level:.2g}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def _axes(chart: Chart, title: str) -> None:
    """Draw title, axis labels, ticks and grid lines."""
    for level in round_levels(chart.low, chart.high):
        begin, end = chart.place(np.array([0, chart.last]), level)
        chart.draw.line([*begin, *end], GRID, FINE)
        chart.text(begin - (10 * FINE, 0), loss_text(level), 14, INK, "rm")
    bottom = chart.place(np.array([0, chart.last]), chart.low)
    chart.draw.line(bottom.ravel().tolist(), FRAME, FINE)
    for step in round_steps(chart.last):
        x, y = chart.place(step, chart.low)
        chart.draw.line([x, y, x, y + 5 * FINE], FRAME, FINE)
        chart.text((x, y + 10 * FINE), f"{step:,}", 14, INK, "ma")
    chart.text((bottom[1, 0], (HEIGHT - 8) * FINE), "training step", 14, INK, "rd")
    chart.text(((LEFT - 10) * FINE, (TOP - 14) * FINE), "loss", 14, INK, "rd")
    chart.text((LEFT * FINE, 18 * FINE), title, 20, INK, "la")


def _points(places: np.ndarray) -> Image.Image:
    """Return the opacity of the points at each pixel of the enlarged picture, 0 to 255."""
    many = min(1.0, len(places) / 2000)
    opacity, radius = (few + (much - few) * many for few, much in zip(FEW, MANY, strict=True))
    reach = math.ceil(radius * FINE)
    disc = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1).T
    disc = disc[(disc**2).sum(axis=1) <= (radius * FINE) ** 2]
    pixels = (places.round().astype(int)[:, None] + disc).reshape(-1, 2)
    covered, times = np.unique(pixels[:, 1] * WIDTH * FINE + pixels[:, 0], return_counts=True)
    shades = np.zeros(WIDTH * HEIGHT * FINE**2, np.uint8)
    shades[covered] = (255 * (1 - (1 - opacity) ** times)).round()
    return Image.fromarray(shades.reshape(HEIGHT * FINE, WIDTH * FINE))


def _line(chart: Chart, x: np.ndarray, medians: np.ndarray) -> None:
    """Draw the running median, and write its last value at the end."""
    places = chart.place(x, medians)
    if len(places) > 1:
        chart.draw.line(places.ravel().tolist(), LINE, round(2.2 * FINE), joint="curve")
    chart.text(places[-1] + (10 * FINE, 0), loss_text(medians[-1]), 14, LINE, "lm")
