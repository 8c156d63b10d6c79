"""Two organisms in one grid, as in the playground.

Mature cells keep their organism; other cells join the neighbour with the highest alpha. Each cell uses the weights of
its organism and perceives all cells alike.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.figures.figure import Film, Setting, looping
from blastema.library import load
from blastema.organism import Organism
from blastema.render.picture import picture
from blastema.rule import ALPHA, alive, fires, neighbours, perceive, seed_state, update

TITLE = "Grown together"
CAPTION = "Two organisms meet. Each cell follows the weights of its own organism; neither met the other in training."

HEIGHT, WIDTH, APART, STEPS, ZOOM = 80, 112, 38, 300, 5
PAIR = ("regenerating/lizard", "regenerating/planarian")
NOBODY = -1


def draw(setting: Setting) -> Film:
    """Return the film."""
    stride = 25 if setting.quick else 3
    return looping(_pictures(setting.seed, stride), STEPS // stride + 1)


def _pictures(seed: int, stride: int) -> Iterator[Image.Image]:
    species = [load(name) for name in PAIR]
    state = np.zeros((HEIGHT, WIDTH, species[0].rule.channels), np.float32)
    owners = np.full((HEIGHT, WIDTH), NOBODY)
    for number, column in enumerate((WIDTH // 2 - APART // 2, WIDTH // 2 + APART // 2)):
        state[HEIGHT // 2, column] = seed_state(1, 1)[0, 0]
        owners[HEIGHT // 2 - 1 : HEIGHT // 2 + 2, column - 1 : column + 2] = number
    for age in range(STEPS + 1):
        if age % stride == 0:
            yield picture(state, ZOOM)
        state, owners = step(species, state, owners, seed, age)


def step(
    species: list[Organism], state: np.ndarray, owners: np.ndarray, seed: int, age: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return state and owners one step later.

    Args:
        species: organisms with the same rule.
        state: float32 `(height, width, channel)`.
        owners: the organism of each living cell, an index into `species`; -1 for dead cells.
        seed, age: decide which cells fire.
    """
    rule = species[0].rule
    height, width = owners.shape
    seen = perceive(state, rule.filters, 0.0, rule.edge)
    acts = fires(np.array([seed], np.uint32), np.array([age], np.uint32), height, width, rule.fire_rate)[0]
    grown = state.copy()
    for number, organism in enumerate(species):
        mine = acts & (owners == number)
        grown[mine] += update(seen[mine], organism.weights)
    grown[owners == NOBODY] = 0
    living = alive(grown, rule.alive_threshold, rule.edge)[..., 0]
    owners_after = np.where(living, _joined(grown[..., ALPHA], owners, rule.alive_threshold), NOBODY)
    return grown * ((owners != NOBODY) & living)[..., None], owners_after


def _joined(alpha: np.ndarray, owners: np.ndarray, alive_threshold: float) -> np.ndarray:
    """Return the organism of each cell: its own if mature, otherwise that of the neighbour with the highest alpha."""
    mature = np.where(owners == NOBODY, 0, alpha)[..., None]
    whose = owners.astype(np.float32)[..., None]
    most, joined = np.full(alpha.shape, alive_threshold), owners.copy()
    for dy, dx in ((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if dy or dx):
        beside = neighbours(mature, dy, dx, "dead")[..., 0]
        stronger = beside > most
        joined = np.where(stronger, neighbours(whose, dy, dx, "dead")[..., 0].astype(int), joined)
        most = np.where(stronger, beside, most)
    return np.where(mature[..., 0] > alive_threshold, owners, joined)
