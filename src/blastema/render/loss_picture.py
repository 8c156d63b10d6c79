"""A chart of the loss over training, drawn with Pillow alone."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 900, 500
LEFT, RIGHT, TOP, BOTTOM = 84, 24, 48, 56
# Drawn this much larger and then reduced, for smooth lines.
FINE = 3
POINT, LINE, GRID, INK, FRAME = (158, 202, 225), (8, 81, 156), (232, 232, 232), (60, 60, 60), (150, 150, 150)
SMALLEST = 1e-12


def loss_picture(steps: Sequence[int], losses: Sequence[float], title: str = "") -> Image.Image:
    """Return a chart, 900x500 on white: a point for each training step, a line for the running median; logarithmic.

    Args:
        steps: rising numbers of training steps.
        losses: one each; those that are not finite are left out.
    """
    x, y = np.asarray(steps, float), np.asarray(losses, float)
    kept = np.isfinite(y)
    x, y = x[kept], np.log10(np.maximum(y[kept], SMALLEST))
    image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), "white")
    chart = _Chart(image, x, y)
    chart.axes(title)
    if len(x):
        chart.points(x, y)
        chart.line(x, running_median(y, max(1, len(y) // 60)))
    return image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)


def running_median(values: np.ndarray, reach: int) -> np.ndarray:
    """Return the median of each value and `reach` others on both sides, fewer at the ends."""
    padded = np.pad(values, reach, constant_values=np.nan)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    return np.nanmedian(windows, axis=1)


def round_steps(highest: float) -> list[int]:
    """Return about six round numbers from 0 to `highest`.

    >>> round_steps(8000)
    [0, 2000, 4000, 6000, 8000]
    """
    rough = max(highest / 6, 1)
    magnitude = 10 ** int(np.floor(np.log10(rough)))
    stride = next(int(part * magnitude) for part in (1, 2, 5, 10) if part * magnitude >= rough)
    return list(range(0, int(highest) + 1, stride))


class _Chart:
    """Places of values in the picture, and what is drawn there."""

    def __init__(self, image: Image.Image, x: np.ndarray, y: np.ndarray) -> None:
        self.draw = ImageDraw.Draw(image)
        self.highest_x = max(float(x.max(initial=1)), 1.0)
        self.low, self.high = (float(y.min()), float(y.max())) if len(y) else (-3.0, 0.0)
        margin = max(0.05 * (self.high - self.low), 0.1)
        self.low, self.high = self.low - margin, self.high + margin

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return the pixel of a value."""
        across = LEFT + (WIDTH - LEFT - RIGHT) * x / self.highest_x
        down = TOP + (HEIGHT - TOP - BOTTOM) * (self.high - y) / (self.high - self.low)
        return across * FINE, down * FINE

    def axes(self, title: str) -> None:
        """Draw title, ticks, their lines, names of the axes."""
        small, large = ImageFont.load_default(14 * FINE), ImageFont.load_default(18 * FINE)
        for level in self.levels():
            begin, end = self.place(0, level), self.place(self.highest_x, level)
            self.draw.line([begin, end], GRID, FINE)
            self.draw.text((begin[0] - 8 * FINE, begin[1]), f"{10**level:.2g}", INK, small, anchor="rm")
        for step in round_steps(self.highest_x):
            x, y = self.place(step, self.low)
            self.draw.line([(x, y), (x, y + 5 * FINE)], FRAME, FINE)
            self.draw.text((x, y + 8 * FINE), f"{step:,}", INK, small, anchor="ma")
        self.draw.line([self.place(0, self.low), self.place(self.highest_x, self.low)], FRAME, FINE)
        self.draw.text((WIDTH * FINE / 2, (HEIGHT - 8) * FINE), "training step", INK, small, anchor="md")
        self.draw.text((LEFT * FINE, 14 * FINE), f"{title}  loss" if title else "loss", INK, large, anchor="la")

    def levels(self) -> list[float]:
        """Return the logarithms at which lines are drawn: powers of ten, and 2 and 5 of them where there are few."""
        powers = range(int(np.floor(self.low)), int(np.ceil(self.high)) + 1)
        inside = [float(power) for power in powers if self.low <= power <= self.high]
        if len(inside) >= 3:
            return inside
        finer = [power + float(np.log10(part)) for power in powers for part in (1, 2, 5)]
        return [level for level in finer if self.low <= level <= self.high]

    def points(self, x: np.ndarray, y: np.ndarray) -> None:
        """Draw a dot for each."""
        radius = (2.2 if len(x) < 500 else 1.3) * FINE
        for across, down in (self.place(*pair) for pair in zip(x, y, strict=True)):
            self.draw.ellipse((across - radius, down - radius, across + radius, down + radius), POINT)

    def line(self, x: np.ndarray, y: np.ndarray) -> None:
        """Draw a line through all."""
        self.draw.line([self.place(*pair) for pair in zip(x, y, strict=True)], LINE, 2 * FINE, joint="curve")
