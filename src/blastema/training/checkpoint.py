"""Checkpoints: all that a trainer needs to go on exactly, in one file."""

from pathlib import Path

import numpy as np

from blastema.errors import BlastemaError
from blastema.organism import TENSORS, check_weights
from blastema.rule import Weights
from blastema.tensors import read_tensors, write_tensors
from blastema.training.optimiser import Moments
from blastema.training.pool import TENSORS as POOL_TENSORS
from blastema.training.pool import Pool
from blastema.training.trainer import Trainer

FORMAT, VERSION = "blastema-checkpoint", "1"


def save_checkpoint(trainer: Trainer, path: Path) -> None:
    """Write weights, moments, pool and the number of steps done; whole or not at all.

    The random state is not among them: what a step draws is a function of the seed and the number of the step.
    """
    tensors: dict[str, np.ndarray | list[np.ndarray]] = {
        prefix + name: tensor
        for prefix, weights in _sets(trainer).items()
        for name, tensor in zip(TENSORS, weights, strict=True)
    }
    if trainer.experiment.starts_from == "pool":
        tensors |= trainer.pool.tensors()
    metadata = {"format": FORMAT, "version": VERSION, "step": str(trainer.done)}
    write_tensors(path, tensors, metadata)


def load_checkpoint(trainer: Trainer, path: Path) -> None:
    """Bring a trainer of the same configuration to where the checkpoint was taken.

    Raises:
        BlastemaError: the file is not a whole checkpoint, or not one of this configuration.
    """
    tensors, metadata = read_tensors(path)
    if (metadata.get("format"), metadata.get("version")) != (FORMAT, VERSION) or not metadata.get("step", "").isdigit():
        raise BlastemaError(f"{path} is not a checkpoint of version {VERSION}; it holds {metadata.get('format')!r}")
    sets = {
        prefix: check_weights(
            trainer.rule,
            {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)},
            str(path),
        )
        for prefix in _sets(trainer)
    }
    trainer.weights = sets["weights."]
    trainer.moments = Moments(sets["first."], sets["second."])
    trainer.done = int(metadata["step"])
    if trainer.experiment.starts_from == "pool":
        trainer.pool = _pool(trainer, tensors, path)


def saved_step(path: Path) -> int:
    """Return after how many training steps a checkpoint was taken, 0 if there is none."""
    return int(read_tensors(path)[1].get("step", 0)) if path.exists() else 0


def _sets(trainer: Trainer) -> dict[str, Weights]:
    return {"weights.": trainer.weights, "first.": trainer.moments.first, "second.": trainer.moments.second}


def _pool(trainer: Trainer, tensors: dict[str, np.ndarray], path: Path) -> Pool:
    missing = [name for name in POOL_TENSORS if name not in tensors]
    if missing or len(tensors["pool.seeds"]) != trainer.recipe.pool:
        raise BlastemaError(f"{path} does not hold the pool of {trainer.recipe.pool} organisms that its run needs")
    return Pool.of_tensors(tensors, trainer.pool.shape)
