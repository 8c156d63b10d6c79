"""The record of a training: what an organism's file says that its bytes depend on."""

from typing import Any

import numpy as np

from blastema.organism import Organism
from blastema.records import TrainingRecord
from blastema.training.checkpoint import RunState
from blastema.training.config import Config
from blastema.training.history import extended
from blastema.training.trainer import Trainer
from blastema.training.versions import devices, versions


def organism_of(config: Config, trainer: Trainer, state: RunState) -> Organism:
    """Return the current organism of a run, with its record."""
    loss = state.recent[-1] if state.recent else None
    training: dict[str, Any] = config.record() | {
        "steps": trainer.done,
        "final_loss": loss if loss is not None and np.isfinite(loss) else None,
        "versions": _versions(trainer),
    }
    # Also if it begins later: nothing is known of the steps before.
    if [step for step, _ in state.versions] != [0]:
        training["version_history"] = state.versions
    height, width = trainer.target.shape[:2]
    record = TrainingRecord.of(training)
    if (record.height, record.width) != (height, width):
        # The grid is larger than fit and pad say if the picture had to be moved onto the seed cell.
        training |= {"height": height, "width": width}
    return Organism(trainer.final_weights, trainer.rule, training)


def with_versions(state: RunState, trainer: Trainer) -> RunState:
    """Return the state of a run that continues now, with the versions of this machine."""
    now = {"engine": trainer.engine.name} | _versions(trainer)
    return state._replace(versions=extended(state.versions, now, trainer.done))


def version_notices(before: RunState, after: RunState) -> list[str]:
    """Return a sentence for the user if a run continues with other versions."""
    if not before.versions or before.versions == after.versions:
        return []
    (_, old), (step, new) = before.versions[-1], after.versions[-1]
    changes = [f"{name} {old.get(name)} -> {value}" for name, value in new.items() if old.get(name) != value]
    return [
        f"from step {step} on, this run has other versions ({', '.join(changes)}), so its bytes differ from those of a "
        "run with one of them throughout; the organism's record says so"
    ]


def _versions(trainer: Trainer) -> dict[str, str]:
    return versions(trainer.engine) | devices(trainer.engine, trainer.recipe.batch)
