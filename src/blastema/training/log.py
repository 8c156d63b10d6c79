"""The log of a run: a line of JSON for each training step."""

import json
import math
from pathlib import Path
from typing import Any

from blastema.atomic import replacing
from blastema.errors import BlastemaError
from blastema.training.trainer import Report


def log_line(report: Report, learning_rate: float, seconds: float) -> dict[str, Any]:
    """Return what the log says of a training step; a loss that is not finite is null.

    May be added: `collapse`, what went wrong, see `blastema.training.collapse`; `held_out`, the score of a milestone.
    """
    return {
        "step": report.step,
        "loss": report.loss if math.isfinite(report.loss) else None,
        "rollout": report.rollout,
        "learning_rate": learning_rate,
        "seconds": round(seconds, 4),
    }


def kept_lines(path: Path, done: int) -> list[dict[str, Any]]:
    """Return the lines of the log up to the checkpoint.

    Raises:
        BlastemaError: some of them are missing.
    """
    return [json.loads(line) for line in _kept(path, done)]


def trim(path: Path, done: int) -> None:
    """Take out of the log what came after the checkpoint.

    Raises:
        BlastemaError: lines before it are missing.
    """
    kept = _kept(path, done)
    with replacing(path) as temporary:
        temporary.write_text("".join(kept), "utf-8")


def _kept(path: Path, done: int) -> list[str]:
    lines = path.read_text("utf-8").splitlines(keepends=True) if path.exists() else []
    kept = [line for line in lines if _step_of(line) <= done]
    if len(kept) != done:
        raise BlastemaError(
            f"{path} has {len(kept)} of the {done} lines that the checkpoint tells of; restore or remove the run"
        )
    return kept


def loss_of(line: dict[str, Any]) -> float:
    """Return the loss that a line tells of."""
    return math.inf if line["loss"] is None else line["loss"]


def _step_of(line: str) -> float:
    """Return the step that a line of the log tells of; a line that was cut off belongs to none."""
    try:
        return int(json.loads(line)["step"]) if line.endswith("\n") else math.inf
    except (ValueError, TypeError, KeyError):
        return math.inf
