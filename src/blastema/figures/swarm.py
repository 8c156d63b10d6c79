"""Swarms of cells that run the program of docs/firmware.md, one computer each, with a seed cell in the middle.

A cell that falls silent tells its neighbours nothing more; one that restarts is empty and joins in again. Shares are of
all cells, within 100 average waits. Time is counted in average waits; a cell updates about once in each.
"""

import numpy as np
from PIL import Image, ImageDraw

from blastema.figures.figure import Setting
from blastema.library import load
from blastema.render.colour import WHITE, on_background
from blastema.render.layout import beside, stack
from blastema.render.lettering import font
from blastema.render.picture import GAP, enlarge, mosaic
from blastema.swarm import Swarm, Troubles, numbers_of

TITLE = "Cells that fail"
CAPTION = (
    "Lizards grown by cells that are computers of their own, while some of them fall silent for good (grey squares) or "
    "restart empty."
)

NAME, SIDE, ZOOM = "regenerating/lizard", 48, 3
AGES = (10, 30, 60, 200, 400, 600)
ROWS = (
    ("No cell fails", Troubles()),
    ("0.2 % fall silent", Troubles(failing=0.002)),
    ("1 % fall silent", Troubles(failing=0.01)),
    ("5 % fall silent", Troubles(failing=0.05)),
    ("50 % restart", Troubles(restarting=0.5)),
)
SILENT, INK, FAINT = (90, 95, 120), (30, 30, 30), (120, 120, 120)
# Width of the titles, height of the captions.
LABEL, CAPTION_HEIGHT = 132, 24


def draw(setting: Setting) -> Image.Image:
    """Return the picture."""
    numbers = numbers_of(load(NAME))
    rows, ages = (ROWS[2:], AGES[:3]) if setting.quick else (ROWS, AGES)
    swarms = [(title, Swarm(numbers, setting.seed, SIDE, SIDE, troubles)) for title, troubles in rows]
    drawn = [_row(title, swarm, ages) for title, swarm in setting.track(swarms, "growing", len(swarms))]
    return stack(*drawn, _ages(ages), margin=12)


def _row(title: str, swarm: Swarm, ages: tuple[int, ...]) -> Image.Image:
    """Let a swarm grow, and return its pictures at these ages beside its title."""
    tiles, waits = [], 0
    for age in ages:
        swarm.run(age - waits)
        waits = age
        tiles.append(_picture(swarm))
    strip = mosaic(tiles, len(tiles))
    label = Image.new("RGB", (LABEL, strip.height), WHITE)
    pen = ImageDraw.Draw(label)
    pen.text((0, strip.height / 2 - 10), title, INK, font(15), "lm")
    if any(swarm.troubles):
        pen.text((0, strip.height / 2 + 10), "in each 100 waits", FAINT, font(12), "lm")
    return beside(label, strip)


def _picture(swarm: Swarm) -> Image.Image:
    cells = np.where(swarm.silent[..., None], np.array(SILENT, np.uint8), on_background(swarm.state))
    return Image.fromarray(enlarge(cells, ZOOM))


def _ages(ages: tuple[int, ...]) -> Image.Image:
    """Return the captions below the columns."""
    pitch = SIDE * ZOOM + GAP
    image = Image.new("RGB", (LABEL + len(ages) * pitch + GAP, CAPTION_HEIGHT), WHITE)
    for column, age in enumerate(ages):
        place = LABEL + GAP + column * pitch + SIDE * ZOOM / 2, CAPTION_HEIGHT / 2
        ImageDraw.Draw(image).text(place, f"{age} waits", FAINT, font(13), "mm")
    return image
