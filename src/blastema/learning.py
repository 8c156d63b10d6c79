"""Training in one call, and what the command line shares with it: where a run begins, and where it is kept."""

import itertools
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.progress import track

from blastema.library import load
from blastema.loss import OwnLoss
from blastema.machine.stop_signals import stop_gently
from blastema.organism import Organism
from blastema.rule import Rule
from blastema.targets import short_name
from blastema.training.beginning import Beginning
from blastema.training.config import Config, run_name
from blastema.training.experiments import RECIPES
from blastema.training.run import Run

# The name of random weights as a beginning.
NOTHING = "nothing"
# Where trainings begin by default, the first that never saw the target; see docs/recipe.md. Of several targets: 🦎.
BEGINNINGS = ("🐠", "🦎")


def train(
    target: str | Path | np.ndarray | Sequence[str],
    *,
    out: Path | str | None = None,
    beginning: Organism | str | None = None,
    loss: OwnLoss | None = None,
    **settings: Any,
) -> Organism:
    """Train an organism to the end and return it, with the defaults of `blastema train`.

    The run is kept in a directory. Ctrl-C finishes the training step and saves before it interrupts; `Run.resume` or
    `blastema train --resume` continues. In a terminal or a notebook a bar shows the progress.

    Args:
        target: an emoji, a name, an image file, an array `(height, width, 4)`, or several names, for one body each.
        out: directory of the run, new or empty; by default `runs/TARGET-EXPERIMENT`, with a number if that exists.
        beginning: an organism, or the name or path of one, whose weights training starts from; `"nothing"` for random
            weights; by default 🐠, or 🦎 for the 🐠 itself and for several targets, if their weights fit the rule.
        loss: your own loss, see `Run.begin`.
        settings: of `blastema.training.run.Config`: experiment, recipe, steps, batch, seed, fit, pad, rule, ...

    Raises:
        BlastemaError: a value is invalid, the directory is taken, or training collapses repeatedly.
        TypeError: there is no such setting.

    >>> import os, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     organism = train("disc", experiment="growing", steps=2, fit=6, pad=4, out=os.path.join(folder, "run"))
    >>> organism.grow(steps=20, height=14, width=14).shape
    (14, 14, 16)
    """
    several = isinstance(target, Sequence) and not isinstance(target, str) and len(target) > 1
    settings = {"recipe": recipe_for(several), **settings}
    config = Config(target, **settings)
    if isinstance(beginning, Organism):
        start: Beginning | None = Beginning.of(beginning)
    elif beginning is None:
        start = default_beginning(config.names, config.recipe, config.rule)
    else:
        start = beginning_of(beginning)
    # Again, since a beginning decides about the rule if the settings do not.
    run = begin(Config(target, beginning=start, **settings), None if out is None else Path(out), loss)
    _train_shown(run)
    return run.organism()


def _train_shown(run: Run) -> None:
    """Train to the end, with a bar where a person watches."""
    console = Console(stderr=True)
    watched = console.is_terminal or console.is_jupyter
    for notice in run.notices if watched else ():
        console.print(notice, markup=False, highlight=False)
    with stop_gently(console) as stopped, closing(run.train()) as training:
        for _ in track(training, str(run.directory), run.config.steps, console=console, disable=not watched):
            if stopped:
                break
    if stopped:
        raise KeyboardInterrupt


def recipe_for(several: bool) -> str:
    """Return the name of the default recipe for one target, or for several."""
    return "many" if several else "blastema"


def default_beginning(targets: Sequence[str], recipe: str, rule: Rule) -> Beginning | None:
    """Return the beginning of a training for which the user names none, if it fits.

    The article's recipe begins from nothing, and those for trained organisms from what the user names.
    """
    if recipe == "article" or RECIPES[recipe].for_trained:
        return None
    first, second = BEGINNINGS
    saw = len(targets) > 1 or short_name(targets[0]) == short_name(first)
    beginning = beginning_of(second if saw else first)
    return beginning if beginning and beginning.fits(rule) else None


def beginning_of(name: str | None) -> Beginning | None:
    """Return the organism of that name as the beginning of a training, None for `nothing`."""
    return None if name in (None, NOTHING) else Beginning.of(load(name), name)


def begin(config: Config, out: Path | None = None, loss: OwnLoss | None = None, devices: int | None = None) -> Run:
    """Start a run in `out`, or in `runs/TARGET-EXPERIMENT`, with a number if that exists; arguments as `Run.begin`."""
    if out is not None:
        return Run.begin(out, config, loss, devices)
    name = Path("runs") / f"{run_name(config)}-{config.experiment}"
    numbered = (name.with_name(f"{name.name}-{number}") for number in itertools.count(2))
    return Run.begin_in_free(itertools.chain([name], numbered), config, loss, devices)
