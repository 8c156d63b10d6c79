"""The pictures of a run: its pool, its batches, its loss, its organism growing."""

import ctypes
import itertools
import sys
from collections.abc import Iterator

import numpy as np

from blastema.render.animation import save_animation
from blastema.render.loss_picture import loss_picture
from blastema.render.picture import save, sheet
from blastema.targets import short_name
from blastema.training.run import Run
from blastema.training.trainer import Report

# How many times in a run the pool and a batch are pictured.
TIMES = 20
SAMPLE = 48
# Of the organism in `growth.gif`.
STEPS = 200


def picture_step(run: Run, report: Report) -> None:
    """Every twentieth of the run, write `pictures/pool-STEP.png` and `pictures/batch-STEP.png`, and `loss.png`.

    A batch picture has two rows: organisms before the rollout and after it (the article's figure of experiment 3).
    """
    every = max(1, run.config.steps // TIMES)
    if report.step % every and report.step != run.config.steps:
        return
    pictures = run.directory / "pictures"
    pictures.mkdir(exist_ok=True)
    both = itertools.chain(report.before.states, report.after.states)
    save(sheet(both, columns=len(report.before.states), zoom=2), pictures / f"batch-{report.step:06d}.png")
    if run.trainer.experiment.starts_from == "pool":
        save(sheet(pool_sample(run), columns=12, zoom=2), pictures / f"pool-{report.step:06d}.png")
    picture_loss(run)
    _give_memory_back()


def pool_sample(run: Run) -> Iterator[np.ndarray]:
    """Yield 48 states from all over the pool, `(height, width, channel)` each, always from the same places."""
    for place in np.linspace(0, run.trainer.recipe.pool - 1, SAMPLE).astype(int):
        yield run.trainer.pool.take(np.array([place])).states[0]


def picture_loss(run: Run) -> None:
    """Write `loss.png`."""
    title = f"{short_name(run.config.target)} · {run.config.experiment}"
    save(loss_picture(range(1, len(run.losses) + 1), run.losses, title), run.directory / "loss.png")


def picture_growth(run: Run) -> None:
    """Write `growth.gif`: the organism as it is now, grown from one cell, every other step.

    200 steps; of an organism that learns to grow alone, and need not last, as many as it was taught.
    """
    height, width = run.target.shape[:2]
    steps = run.trainer.recipe.rollout(run.trainer.done)[1] if run.trainer.experiment.starts_from == "seed" else STEPS
    frames = run.organism().frames(steps, height, width, engine=run.config.engine)
    save_animation((frame for step, frame in enumerate(frames) if step % 2 == 0), run.directory / "growth.gif")


def _give_memory_back() -> None:
    """Return to the system what pictures needed: glibc would keep it, in pieces between the organisms of the pool."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
    if trim:
        trim(0)
