"""Training: the loss of every training step of one run of a regenerating lizard by the default recipe.

Persistence and regeneration: 16 states of each experiment's lizard (4 when quick), measured as by `blastema evaluate`;
log10 of the mean squared difference to the target.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from blastema.analysis.persistence import AT, persistence
from blastema.analysis.regeneration import CUT_AT, regeneration
from blastema.analysis.subject import Subject, seeds_for
from blastema.damage import CUTS, DAMAGES
from blastema.engines import choose_engine
from blastema.figures.figure import Setting
from blastema.figures.recording import recording
from blastema.library import load, target_of
from blastema.render.chart import COLOURS, Series, chart
from blastema.render.layout import stack
from blastema.render.loss_picture import loss_picture
from blastema.training.experiments import EXPERIMENTS
from blastema.zoo import names

TITLE = "Curves"
CAPTION = "The loss during training; then persistence and regeneration of the zoo's lizards."
TRAINS = True

WIDTH = 900
# Exploded states are drawn at the upper limit.
LIMITS = (-12.0, 1.0)


def draw(setting: Setting) -> Image.Image:
    """Return the picture."""
    losses = recording(setting).losses
    count, ages = (4, AT[:4]) if setting.quick else (16, AT)
    subjects = {name: _subject(f"{name}/lizard") for name in EXPERIMENTS if f"{name}/lizard" in names()}
    seeds = seeds_for(count, setting.seed)
    lasting, regrown = [], []
    for name, subject in subjects.items():
        lasting.append(_series(name, persistence(subject, seeds, ages)))
        regrown.append(_series(name, _regrown(subject, seeds, setting.seed)))
    ages_below = [f"{age:,}" for age in ages]
    return stack(
        loss_picture(range(1, len(losses) + 1), losses, "Training"),
        chart("Persistence: log10 of the median loss, by age in steps", ages_below, lasting, WIDTH, limits=LIMITS),
        chart("Regeneration: the same, 600 steps after a cut", list(CUTS), regrown, WIDTH, line=False, limits=LIMITS),
        gap=24,
        margin=8,
    )


def _subject(name: str) -> Subject:
    organism = load(name)
    return Subject(organism, target_of(organism, name), choose_engine())


def _series(name: str, losses: Sequence[np.ndarray] | np.ndarray) -> Series:
    return name, [float(np.median(row)) for row in losses], COLOURS[EXPERIMENTS[name].colour]


def _regrown(subject: Subject, seeds: np.ndarray, seed: int) -> list[np.ndarray]:
    """Return the losses of all states after each cut."""
    grown, draw = subject.grown(subject.seeds(seeds), CUT_AT), np.random.default_rng(seed)
    return [regeneration(subject, grown, DAMAGES[name], draw).after[-1] for name in CUTS]
