"""Checkpoints: everything needed to resume training exactly, in one file with a checksum."""

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple, cast

import numpy as np

from blastema.errors import BlastemaError
from blastema.io.strict_json import parse_json
from blastema.io.tensors import read_tensors, write_tensors
from blastema.organism import Organism
from blastema.organism_file import check_weights, named_tensors
from blastema.records import Scores
from blastema.rule import Weights
from blastema.training.optimiser import Moments
from blastema.training.pool import SIGNALS, Pool, check_tensors
from blastema.training.pool import TENSORS as POOL_TENSORS
from blastema.training.trainer import Trainer

FORMAT, VERSION = "blastema-checkpoint", "1"
# Keys of the metadata; Blastema 0.1.0 wrote only the plain ones.
PLAIN_KEYS = {"format", "version", "step"}
ALL_KEYS = PLAIN_KEYS | {"state", "sha256"}
BEST = "best."


class RunState(NamedTuple):
    """The state of a run besides its trainer.

    Attributes:
        recent: the most recent losses, from which a collapse is detected; see `blastema.training.collapse`.
        rollbacks: number of rollbacks since the last milestone.
        best: the organism with the best validation score so far.
        versions: pairs (training step, versions and engine from there on); older checkpoints have none.
    """

    recent: list[float]
    rollbacks: int
    best: Organism | None
    versions: tuple[tuple[int, dict[str, str]], ...] = ()


def save_checkpoint(trainer: Trainer, state: RunState, path: Path) -> None:
    """Write weights, moments, pool, step number and the state of the run, atomically.

    There is no random state: the random numbers of a training step are a function of the seed and the step number.
    """
    tensors: dict[str, np.ndarray | list[np.ndarray]] = {
        prefix + name: tensor
        for prefix, weights in _sets(trainer).items()
        for name, tensor in named_tensors(weights).items()
    }
    if trainer.experiment.starts_from == "pool":
        tensors |= trainer.pool.tensors()
    record: dict[str, Any] = {"recent": state.recent, "rollbacks": state.rollbacks, "best": None}
    record["versions"] = state.versions
    if state.best is not None:
        tensors |= {BEST + name: tensor for name, tensor in named_tensors(state.best.weights).items()}
        record["best"] = {"training": state.best.training, "scores": state.best.scores}
    metadata = {"format": FORMAT, "version": VERSION, "step": str(trainer.done)}
    metadata["state"] = json.dumps(record, ensure_ascii=False, sort_keys=True)
    write_tensors(path, tensors, metadata | {"sha256": _digest(tensors, metadata)})


def load_checkpoint(trainer: Trainer, path: Path) -> RunState | None:
    """Restore a trainer of the same configuration from a checkpoint, and return the state of its run.

    Checkpoints of Blastema 0.1.0 hold no state; then it is None.

    Raises:
        BlastemaError: the file is damaged, not a checkpoint, or of another configuration.
    """
    tensors, metadata = read_tensors(path)
    done = _step(metadata, path)
    if "sha256" in metadata and metadata["sha256"] != _digest(tensors, metadata):
        raise BlastemaError(f"{path} is damaged: its content does not match its checksum")
    sets = {prefix: _weights(trainer, tensors, prefix, path) for prefix in _sets(trainer)}
    if any((second < 0).any() for second in sets["second."]):
        raise BlastemaError(f"{path} is damaged: its second moments are negative")
    state = _state(trainer, tensors, metadata["state"], path) if "state" in metadata else None
    if trainer.experiment.starts_from == "pool":
        trainer.pool = _pool(trainer, tensors, path)
    trainer.weights = sets["weights."]
    trainer.moments = Moments(sets["first."], sets["second."])
    trainer.done = done
    return state


def saved_step(path: Path) -> int:
    """Return the step number of a checkpoint, 0 if the file does not exist."""
    return _step(read_tensors(path)[1], path) if path.exists() else 0


def _sets(trainer: Trainer) -> dict[str, Weights]:
    return {"weights.": trainer.weights, "first.": trainer.moments.first, "second.": trainer.moments.second}


def _digest(tensors: dict[str, Any], metadata: dict[str, str]) -> str:
    """Return the SHA-256 of a checkpoint's content. A tensor may be given as a list of arrays to concatenate."""
    rest = {key: value for key, value in metadata.items() if key != "sha256"}
    digest = hashlib.sha256(json.dumps(rest, sort_keys=True).encode())
    for name, value in sorted(tensors.items()):
        parts = value if isinstance(value, list) else [value]
        shape = (sum(len(part) for part in parts), *parts[0].shape[1:])
        digest.update(f"{name} {parts[0].dtype} {shape}".encode())
        for part in parts:
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


def _step(metadata: dict[str, str], path: Path) -> int:
    """Return the step number in a checkpoint's metadata."""
    if (metadata.get("format"), metadata.get("version")) != (FORMAT, VERSION):
        raise BlastemaError(f"{path} is not a checkpoint of version {VERSION}; it holds {metadata.get('format')!r}")
    step = metadata.get("step", "")
    if metadata.keys() not in (PLAIN_KEYS, ALL_KEYS) or not (step.isascii() and step.isdecimal() and len(step) < 11):
        raise BlastemaError(f"{path} is damaged: its metadata are invalid")
    return int(step)


def _weights(trainer: Trainer, tensors: dict[str, np.ndarray], prefix: str, path: Path) -> Weights:
    own = {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
    return check_weights(trainer.rule, own, str(path))


def _state(trainer: Trainer, tensors: dict[str, np.ndarray], text: str, path: Path) -> RunState:
    record = parse_json(text, f"the state in {path}")
    try:
        recent = [float(loss) for loss in record["recent"]]
        rollbacks, best = int(record["rollbacks"]), record["best"]
        versions = tuple((int(step), dict(entry)) for step, entry in record.get("versions", ()))
        organism = best and Organism(
            _weights(trainer, tensors, BEST, path),
            trainer.rule,
            dict(best["training"]),
            cast(Scores, dict(best["scores"])),
        )
    except (TypeError, ValueError, KeyError, OverflowError, AttributeError) as error:
        raise BlastemaError(f"{path} is damaged: the state of its run is invalid ({error})") from None
    return RunState(recent, rollbacks, organism, versions)


def _pool(trainer: Trainer, tensors: dict[str, np.ndarray], path: Path) -> Pool:
    targets = len(trainer.targets)
    needed = (*POOL_TENSORS, SIGNALS) if targets > 1 else POOL_TENSORS
    missing = [name for name in needed if name not in tensors]
    if missing or len(tensors["pool.seeds"]) != trainer.recipe.pool:
        raise BlastemaError(f"{path} has no pool of {trainer.recipe.pool} states, which its run needs")
    check_tensors(tensors, trainer.pool.shape, targets, str(path))
    return Pool.of_tensors(tensors, trainer.pool.shape, targets)
