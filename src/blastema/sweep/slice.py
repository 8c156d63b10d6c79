"""What a worker does: it takes the files of a run, trains a slice of it, and returns the files that changed."""

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from blastema._version import __version__
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.reporting.album import picture_result
from blastema.sweep.files import Files, read_files
from blastema.training.run import Run

# Topic of the events with which workers report how far they are, and seconds between two of a run.
TOPIC, REPORT_EVERY = "blastema-sweep", 1.0
# Sweeps that were asked to stop.
_stopped: set[str] = set()


class Slice(NamedTuple):
    """A trained part of a run.

    Attributes:
        files: those that changed, by name.
        done: training steps that the run has taken.
        loss: of the last one.
    """

    files: dict[str, bytes]
    done: int
    loss: float


class UnfitWorkerError(BlastemaError):
    """A worker cannot train this run; another one may."""


def unfit(engine: str, version: str) -> str | None:
    """Return why this machine cannot train on an engine with a version of Blastema, or None if it can."""
    if __version__ != version:
        return f"it has blastema {__version__}, and this command {version}; install the same version on both"
    try:
        _choose(engine)
    except BlastemaError as error:
        return str(error)
    return None


def train_slice(
    files: Files, sweep: str, name: str, seconds: float, engine: str, version: str, until: int | None = None
) -> Slice:
    """Train a run for some time, at least one step, or to its end.

    The result does not depend on how a run is divided into slices.

    Args:
        files: of the run.
        sweep: identifies the sweep, for `stop`.
        name: of the run, for reports.
        seconds: after which it returns.
        engine, version: what the run needs, see `unfit`.
        until: training step after which it returns at the latest.

    Raises:
        UnfitWorkerError: this machine lacks something.
        BlastemaError: the files are damaged, or training fails.
    """
    problem = unfit(engine, version)
    if problem:
        raise UnfitWorkerError(problem)
    return trained(files, seconds, lambda: sweep in _stopped, _reporter(sweep, name), until)


def trained(
    files: Files,
    seconds: float,
    stopped: Callable[[], bool],
    report: Callable[[int, float], None],
    until: int | None = None,
) -> Slice:
    """Train a run in a temporary directory.

    Args:
        files: of the run.
        seconds: after which it ends; at least one step is trained, unless the run has none left.
        stopped: returns whether to end after the current step.
        report: called with step and loss once a second.
        until: training step after which it ends at the latest.
    """
    with tempfile.TemporaryDirectory(prefix="blastema-") as folder:
        directory = Path(folder)
        for file, content in files.items():
            (directory / file).write_bytes(content)
        run = Run.resume(directory)
        _train(run, seconds, lambda: stopped() or run.trainer.done == until, report)
        pictures = picture_result(run) if run.trainer.done == run.config.steps else []
        after = read_files(directory) | {picture: (directory / picture).read_bytes() for picture in pictures}
    changed = {file: content for file, content in after.items() if files.get(file) != content}
    return Slice(changed, run.trainer.done, run.losses[-1] if run.losses else float("nan"))


def stop(sweep: str) -> None:
    """End the slices of a sweep after their current training step."""
    _stopped.add(sweep)


def _choose(engine: str) -> None:
    # To Dask, a thread of a worker is a core: with several, the worker trains several runs at once.
    os.environ.setdefault("BLASTEMA_THREADS", "1")
    choose_engine(engine)


def _train(run: Run, seconds: float, stopped: Callable[[], bool], report: Callable[[int, float], None]) -> None:
    began = reported = time.monotonic()
    training = run.train()
    try:
        for step in training:
            now = time.monotonic()
            if now - began >= seconds or stopped():
                break
            if now - reported >= REPORT_EVERY:
                report(step.step, step.loss)
                reported = now
    finally:
        training.close()


def _reporter(sweep: str, name: str) -> Callable[[int, float], None]:
    """Return a function that reports step and loss to the client."""
    from distributed import get_worker

    worker = get_worker()

    def report(step: int, loss: float) -> None:
        worker.log_event(TOPIC, {"sweep": sweep, "run": name, "step": step, "loss": loss, "worker": worker.address})

    return report
