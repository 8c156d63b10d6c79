"""Where a resumed run continues: its newest checkpoint and its state."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from blastema.errors import BlastemaError
from blastema.organism import read_organism
from blastema.training.checkpoint import RunState, load_checkpoint
from blastema.training.collapse import REMEMBERED
from blastema.training.directory import CHECKPOINT, LOG, ORGANISM
from blastema.training.log import kept_lines, loss_of
from blastema.training.milestone import BEST, OLD_SCORE, SCORE, recorded_score, rollback_path
from blastema.training.trainer import Trainer


class Recovered(NamedTuple):
    """What a resumed run continues with.

    Attributes:
        trainer, state: from the newest checkpoint, or fresh ones.
        losses, logged: the losses in the log, and the training steps that they belong to.
        notices: sentences for the user.
    """

    trainer: Trainer
    state: RunState
    losses: list[float]
    logged: list[int]
    notices: list[str]


def recovered(
    directory: Path, fresh: Callable[[], Trainer], has_checkpoint_from_start: bool, has_beginning: bool
) -> Recovered:
    """Restore the newest checkpoint of a run and read its log.

    Args:
        directory: of the run.
        fresh: returns a trainer of the run's configuration that has taken no step.
        has_checkpoint_from_start: whether the run wrote a checkpoint before its first training step.
        has_beginning: whether it started from the weights of an organism.

    Raises:
        BlastemaError: a checkpoint is damaged or lost.
    """
    newest, notices = newest_checkpoint(directory, fresh), []
    if newest is None:
        refuse_lost(directory, has_checkpoint_from_start, has_beginning)
        trainer, state = fresh(), RunState([], 0, None)
    else:
        trainer, state = newest[0], newest[1] or state_in_files(directory, newest[0].done)
        if not (directory / CHECKPOINT).exists():
            name = rollback_path(directory).name
            notices.append(f"{CHECKPOINT} is missing; continuing from the last milestone, in {name}")
    if not state.versions:
        state = state._replace(versions=versions_in(directory / ORGANISM))
    lines = kept_lines(directory / LOG, trainer.done)
    if len(lines) < trainer.done:
        notices.append(
            f"{LOG} has only {len(lines)} of the {trainer.done} lines of this run; the others are lost or damaged, "
            "which does not affect training"
        )
    losses = [loss_of(line) for line in lines]
    return Recovered(trainer, state, losses, [line["step"] for line in lines], notices)


def newest_checkpoint(directory: Path, fresh: Callable[[], Trainer]) -> tuple[Trainer, RunState | None] | None:
    """Return a trainer restored from the checkpoint or from the last milestone, whichever is further; None without any.

    Args:
        directory: of the run.
        fresh: returns a trainer of the run's configuration that has taken no step.

    Raises:
        BlastemaError: one of them is damaged; the message says what to do.
    """
    loaded: dict[str, tuple[Trainer, RunState | None]] = {}
    damaged: dict[str, BlastemaError] = {}
    for name in (CHECKPOINT, rollback_path(directory).name):
        if (directory / name).exists():
            trainer = fresh()
            try:
                loaded[name] = trainer, load_checkpoint(trainer, directory / name)
            except BlastemaError as error:
                damaged[name] = error
    if damaged:
        raise BlastemaError(f"{next(iter(damaged.values()))}; {_advice(directory, damaged, loaded)}")
    return max(loaded.values(), key=lambda pair: pair[0].done, default=None)


def refuse_lost(directory: Path, has_checkpoint_from_start: bool, has_beginning: bool) -> None:
    """Raise if a run without checkpoints has taken training steps or had a beginning, which would be lost.

    Blastema 0.1.0 wrote no checkpoint at the start, so its log may have some lines before the first one.

    Raises:
        BlastemaError: it has.
    """
    if has_beginning:
        raise BlastemaError(
            f"{directory} was begun with the weights of an organism, but {CHECKPOINT} and "
            f"{rollback_path(directory).name} are missing; restore one of them, or start a new run with another --out"
        )
    lines = kept_lines(directory / LOG, 10**9)
    if lines and (has_checkpoint_from_start or any(SCORE in line or OLD_SCORE in line for line in lines)):
        raise BlastemaError(
            f"{directory} took {lines[-1]['step']} training steps, but {CHECKPOINT} and "
            f"{rollback_path(directory).name} are missing; restore one of them, or start a new run with another --out"
        )


def state_in_files(directory: Path, done: int) -> RunState:
    """Return the state of a run of Blastema 0.1.0 after `done` steps, from its log and `best.safetensors`."""
    lines = kept_lines(directory / LOG, done)
    collapsed_at = max((index for index, line in enumerate(lines, 1) if "collapse" in line), default=0)
    best = read_organism(directory / BEST) if (directory / BEST).exists() else None
    if best:
        recorded_score(best)
    return RunState([loss_of(line) for line in lines[collapsed_at:]][-REMEMBERED:], 0, best)


def versions_in(path: Path) -> tuple[tuple[int, dict[str, str]], ...]:
    """Return the versions in the record of a run's organism, from step 0; none if it has none or is missing."""
    try:
        training = read_organism(path).training
        return ((0, {"engine": training["engine"], **training["versions"]}),)
    except (BlastemaError, KeyError, TypeError):
        return ()


def _advice(
    directory: Path, damaged: dict[str, BlastemaError], loaded: dict[str, tuple[Trainer, RunState | None]]
) -> str:
    if not loaded:
        return "restore it, or start a new run with another --out"
    ((name, (trainer, _)),) = loaded.items()
    what = "the checkpoint" if name == CHECKPOINT else "the last milestone"
    return f"remove {directory / next(iter(damaged))} to continue from {what}, step {trainer.done}, in {name}"
