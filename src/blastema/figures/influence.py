"""A grown organism and a copy with one cell in the middle set to zero, stepped with the same cells firing.

The difference is drawn on a logarithmic scale from white, 10^-6 and below, to dark, 1 and above. A cell perceives its
neighbours, one cell away, and whether it is alive depends on their new states, so influence travels at most two cells
per step. The square marks this limit while it fits into the picture.
"""

import numpy as np
from PIL import Image, ImageDraw

from blastema.figures.figure import Setting
from blastema.figures.growing import Growing
from blastema.render.chart import BLUE, GREEN, chart
from blastema.render.layout import stack
from blastema.render.picture import enlarge, mosaic

TITLE = "How influence spreads"
CAPTION = "The effect of one changed cell, step by step: it spreads by at most two cells per step."

NAME, GROWN, ZOOM = "regenerating/lizard", 200, 3
SHOWN = (1, 2, 4, 8, 12, 16, 24, 48)
LEAST = 1e-6
DARK, SQUARE = np.array((8, 48, 107)), (217, 119, 6)


def draw(setting: Setting) -> Image.Image:
    """Return the picture."""
    original, twin = Growing(NAME, setting.seed), Growing(NAME, setting.seed)
    original.grown(GROWN)
    twin.grown(GROWN)
    middle = _living_cell(twin.state)
    twin.state[middle] = 0
    tiles, reached = [], [0]
    for step in range(1, SHOWN[-1] + 1):
        difference = np.abs(original.grown(1) - twin.grown(1)).max(axis=-1)
        reached.append(_reach(difference, middle))
        if step in SHOWN:
            tiles.append(_tile(difference, middle, 2 * step))
    sheet = mosaic(tiles, 4, [f"{step} step{'s' if step > 1 else ''}" for step in SHOWN])
    return stack(sheet, _curve(reached, sheet.width), gap=12, margin=8)


def _living_cell(state: np.ndarray) -> tuple[int, int]:
    """Return the living cell nearest to the middle, (y, x)."""
    rows, columns = np.nonzero(state.any(axis=-1))
    nearest = np.argmin((rows - state.shape[0] // 2) ** 2 + (columns - state.shape[1] // 2) ** 2)
    return int(rows[nearest]), int(columns[nearest])


def _reach(difference: np.ndarray, middle: tuple[int, int]) -> int:
    """Return the distance of the furthest cell that differs, in cells, straight or diagonal."""
    rows, columns = np.nonzero(difference)
    return int(np.maximum(abs(rows - middle[0]), abs(columns - middle[1])).max(initial=0))


def _tile(difference: np.ndarray, middle: tuple[int, int], reach: int) -> Image.Image:
    depth = np.clip(1 + np.log10(np.maximum(difference, LEAST)) / -np.log10(LEAST), 0, 1)[..., None]
    image = Image.fromarray(enlarge((255 + depth * (DARK - 255)).round().astype(np.uint8), ZOOM))
    (top, bottom), (left, right) = (((place - reach) * ZOOM - 1, (place + reach + 1) * ZOOM) for place in middle)
    ImageDraw.Draw(image).rectangle((left, top, right, bottom), outline=SQUARE)
    return image


def _curve(reached: list[int], width: int) -> Image.Image:
    steps = range(len(reached))
    names = [str(step) if step % 8 == 0 else "" for step in steps]
    most = [2.0 * step for step in steps if 2 * step <= max(reached)]
    series = [("two cells per step", most, GREEN), ("reached", [float(reach) for reach in reached], BLUE)]
    return chart("Distance of the furthest change in cells, by step", names, series, width)
