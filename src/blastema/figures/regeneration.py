"""Organisms grow for 200 steps; then one of five parts is erased, and they continue for 400 steps.

Persistent organisms were never damaged in training; regenerating ones lost random discs, half planes and squares.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.damage import ARTICLE_CUTS, DAMAGES
from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import SIDE, Growing, organisms_of, plain
from blastema.render.layout import beside, stack, titled
from blastema.render.picture import sheet

TITLE = "Regeneration"
CAPTION = "Regrowth after five cuts, without damage in training (left) and with it (right)."

KINDS = {
    "persistent": "Never damaged in training",
    "regenerating": "Damaged in training",
}
ORGANISMS, GROWN, AFTER, MARGIN = 3, 200, 400, 12


def draw(setting: Setting) -> Film:
    """Return the film."""
    stride = 40 if setting.quick else 4
    whole = 2 if setting.quick else 20
    return looping(_pictures(setting.seed, whole, stride), whole + AFTER // stride + 1, fades=False)


def _pictures(seed: int, whole: int, stride: int) -> Iterator[Image.Image]:
    blocks: dict[str, list[Growing]] = {kind: _grown(kind, seed) for kind in KINDS}
    for _ in range(whole):
        yield _picture(blocks, "before the cut")
    for block in blocks.values():
        for index, growing in enumerate(block):
            damage = DAMAGES[ARTICLE_CUTS[index % len(ARTICLE_CUTS)]]
            growing.state[damage.mask(np.random.default_rng(seed), SIDE, SIDE)] = 0
    for age in range(0, AFTER + 1, stride):
        for block in blocks.values():
            for growing in block:
                growing.grown(GROWN + age - growing.age)
        yield _picture(blocks, f"{age} steps after the cut")


def _grown(kind: str, seed: int) -> list[Growing]:
    """Return each organism once for each cut."""
    # The same emoji for both kinds.
    shown = [set(map(plain, organisms_of(kind, 10))) for kind in KINDS]
    names = [name for name in organisms_of(kind, 10) if plain(name) in shown[0] & shown[1]][:ORGANISMS]
    organisms = [Growing(name, seed) for name in names for _ in ARTICLE_CUTS]
    for growing in organisms:
        growing.grown(GROWN)
    return organisms


def _picture(blocks: dict[str, list[Growing]], when: str) -> Image.Image:
    titles = [f"{words}, {when}" for words in KINDS.values()]
    blocks_below = [titled(title, _sheet(block)) for title, block in zip(titles, blocks.values(), strict=True)]
    return stack(beside(*blocks_below, gap=16), margin=8)


def _sheet(block: list[Growing]) -> Image.Image:
    states = [growing.state[MARGIN:-MARGIN, MARGIN:-MARGIN] for growing in block]
    rows = len(block) // len(ARTICLE_CUTS)
    return sheet(states, len(ARTICLE_CUTS), 2, [*[""] * len(ARTICLE_CUTS) * (rows - 1), *ARTICLE_CUTS])
