"""A two-headed flatworm grows and is cut across into three pieces; the ends are moved 46 rows and columns away.

The pieces share one grid and continue with the same rule.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import SIDE, Growing
from blastema.render.layout import stack, titled
from blastema.render.picture import picture

TITLE = "A planarian in three pieces"
CAPTION = "A two-headed flatworm is cut in three; each piece regrows as much as it can."

APART, ZOOM, GROWN, LATER = 46, 3, 200, 900
# Distance of the cuts from the middle, in cells along the worm.
CUT = 8.0
WIDE = SIDE + 2 * APART


def draw(setting: Setting) -> Film:
    """Return the film."""
    grow, move, on = (10, 5, 15) if setting.quick else (60, 24, 180)
    return looping(_pictures(setting.seed, grow, move, on), grow + move + on, fades=False)


def _pictures(seed: int, grow: int, move: int, on: int) -> Iterator[Image.Image]:
    worm = Growing("regenerating/planarian", seed, WIDE, WIDE)
    for index in range(grow):
        yield _picture(worm.grown(GROWN * (index + 1) // grow - worm.age), f"step {worm.age}")
    whole = worm.state.copy()
    for index in range(move):
        worm.state[...] = _pieces(whole, round(APART * (index + 1) / move))
        yield _picture(worm.state, f"step {GROWN}, cut")
    for index in range(on):
        yield _picture(worm.grown(GROWN + LATER * (index + 1) // on - worm.age), f"step {worm.age}")


def _pieces(whole: np.ndarray, apart: int) -> np.ndarray:
    """Return the state with its ends moved outwards, to the lower left and to the upper right."""
    rows, columns = np.mgrid[:WIDE, :WIDE] - WIDE // 2
    along = (columns - rows) / np.sqrt(2)
    moved = whole * (abs(along) <= CUT)[..., None]
    for end in (-1, 1):
        piece = whole * (end * along > CUT)[..., None]
        moved += np.roll(piece, (-end * apart, end * apart), axis=(0, 1))
    return moved


def _picture(state: np.ndarray, title: str) -> Image.Image:
    return stack(titled(title, picture(state, ZOOM)), margin=8)
