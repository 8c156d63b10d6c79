"""The pictures of a run: pool, batches, loss curve, and the growing organism."""

import ctypes
import itertools
import math
import sys
from collections.abc import Callable, Iterator

import numpy as np
from PIL import Image

from blastema.render.animation import save_animation
from blastema.render.loss_picture import loss_picture
from blastema.render.picture import save, sheet
from blastema.reporting.bodies import side_by_side, switch_picture
from blastema.training.config import run_name
from blastema.training.run import Run
from blastema.training.trainer import Report

LOSS, GROWTH, SWITCHES, TARGET = "loss.png", "growth.gif", "switches.png", "target.png"
# Pictures of the pool and of a batch per run; states of the pool in a picture.
TIMES = 20
SAMPLE = 48
# CA steps in `growth.gif`, the pixels of all its frames at most, and pixels per cell.
STEPS = 200
MOST_GROWTH, GROWTH_ZOOM = 64_000_000, 4
# Cells on the longer side of a state in the other pictures; of larger ones every second or third is shown.
LONGEST_TILE = 256


def picture_step(run: Run, report: Report) -> dict[str, Image.Image]:
    """Twenty times per run, write `pictures/pool-STEP.png`, `pictures/batch-STEP.png` and `loss.png`.

    A batch picture has two rows: states before and after the rollout (the article's figure of experiment 3).

    Returns:
        The first two pictures, under `pool` and `batch`; empty after other steps.
    """
    interval = max(1, run.config.steps // TIMES)
    if report.step % interval and report.step != run.config.steps:
        return {}
    states = map(_tile, itertools.chain(report.before.states, report.after.states))
    pictures = {"batch": sheet(states, columns=len(report.before.states), zoom=2)}
    if run.trainer.experiment.starts_from == "pool":
        pictures["pool"] = sheet(map(_tile, pool_sample(run)), columns=12, zoom=2)
    folder = run.directory / "pictures"
    folder.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        save(picture, folder / f"{name}-{report.step:06d}.png")
    picture_loss(run)
    _release_memory()
    return pictures


def _tile(state: np.ndarray) -> np.ndarray:
    every = -(-max(state.shape[:2]) // LONGEST_TILE)
    return state[::every, ::every]


def pool_sample(run: Run) -> Iterator[np.ndarray]:
    """Yield 48 states, `(height, width, channel)` each, from fixed positions all over the pool."""
    for place in np.linspace(0, run.trainer.recipe.pool - 1, SAMPLE).astype(int):
        yield run.trainer.pool.take(np.array([place])).states[0]


def picture_target(run: Run) -> None:
    """Write `target.png`: the target, or all of them in the order of their signals."""
    save(sheet([_tile(target) for target in run.targets], columns=5, zoom=GROWTH_ZOOM), run.directory / TARGET)


def picture_loss(run: Run) -> None:
    """Write `loss.png`."""
    title = f"{run_name(run.config)} · {run.config.experiment}"
    save(loss_picture(run.logged, run.losses, title), run.directory / LOSS)


def picture_growth(run: Run) -> None:
    """Write `growth.gif`: the current organism growing from a seed cell, or all its bodies, every other CA step.

    It has 200 steps, or the length of the longest rollout if the experiment trains growth alone.
    """
    height, width = run.target.shape[:2]
    steps = run.trainer.recipe.rollout(run.trainer.done)[1] if run.trainer.experiment.starts_from == "seed" else STEPS
    organism = run.organism()
    if organism.rule.signals:
        frames = side_by_side(organism, steps, run.config.engine)
    else:
        frames = organism.frames(steps, height, width, engine=run.config.engine)
    first = next(frames)
    zoom, every = growth_scale(steps // 2 + 1, *first.shape[:2])
    shown = itertools.islice(itertools.chain([first], frames), None, None, 2)
    save_animation((frame[::every, ::every] for frame in shown), run.directory / GROWTH, zoom=zoom)


def growth_scale(frames: int, height: int, width: int) -> tuple[int, int]:
    """Return pixels per cell, and which cells are shown: all, or of a large grid every second, third ...

    >>> growth_scale(101, 72, 72), growth_scale(101, 512, 512), growth_scale(101, 4096, 4096)
    ((4, 1), (1, 1), (1, 6))
    """
    cells = frames * height * width
    return max(1, min(GROWTH_ZOOM, math.isqrt(MOST_GROWTH // cells))), math.ceil(math.sqrt(cells / MOST_GROWTH))


def picture_switches(run: Run) -> None:
    """Write `switches.png`: in each row the signal of one body is switched to that of each column."""
    save(switch_picture(run.organism(), run.config.engine), run.directory / SWITCHES)


def picture_result(run: Run) -> list[str]:
    """Write the pictures of a finished run and return their names."""
    for draw in final(run).values():
        draw(run)
    return list(final(run))


def complete_album(run: Run) -> list[str]:
    """Write the final pictures of a finished run that are missing because it was killed; return their names."""
    missing = {name: draw for name, draw in final(run).items() if not (run.directory / name).exists()}
    for draw in missing.values():
        draw(run)
    return list(missing)


def final(run: Run) -> dict[str, Callable[[Run], None]]:
    """Return what draws each picture of a finished run."""
    drawn: dict[str, Callable[[Run], None]] = {LOSS: picture_loss, GROWTH: picture_growth}
    return drawn | {SWITCHES: picture_switches} if run.config.rule.signals else drawn


def _release_memory() -> None:
    """Return freed memory to the system; glibc would keep it, fragmented between the states of the pool."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)
