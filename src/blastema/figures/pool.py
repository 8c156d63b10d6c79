"""One training run of a regenerating lizard with the default recipe, shown every 20 training steps.

The sample always shows the same places of the pool, evenly spread. A batch is sorted by its loss before the rollout,
highest first: the first state is replaced by a seed cell, the last three are damaged.
"""

from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.figures.figure import Film, Setting, looping
from blastema.figures.recording import Snapshot, recording
from blastema.render.layout import stack, titled
from blastema.render.picture import enlarge, mosaic

TITLE = "The pool"
CAPTION = (
    "A sample of the pool every 20 training steps, and the batch of that step before and after its rollout: a seed "
    "cell, states of all ages, and three that were just damaged."
)
TRAINS = True


def draw(setting: Setting) -> Film:
    """Return the film."""
    record = recording(setting)
    return looping(_pictures(record.snapshots, max(1, 96 // record.side)), len(record.snapshots), fps=8.0, fades=False)


def _pictures(snapshots: list[Snapshot], zoom: int) -> Iterator[Image.Image]:
    for snapshot in snapshots:
        pool = _tiles(snapshot.pool, 8, zoom)
        batch = _tiles(np.concatenate([snapshot.before, snapshot.after]), len(snapshot.before), zoom)
        yield stack(
            titled(f"Pool after {snapshot.step:,} training steps", pool),
            titled(f"Batch before and after the rollout, log10 of its loss {np.log10(snapshot.loss):.2f}", batch),
            gap=10,
            margin=8,
        )


def _tiles(pictures: np.ndarray, columns: int, zoom: int) -> Image.Image:
    return mosaic([Image.fromarray(enlarge(pixels, zoom)) for pixels in pictures], columns)
