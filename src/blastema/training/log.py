"""The log of a run: one line of JSON per training step. Training does not depend on it."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blastema.io.atomic import replacing
from blastema.training.trainer import Report

# Bytes at the end of a log in which one of its last lines is looked for.
TAIL = 65_536


def log_line(report: Report, learning_rate: float, seconds: float, signals: Sequence[str] = ()) -> dict[str, Any]:
    """Return the log line of a training step; a loss that is not finite is null.

    With several targets, `losses` has the loss of each target in the batch, by the name of its signal.

    The run may add `collapse`, the kind of collapse (see `blastema.training.collapse`), or `validation`, the validation
    score at a milestone; older logs call it `held_out`.
    """
    losses = {signals[target]: loss if math.isfinite(loss) else None for target, loss in report.losses.items()}
    return {
        "step": report.step,
        "loss": report.loss if math.isfinite(report.loss) else None,
        **({"losses": losses} if losses else {}),
        "rollout": report.rollout,
        "learning_rate": learning_rate,
        "seconds": round(seconds, 4),
    }


def kept_lines(path: Path, done: int) -> list[dict[str, Any]]:
    """Return the complete lines of the log up to training step `done`, in order, without damaged ones."""
    return [line for line, _ in _kept(path, done)]


def loss_at(path: Path, step: int) -> float:
    """Return the loss of one of the last training steps in the log; NaN if it is not there."""
    if not path.exists():
        return math.nan
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        lines = map(_parsed, file.read().split(b"\n"))
    return next((loss_of(line) for line in lines if line and line["step"] == step), math.nan)


def trim(path: Path, done: int) -> None:
    """Remove from the log the lines after training step `done`, and damaged ones."""
    kept = b"".join(text + b"\n" for _, text in _kept(path, done))
    if not path.exists() or path.read_bytes() != kept:
        with replacing(path) as temporary:
            temporary.write_bytes(kept)


def loss_of(line: dict[str, Any]) -> float:
    """Return the loss in a line; null means infinite."""
    return math.inf if line["loss"] is None else float(line["loss"])


def _kept(path: Path, done: int) -> list[tuple[dict[str, Any], bytes]]:
    """Return the lines up to a training step, parsed and as bytes, with increasing steps."""
    kept: list[tuple[dict[str, Any], bytes]] = []
    # An incomplete line after the last line feed is dropped.
    for text in path.read_bytes().split(b"\n")[:-1] if path.exists() else ():
        line = _parsed(text)
        if line and (kept[-1][0]["step"] if kept else 0) < line["step"] <= done:
            kept.append((line, text))
    return kept


def _parsed(text: bytes) -> dict[str, Any] | None:
    """Return a line's object, or None if the line is damaged."""
    try:
        line = json.loads(text.decode("utf-8"))
        whole = type(line["step"]) is int and (line["loss"] is None or math.isfinite(line["loss"]))
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError):
        return None
    return line if whole and isinstance(line, dict) and not isinstance(line["loss"], bool) else None
