"""The log of a run: a line of JSON for each training step. Nothing that training depends on is in it alone."""

import json
import math
from pathlib import Path
from typing import Any

from blastema.io.atomic import replacing
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
    """Return the whole lines of the log up to training step `done`, in order; damaged ones are left out."""
    return [line for line, _ in _kept(path, done)]


def trim(path: Path, done: int) -> None:
    """Take out of the log what comes after training step `done`, and what is damaged."""
    kept = b"".join(text + b"\n" for _, text in _kept(path, done))
    if not path.exists() or path.read_bytes() != kept:
        with replacing(path) as temporary:
            temporary.write_bytes(kept)


def loss_of(line: dict[str, Any]) -> float:
    """Return the loss that a line tells of."""
    return math.inf if line["loss"] is None else float(line["loss"])


def _kept(path: Path, done: int) -> list[tuple[dict[str, Any], bytes]]:
    """Return the lines up to a training step, parsed and as they are, with their steps rising."""
    kept: list[tuple[dict[str, Any], bytes]] = []
    # What follows the last line feed was cut off.
    for text in path.read_bytes().split(b"\n")[:-1] if path.exists() else ():
        line = _parsed(text)
        if line and (kept[-1][0]["step"] if kept else 0) < line["step"] <= done:
            kept.append((line, text))
    return kept


def _parsed(text: bytes) -> dict[str, Any] | None:
    """Return what a line says, or None if it is damaged."""
    try:
        line = json.loads(text.decode("utf-8"))
        whole = type(line["step"]) is int and (line["loss"] is None or math.isfinite(line["loss"]))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
    return line if whole and isinstance(line, dict) and not isinstance(line["loss"], bool) else None
