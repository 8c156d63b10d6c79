"""The pictures of a run: pool, batches, loss curve, and the growing organism."""

import ctypes
import itertools
import sys
from collections.abc import Iterator

import numpy as np
from PIL import Image

from blastema.render.animation import save_animation
from blastema.render.loss_picture import loss_picture
from blastema.render.picture import save, sheet
from blastema.targets import short_name
from blastema.training.run import Run
from blastema.training.trainer import Report

LOSS, GROWTH = "loss.png", "growth.gif"
# Pictures of the pool and of a batch per run; states of the pool in a picture.
TIMES = 20
SAMPLE = 48
# CA steps in `growth.gif`.
STEPS = 200


def picture_step(run: Run, report: Report) -> dict[str, Image.Image]:
    """Twenty times per run, write `pictures/pool-STEP.png`, `pictures/batch-STEP.png` and `loss.png`.

    A batch picture has two rows: states before and after the rollout (the article's figure of experiment 3).

    Returns:
        The first two pictures, under `pool` and `batch`; empty after other steps.
    """
    interval = max(1, run.config.steps // TIMES)
    if report.step % interval and report.step != run.config.steps:
        return {}
    states = itertools.chain(report.before.states, report.after.states)
    pictures = {"batch": sheet(states, columns=len(report.before.states), zoom=2)}
    if run.trainer.experiment.starts_from == "pool":
        pictures["pool"] = sheet(pool_sample(run), columns=12, zoom=2)
    folder = run.directory / "pictures"
    folder.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        save(picture, folder / f"{name}-{report.step:06d}.png")
    picture_loss(run)
    _release_memory()
    return pictures


def pool_sample(run: Run) -> Iterator[np.ndarray]:
    """Yield 48 states, `(height, width, channel)` each, from fixed positions all over the pool."""
    for place in np.linspace(0, run.trainer.recipe.pool - 1, SAMPLE).astype(int):
        yield run.trainer.pool.take(np.array([place])).states[0]


def picture_loss(run: Run) -> None:
    """Write `loss.png`."""
    title = f"{short_name(run.config.target)} · {run.config.experiment}"
    save(loss_picture(run.logged, run.losses, title), run.directory / LOSS)


def picture_growth(run: Run) -> None:
    """Write `growth.gif`: the current organism growing from a seed cell, every other CA step.

    It has 200 steps, or the length of the longest rollout if the experiment trains growth alone.
    """
    height, width = run.target.shape[:2]
    steps = run.trainer.recipe.rollout(run.trainer.done)[1] if run.trainer.experiment.starts_from == "seed" else STEPS
    frames = run.organism().frames(steps, height, width, engine=run.config.engine)
    save_animation((frame for step, frame in enumerate(frames) if step % 2 == 0), run.directory / GROWTH)


def complete_album(run: Run) -> list[str]:
    """Write the final pictures of a finished run that are missing because it was killed; return their names."""
    missing = {name: draw for name, draw in FINAL.items() if not (run.directory / name).exists()}
    for draw in missing.values():
        draw(run)
    return list(missing)


FINAL = {LOSS: picture_loss, GROWTH: picture_growth}


def _release_memory() -> None:
    """Return freed memory to the system; glibc would keep it, fragmented between the states of the pool."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)
