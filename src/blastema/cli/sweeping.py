"""What `blastema sweep` does: it trains, with the screen of a sweep, and says how it ended."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from blastema.machine.stop_signals import stop_gently
from blastema.render.terminal import say
from blastema.sweep.conduct import train_jobs
from blastema.sweep.job import FAILED, FINISHED, RUNNING, WAITING, Job
from blastema.sweep.results import names_in


def watch_sweep(jobs: list[Job], out: Path, scheduler: str | None, workers: int | None, seconds: float) -> None:
    """Train all jobs to the end, or until a stop signal, and show the progress; then list the results.

    Args:
        jobs: of the sweep.
        out: its directory.
        scheduler: address of a Dask scheduler; None for processes on this machine.
        workers: number of these.
        seconds: length of a slice.
    """
    console = Console(stderr=True)
    with stop_gently(console) as stopped:
        for _ in train_jobs(jobs, out, scheduler, workers, seconds, console, stopped):
            pass
        _farewell(jobs, out, console, stopped)


def _farewell(jobs: list[Job], out: Path, console: Console, stopped: Sequence[int]) -> None:
    count = Counter(job.state for job in jobs)
    for job in jobs:
        if job.state == FAILED:
            say(console, f"{job.name} failed: {job.problem}")
    if count[WAITING] or count[RUNNING]:
        say(console, f"Stopped; {count[FINISHED]} of {len(jobs)} runs have finished, and the others are saved. "
                     "The same command continues.")  # fmt: skip
        sys.exit(128 + stopped[0] if stopped else 1)
    say(console, f"{count[FINISHED]} of {len(jobs)} runs have finished in {out}: {', '.join(names_in(out))}")
    if count[FAILED]:
        sys.exit(1)
