"""Where a run continues: its newest checkpoint, and what it remembers."""

from collections.abc import Callable
from pathlib import Path

from blastema.errors import BlastemaError
from blastema.organism import read_organism
from blastema.training.checkpoint import RunState, load_checkpoint
from blastema.training.collapse import REMEMBERED
from blastema.training.directory import CHECKPOINT, LOG
from blastema.training.log import kept_lines, loss_of
from blastema.training.milestone import BEST, GOOD, validation_score
from blastema.training.trainer import Trainer


def newest_checkpoint(directory: Path, fresh: Callable[[], Trainer]) -> tuple[Trainer, RunState | None] | None:
    """Return a trainer brought to the checkpoint, or to the last milestone where that is further or all there is.

    Raises:
        BlastemaError: one of them is damaged; it says what can be done.
    """
    loaded: dict[str, tuple[Trainer, RunState | None]] = {}
    damaged: dict[str, BlastemaError] = {}
    for name in (CHECKPOINT, GOOD):
        if (directory / name).exists():
            trainer = fresh()
            try:
                loaded[name] = trainer, load_checkpoint(trainer, directory / name)
            except BlastemaError as error:
                damaged[name] = error
    if damaged:
        raise BlastemaError(f"{next(iter(damaged.values()))}; {_advice(directory, damaged, loaded)}")
    return max(loaded.values(), key=lambda pair: pair[0].done, default=None)


def refuse_lost(directory: Path, has_checkpoint_from_start: bool) -> None:
    """Raise if a run without checkpoints has taken steps that would be lost.

    Blastema 0.1.0 wrote no checkpoint at the start, so that its log may have some lines before the first one.
    """
    lines = kept_lines(directory / LOG, 10**9)
    if lines and (has_checkpoint_from_start or any("held_out" in line for line in lines)):
        raise BlastemaError(
            f"{directory} took {lines[-1]['step']} training steps, but {CHECKPOINT} and {GOOD} are missing; restore "
            "one of them, or begin a new run with another --out"
        )


def state_in_files(directory: Path, done: int) -> RunState:
    """Return what a run of Blastema 0.1.0 remembers: that is in its log and in `best.safetensors`."""
    lines = kept_lines(directory / LOG, done)
    collapsed_at = max((index for index, line in enumerate(lines, 1) if "collapse" in line), default=0)
    best = read_organism(directory / BEST) if (directory / BEST).exists() else None
    if best:
        validation_score(best)
    return RunState([loss_of(line) for line in lines[collapsed_at:]][-REMEMBERED:], 0, best)


def _advice(
    directory: Path, damaged: dict[str, BlastemaError], loaded: dict[str, tuple[Trainer, RunState | None]]
) -> str:
    if not loaded:
        return "restore it, or begin a new run with another --out"
    ((name, (trainer, _)),) = loaded.items()
    broken = directory / next(iter(damaged))
    what = "the last milestone" if name == GOOD else "the checkpoint"
    return f"remove {broken} to continue from {what}, step {trainer.done}, in {name}"
