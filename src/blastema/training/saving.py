"""How the state of a run is saved, so that a kill between any two writes loses nothing."""

import shutil
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.organism import Organism
from blastema.training.checkpoint import RunState, save_checkpoint, saved_step
from blastema.training.directory import CHECKPOINT, ORGANISM
from blastema.training.milestone import BEST, OLD_ROLLBACK, ROLLBACK, rollback_path
from blastema.training.trainer import Trainer


def save(directory: Path, trainer: Trainer, state: RunState, organism: Organism, milestone: bool) -> None:
    """Write organisms and checkpoint, in this order.

    Args:
        directory: of the run.
        trainer, state: its state.
        organism: the current one.
        milestone: whether training rolls back to this step after a collapse.
    """
    save_organisms(directory, state, organism)
    checkpoint, rollback = directory / CHECKPOINT, directory / ROLLBACK
    save_checkpoint(trainer, state, rollback if milestone else checkpoint)
    if milestone:
        # A copy, not a link: damage to one file leaves the other whole.
        with replacing(checkpoint) as temporary:
            shutil.copyfile(rollback, temporary)
        (directory / OLD_ROLLBACK).unlink(missing_ok=True)


def save_organisms(directory: Path, state: RunState, organism: Organism) -> None:
    """Write the best organism, if there is one, and the current one."""
    if state.best:
        state.best.save(directory / BEST)
    organism.save(directory / ORGANISM)


def refuse_stale(directory: Path, done: int) -> None:
    """Raise unless a run was last saved at this training step.

    Raises:
        BlastemaError: another process has continued it since it was read, or a step of this one was interrupted.
    """
    saved = max(saved_step(path) for path in (directory / CHECKPOINT, rollback_path(directory)))
    if saved != done:
        raise BlastemaError(f"{directory} was saved at step {saved}, but this run is at step {done}; resume it again")
