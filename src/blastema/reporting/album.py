"""The pictures of a run: its pool, its batches, its loss, its organism growing."""

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
# How many times in a run the pool and a batch are pictured.
TIMES = 20
SAMPLE = 48
# Of the organism in `growth.gif`.
STEPS = 200


def picture_step(run: Run, report: Report) -> dict[str, Image.Image]:
    """Every twentieth of the run, write `pictures/pool-STEP.png` and `pictures/batch-STEP.png`, and `loss.png`.

    Return the first two, named `pool` and `batch`.

    A batch picture has two rows: organisms before the rollout and after it (the article's figure of experiment 3).
    """
    every = max(1, run.config.steps // TIMES)
    if report.step % every and report.step != run.config.steps:
        return {}
    both = itertools.chain(report.before.states, report.after.states)
    pictures = {"batch": sheet(both, columns=len(report.before.states), zoom=2)}
    if run.trainer.experiment.starts_from == "pool":
        pictures["pool"] = sheet(pool_sample(run), columns=12, zoom=2)
    folder = run.directory / "pictures"
    folder.mkdir(exist_ok=True)
    for name, picture in pictures.items():
        save(picture, folder / f"{name}-{report.step:06d}.png")
    picture_loss(run)
    _give_memory_back()
    return pictures


def pool_sample(run: Run) -> Iterator[np.ndarray]:
    """Yield 48 states from all over the pool, `(height, width, channel)` each, always from the same places."""
    for place in np.linspace(0, run.trainer.recipe.pool - 1, SAMPLE).astype(int):
        yield run.trainer.pool.take(np.array([place])).states[0]


def picture_loss(run: Run) -> None:
    """Write `loss.png`."""
    title = f"{short_name(run.config.target)} · {run.config.experiment}"
    save(loss_picture(run.logged, run.losses, title), run.directory / LOSS)


def picture_growth(run: Run) -> None:
    """Write `growth.gif`: the organism as it is now, grown from one cell, every other step.

    200 steps; of an organism that learns to grow alone, and need not last, as many as it was taught.
    """
    height, width = run.target.shape[:2]
    steps = run.trainer.recipe.rollout(run.trainer.done)[1] if run.trainer.experiment.starts_from == "seed" else STEPS
    frames = run.organism().frames(steps, height, width, engine=run.config.engine)
    save_animation((frame for step, frame in enumerate(frames) if step % 2 == 0), run.directory / GROWTH)


def complete_album(run: Run) -> list[str]:
    """Write those pictures of a finished run that a sudden end prevented; return their names."""
    missing = {name: draw for name, draw in FINAL.items() if not (run.directory / name).exists()}
    for draw in missing.values():
        draw(run)
    return list(missing)


FINAL = {LOSS: picture_loss, GROWTH: picture_growth}


def _give_memory_back() -> None:
    """Return to the system what pictures needed: glibc would keep it, in pieces between the organisms of the pool."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)
