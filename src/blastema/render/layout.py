"""Layout of several pictures in one, on white."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from blastema.render.colour import WHITE
from blastema.render.lettering import font
from blastema.rule import ALPHA, Rule

INK, TITLE, TITLE_FONT = (30, 30, 30), 26, 15
ALIVE = Rule().alive_threshold


def stack(*rows: Image.Image, gap: int = 0, margin: int = 0) -> Image.Image:
    """Return the pictures stacked vertically, aligned left, with `gap` pixels between and `margin` around them."""
    size = max(row.width for row in rows), sum(row.height + gap for row in rows) - gap
    whole = Image.new("RGB", (size[0] + 2 * margin, size[1] + 2 * margin), WHITE)
    top = margin
    for row in rows:
        whole.paste(row, (margin, top))
        top += row.height + gap
    return whole


def beside(*pictures: Image.Image, gap: int = 0) -> Image.Image:
    """Return the pictures side by side, aligned at the top, with `gap` pixels between them."""
    size = sum(picture.width + gap for picture in pictures) - gap, max(picture.height for picture in pictures)
    whole = Image.new("RGB", size, WHITE)
    left = 0
    for picture in pictures:
        whole.paste(picture, (left, 0))
        left += picture.width + gap
    return whole


def titled(title: str, picture: Image.Image) -> Image.Image:
    """Return the picture with a title above it."""
    width = max(picture.width, round(font(TITLE_FONT).getlength(title)) + 1)
    whole = Image.new("RGB", (width, picture.height + TITLE), WHITE)
    ImageDraw.Draw(whole).text((0, 0), title, INK, font(TITLE_FONT), "la")
    whole.paste(picture, (0, TITLE))
    return whole


def cropped(states: Sequence[np.ndarray], margin: int) -> list[np.ndarray]:
    """Return the states cropped alike to the cells that are mature in any of them, with a margin."""
    shown = np.any([state[..., ALPHA] > ALIVE for state in states], axis=0)
    if not shown.any():
        return list(states)
    (top, bottom), (left, right) = (
        (max(0, int(used[0]) - margin), int(used[-1]) + 1 + margin)
        for used in (np.flatnonzero(shown.any(axis=axis)) for axis in (1, 0))
    )
    return [state[top:bottom, left:right] for state in states]
