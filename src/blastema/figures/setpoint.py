"""A one-headed flatworm is cut twice, so that only its middle is left each time, in either of two signals.

The signal stands for the physiological circuit that holds the set point of the body plan, with which the article ends.
On the right it is switched once, after the first cut.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import SIDE, Growing
from blastema.render.layout import beside, stack, titled
from blastema.render.picture import picture

TITLE = "A planarian's set point"
CAPTION = "The middle of a one-headed flatworm regrows one head, or two if its signal is switched, and keeps to it."

ORGANISM, SIGNALS = "regenerating/set-point", ("one head", "two heads")
ZOOM, GROWN, REGROWN, GAP = 3, 200, 600, 24
# Distance of the cuts from the middle, in cells along the worm.
CUT = 8.0


def draw(setting: Setting) -> Film:
    """Return the film."""
    grow, regrow = (8, 12) if setting.quick else (50, 110)
    return looping(_pictures(setting.seed, grow, regrow), grow + 2 * regrow, fades=False)


def _pictures(seed: int, grow: int, regrow: int) -> Iterator[Image.Image]:
    worms = [Growing(ORGANISM, seed) for _ in SIGNALS]
    signals = [SIGNALS[0]] * len(worms)
    for worm in worms:
        worm.simulation.set_signal(SIGNALS[0])
    yield from _growth(worms, signals, 0, GROWN, grow)
    for worm, signal in zip(worms, SIGNALS, strict=True):
        worm.simulation.set_signal(signal)
    for cut in range(2):
        for worm in worms:
            worm.simulation.damage(~_middle())
        begin = GROWN + cut * REGROWN
        yield from _growth(worms, list(SIGNALS), begin, begin + REGROWN, regrow)


def _growth(worms: list[Growing], signals: list[str], begin: int, end: int, pictures: int) -> Iterator[Image.Image]:
    """Yield pictures of the worms side by side, from step `begin` to step `end`; the first shows the cut."""
    for step in np.linspace(begin, end, pictures).round().astype(int).tolist():
        panels = [
            titled(f"{signal}, step {step}", picture(worm.grown(step - worm.age), ZOOM))
            for worm, signal in zip(worms, signals, strict=True)
        ]
        yield stack(beside(*panels, gap=GAP), margin=8)


def _middle() -> np.ndarray:
    """Return the middle piece, bool `(height, width)`."""
    rows, columns = np.mgrid[:SIDE, :SIDE] - SIDE // 2
    return abs((columns - rows) / np.sqrt(2)) <= CUT
