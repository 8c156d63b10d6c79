"""The training run that several figures show: organisms at some training steps, losses, samples of pool and batches."""

import dataclasses
from typing import NamedTuple

import numpy as np

from blastema.engines import choose_engine
from blastema.figures.figure import Setting, spread
from blastema.organism import Organism
from blastema.render.colour import on_background
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.targets.target import FIT, PAD
from blastema.training.experiments import EXPERIMENTS, RECIPES
from blastema.training.trainer import Report, Trainer

# Training steps between two samples of the pool, and states per sample.
EVERY, SAMPLE = 20, 24
TARGET = "🦎"


class Snapshot(NamedTuple):
    """A snapshot of one training step.

    Attributes:
        step: number of the training step, from 1.
        loss: of its batch.
        pool: pictures of states spread evenly over the pool, uint8 `(SAMPLE, height, width, 3)`.
        before, after: pictures of the batch before and after its rollout.
    """

    step: int
    loss: float
    pool: np.ndarray
    before: np.ndarray
    after: np.ndarray


class Recording(NamedTuple):
    """The record of a training run.

    Attributes:
        organisms: by number of training steps; the last is the end of the run.
        losses: one per training step.
        snapshots: one every `EVERY` training steps.
        side: side of the grid, in cells.
    """

    organisms: dict[int, Organism]
    losses: list[float]
    snapshots: list[Snapshot]
    side: int


_recordings: dict[tuple[bool, int], Recording] = {}


def recording(setting: Setting) -> Recording:
    """Return the record of training a regenerating lizard: 4000 steps at 72x72, or 300 at 40x40 if quick.

    It is cached by `quick` and `seed`, so figures share it.
    """
    if (setting.quick, setting.seed) not in _recordings:
        _recordings[setting.quick, setting.seed] = _record(setting)
    return _recordings[setting.quick, setting.seed]


def _record(setting: Setting) -> Recording:
    fit, pad, stages = (24, 8, (25, 75, 150, 300)) if setting.quick else (FIT, PAD, (100, 500, 1000, 4000))
    experiment, recipe = EXPERIMENTS["regenerating"], dataclasses.replace(RECIPES["blastema"], steps=stages[-1])
    target = load_target(TARGET, fit=fit, pad=pad)
    trainer = Trainer(Rule(), experiment, recipe, target, setting.seed, choose_engine())
    record = Recording({}, [], [], target.shape[0])
    for _ in setting.track(range(stages[-1]), "training", stages[-1]):
        report = trainer.step()
        record.losses.append(report.loss)
        if report.step % EVERY == 0:
            record.snapshots.append(_snapshot(trainer, report))
        if report.step in stages:
            record.organisms[report.step] = Organism(trainer.weights)
    return record


def _snapshot(trainer: Trainer, report: Report) -> Snapshot:
    places = np.array(spread(0, trainer.recipe.pool - 1, SAMPLE))
    pool, before, after = (
        on_background(batch.states) for batch in (trainer.pool.take(places), report.before, report.after)
    )
    return Snapshot(report.step, report.loss, pool, before, after)
