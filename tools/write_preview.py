"""Write the picture that stands for the page where a link to it is shown.

A lizard grows from one cell, is cut in two, and grows back. What is checked is what the picture shows, not its bytes.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from blastema import Simulation, load
from blastema.render.lettering import font
from blastema.render.picture import picture
from generated_file import command_line

WIDTH, HEIGHT = 1200, 630
PAGE, CARD, LINE, INK, SOFT = "#f7f7f4", "#ffffff", "#dcdfd8", "#1d2320", "#5d6660"
TITLE, SUBTITLE = "Blastema", "Pictures that grow from a single cell, and heal"
ORGANISM, SEED = "🦎", 3
# Cells around the organism that are left out, pixels per cell, and between cards.
MARGIN, ZOOM, GAP = 8, 4, 10
LEFT, TITLE_AT, SUBTITLE_AT, CARDS_AT, CAPTIONS_AT = 20, 64, 154, 268, 514
TITLE_SIZE, SUBTITLE_SIZE, CAPTION_SIZE = 76, 34, 24
# Other machines round some colours otherwise; a stale picture differs by more.
MOST_DIFFERENT = 0.5


def stages() -> Iterator[tuple[str, np.ndarray]]:
    """Yield captions and states: growing, cut, healing."""
    simulation = Simulation(load(ORGANISM), seed=SEED)
    for caption, steps in (("15 steps", 15), ("40 steps", 25), ("200 steps", 160)):
        simulation.step(steps)
        yield caption, simulation.state
    height, width = simulation.state.shape[:2]
    rows, columns = np.ogrid[:height, :width]
    simulation.damage(columns - width / 2 > 0.35 * (rows - height / 2))
    yield "cut", simulation.state
    simulation.step(200)
    yield "200 steps later", simulation.state


def preview() -> Image.Image:
    """Return the picture, RGB."""
    drawn = Image.new("RGB", (WIDTH, HEIGHT), PAGE)
    draw = ImageDraw.Draw(drawn)
    draw.text((LEFT, TITLE_AT), TITLE, INK, font(TITLE_SIZE))
    draw.text((LEFT + 3, SUBTITLE_AT), SUBTITLE, SOFT, font(SUBTITLE_SIZE))
    left = LEFT
    for caption, state in stages():
        card = picture(state[MARGIN:-MARGIN, MARGIN:-MARGIN], ZOOM)
        right, bottom = left + card.width, CARDS_AT + card.height
        draw.rounded_rectangle((left - 1, CARDS_AT - 1, right, bottom), 10, CARD, LINE)
        drawn.paste(card.crop((6, 6, card.width - 6, card.height - 6)), (left + 6, CARDS_AT + 6))
        draw.text(((left + right) / 2, CAPTIONS_AT), caption, SOFT, font(CAPTION_SIZE), anchor="ma")
        left = right + GAP
    return drawn


def difference(path: Path) -> float:
    """Return the mean difference of the file from the picture as it would be drawn now, of 255."""
    with Image.open(path) as kept:
        if kept.size != (WIDTH, HEIGHT):
            return 255.0
        return float(np.abs(np.asarray(kept.convert("RGB"), float) - np.asarray(preview(), float)).mean())


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    if not chosen.check:
        preview().save(chosen.path, optimize=True)
    elif difference(chosen.path) > MOST_DIFFERENT:
        sys.exit(f"{chosen.path} is out of date; write it with: python tools/write_preview.py {chosen.path}")
