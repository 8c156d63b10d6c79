"""One organism, trained at fire rate 0.5, grown at ten fire rates.

Rate 1 is synchronous: all cells fire in every step. Time is counted in updates per cell, steps times rate, so that
cells have fired equally often at every rate. The curves show log10 of the mean squared difference to the target.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.analysis.subject import log_of
from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import Growing
from blastema.library import target_of
from blastema.loss import pixel_loss
from blastema.render.chart import BLUE, GREEN, ORANGE, PURPLE, RED, chart
from blastema.render.layout import stack
from blastema.render.picture import sheet

TITLE = "Synchronous and asynchronous"
CAPTION = (
    "One organism at ten fire rates, from a tenth of its cells per step to all at once. It was trained at one half: it "
    "grows just as well at lower rates, and worse at rates near 1."
)

NAME = "regenerating/lizard"
RATES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
DRAWN = {0.1: BLUE, 0.3: PURPLE, 0.5: GREEN, 0.8: ORANGE, 1.0: RED}
UPDATES, EVERY = 200, 10
AXIS = (-5.0, -1.0)


def draw(setting: Setting) -> Film:
    """Return the film."""
    stride = 10 if setting.quick else 1
    return looping(_pictures(setting.seed, stride), UPDATES // stride + 1)


def _pictures(seed: int, stride: int) -> Iterator[Image.Image]:
    organism = Growing(NAME).organism
    target = target_of(organism, NAME)
    grown = {rate: Growing(organism, seed, rule=organism.rule.replace(fire_rate=rate)) for rate in RATES}
    losses: dict[float, list[float]] = {rate: [] for rate in RATES}
    for updates in range(0, UPDATES + 1, stride):
        for rate, growing in grown.items():
            growing.grown(round(updates / rate) - growing.age)
            if updates % EVERY == 0:
                losses[rate].append(float(log_of(pixel_loss(growing.state, target))))
        tiles = sheet([growing.state for growing in grown.values()], 5, 2, [f"fire rate {rate}" for rate in RATES])
        yield stack(tiles, _curves(losses, updates, tiles.width), gap=8, margin=8)


def _curves(losses: dict[float, list[float]], updates: int, width: int) -> Image.Image:
    shown = np.array([losses[rate] for rate in DRAWN])
    places = range(0, UPDATES + 1, EVERY)
    names = [str(place) if place % 50 == 0 else "" for place in places]
    series = [
        (f"fire rate {rate}", values.tolist(), colour)
        for (rate, colour), values in zip(DRAWN.items(), shown, strict=True)
    ]
    title = f"log10 of the loss, after {updates} updates per cell"
    return chart(title, names, series, width, holding=AXIS)
