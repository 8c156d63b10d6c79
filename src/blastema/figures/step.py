"""A growing lizard, 44 steps old, and the actual numbers of its next step.

Each block shows 16 channels row by row: red, green, blue, alpha, then the hidden ones. Blue is below zero, red above.
Each block has its own scale, which the largest 2 % of the values exceed.
"""

from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from blastema.figures.figure import Setting
from blastema.figures.growing import Growing
from blastema.render.colour import WHITE, diverging, on_background
from blastema.render.layout import beside, stack
from blastema.render.lettering import font
from blastema.render.picture import enlarge, mosaic
from blastema.rule import alive, fires, perceive, update

TITLE = "One update step"
CAPTION = (
    "The state of every cell, what it perceives of its neighbours, its update, and the masks that decide whether it "
    "fires and whether it is alive."
)

NAME, AGE, SIDE, GAP = "regenerating/lizard", 44, 48, 44
INK, FAINT, ARROW, FRAME = (30, 30, 30), (120, 120, 120), (120, 120, 120), (232, 232, 232)
YES, NO = (55, 65, 81), (255, 255, 255)


class Panel(NamedTuple):
    """A picture with two lines of text above it."""

    picture: Image.Image
    title: str
    note: str


def draw(setting: Setting) -> Image.Image:
    """Return the picture."""
    growing = Growing(NAME, setting.seed, SIDE, SIDE)
    growing.grown(AGE)
    rule, (states, seeds, ages, _) = growing.organism.rule, growing.simulation.batch
    before = alive(states, rule.alive_threshold, rule.edge)[0]
    seen = perceive(states, rule.filters, 0.0, rule.edge)[0]
    change = update(seen, growing.organism.weights)
    acts = fires(seeds, ages, SIDE, SIDE, rule.fire_rate)[0]
    grown = states[0] + np.where(acts[..., None] & before, change, 0)
    after = alive(grown, rule.alive_threshold, rule.edge)
    own, slope_x, slope_y = np.split(seen, 3, axis=-1)
    rows = (
        (
            Panel(_looks(states[0]), "1  The lizard", f"after {AGE} steps"),
            Panel(_channels(own), "2  Its state", "16 channels per cell"),
            Panel(_channels(slope_x), "3  Perceived: slope in x", "Sobel filter of each channel"),
            Panel(_channels(slope_y), "4  Perceived: slope in y", "48 numbers with the state"),
        ),
        (
            Panel(_channels(change * before), "5  Update by the network", "48 numbers to 128, ReLU, to 16"),
            Panel(_mask(acts & before[..., 0]), "6  Which cells fire", f"{rule.fire_rate:.0%} of living cells"),
            Panel(_mask((before & after)[..., 0]), "7  Which cells are alive", "before the step and after it"),
            Panel(_looks(growing.grown(1)), "8  One step later", f"after {AGE + 1} steps"),
        ),
    )
    return stack(*(_flow(row) for row in rows), gap=20, margin=16)


def _looks(state: np.ndarray) -> Image.Image:
    return _framed(enlarge(on_background(state), 4))


def _mask(cells: np.ndarray) -> Image.Image:
    return _framed(enlarge(np.where(cells[..., None], YES, NO).astype(np.uint8), 4))


def _channels(values: np.ndarray) -> Image.Image:
    largest = float(np.quantile(np.abs(values[values != 0]), 0.98))
    tiles = [Image.fromarray(diverging(values[..., channel], largest)) for channel in range(values.shape[-1])]
    return mosaic(tiles, 4)


def _framed(pixels: np.ndarray) -> Image.Image:
    """Return the picture with a margin, as large as a block of sixteen channels."""
    return mosaic([Image.fromarray(np.pad(pixels, ((6, 6), (6, 6), (0, 0)), constant_values=255))], 1)


def _flow(panels: tuple[Panel, ...]) -> Image.Image:
    """Return panels from left to right with arrows between them."""
    parts = []
    for index, panel in enumerate(panels):
        if index:
            parts.append(_arrow(panel.picture.height))
        parts.append(_worded(panel))
    return beside(*parts)


def _worded(panel: Panel) -> Image.Image:
    whole = Image.new("RGB", (panel.picture.width, panel.picture.height + GAP), WHITE)
    pen = ImageDraw.Draw(whole)
    pen.text((4, 0), panel.title, INK, font(16), "la")
    pen.text((4, 21), panel.note, FAINT, font(13), "la")
    whole.paste(panel.picture, (0, GAP))
    return whole


def _arrow(height: int) -> Image.Image:
    image = Image.new("RGB", (36, height + GAP), WHITE)
    pen, y = ImageDraw.Draw(image), GAP + height // 2
    pen.line((6, y, 24, y), ARROW, 2)
    pen.polygon((24, y - 6, 32, y, 24, y + 6), ARROW)
    return image
