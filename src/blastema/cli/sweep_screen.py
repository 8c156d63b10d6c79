"""The screen of `blastema sweep`: a table of the runs, live."""

import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from blastema.cli.training_screen import say
from blastema.errors import BlastemaError
from blastema.machine import cores
from blastema.machine.stop_signals import stop_gently
from blastema.sweep.cluster import connected
from blastema.sweep.conduct import conducted, only_sweep_in
from blastema.sweep.job import FAILED, FINISHED, RUNNING, WAITING, Job
from blastema.sweep.results import Results
from blastema.training.directory import make_directory

if TYPE_CHECKING:
    from distributed import Client

LINE_EVERY, DRAW_EVERY = 10.0, 0.5
# Lines of the screen besides the rows of runs, and the rows that are shown at least.
FRAME, LEAST = 8, 3
# Width of a progress bar, and of a screen that has room for it.
BAR, WIDE = 12, 80
# Which rows are shown if there is no room for all.
IMPORTANT = (RUNNING, FAILED, WAITING, FINISHED)
STYLES = {RUNNING: "green", FAILED: "red", WAITING: "dim", FINISHED: "bold"}


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
    for job in jobs:
        job.look()
    waiting = sum(job.state == WAITING for job in jobs)
    if scheduler is not None and waiting:
        # Before anything is written.
        with connected(scheduler, 0):
            pass
    make_directory(out)
    with only_sweep_in(out), stop_gently(console) as stopped:
        results = Results(out, jobs)
        results.write()
        if waiting:
            screen = LiveScreen(jobs, out, console) if console.is_terminal else LineScreen(jobs, out, console)
            processes = min(workers or cores(), waiting)
            _train(jobs, scheduler, processes, seconds, screen, results, stopped)
        _farewell(jobs, out, console, results, stopped)


def _train(
    jobs: list[Job],
    scheduler: str | None,
    processes: int,
    seconds: float,
    screen: "LiveScreen | LineScreen",
    results: Results,
    stopped: list[int],
) -> None:
    """Train until all jobs ended, or until a stop signal."""

    @contextmanager
    def connect() -> "Iterator[Client]":
        with connected(scheduler, processes) as client:
            where = scheduler or f"{processes} processes on this machine"
            screen.tell(f"training on {where}; Dask's dashboard: {client.dashboard_link}")
            yield client

    ended = 0
    with screen:
        try:
            for conductor in conducted(jobs, connect, seconds, screen.tell):
                screen.show()
                now_ended = sum(job.state in (FINISHED, FAILED) for job in jobs)
                if now_ended != ended:
                    results.write()
                    ended = now_ended
                if stopped and conductor is None:
                    break
                if stopped and conductor is not None and not conductor.stopping:
                    screen.tell("stopping after the current training steps; Ctrl-C again stops at once")
                    conductor.stop()
        except OSError as error:
            raise BlastemaError(
                f"cannot write to {error.filename or results.directory}: {error.strerror or error}; what was finished "
                "is saved. Make room, then run the same command again"
            ) from None
        screen.show(last=True)


def _farewell(jobs: list[Job], out: Path, console: Console, results: Results, stopped: list[int]) -> None:
    results.write()
    count = Counter(job.state for job in jobs)
    for job in jobs:
        if job.state == FAILED:
            say(console, f"{job.name} failed: {job.problem}")
    if count[WAITING] or count[RUNNING]:
        say(console, f"Stopped; {count[FINISHED]} of {len(jobs)} runs have finished, and the others are saved. "
                     "The same command continues.")  # fmt: skip
        sys.exit(128 + stopped[0] if stopped else 1)
    say(console, f"{count[FINISHED]} of {len(jobs)} runs have finished in {out}: {', '.join(results.names())}")
    if count[FAILED]:
        sys.exit(1)


class Progress:
    """How far a sweep is."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs, self.began = jobs, time.monotonic()
        self.before = self.done

    @property
    def done(self) -> int:
        """Training steps taken."""
        return sum(job.done for job in self.jobs)

    def line(self) -> str:
        """Return runs, training steps, rate and time left in one line."""
        total = sum(job.config.steps for job in self.jobs if job.state != FAILED)
        finished = sum(job.state == FINISHED for job in self.jobs)
        rate = max(0, self.done - self.before) / max(time.monotonic() - self.began, 1e-9)
        text = f"{finished} of {len(self.jobs)} runs · step {self.done:,} of {total:,} · {rate:.1f} steps/s"
        if not rate:
            return text
        seconds = round((total - self.done) / rate)
        return f"{text} · {seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d} left"


class LineScreen:
    """Prints a line for each run that ends, and one every ten seconds, for use without a terminal."""

    def __init__(self, jobs: Sequence[Job], out: Path, console: Console) -> None:
        self.jobs, self.console, self.progress, self.last = jobs, console, Progress(jobs), time.monotonic()
        self.ended = {job for job in jobs if job.state in (FINISHED, FAILED)}
        say(console, f"{len(jobs)} runs in {out}, of which {len(self.ended)} have finished")

    def __enter__(self) -> "LineScreen":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def tell(self, text: str) -> None:
        """Print a sentence."""
        say(self.console, text)

    def show(self, last: bool = False) -> None:
        """Print what is new."""
        for job in self.jobs:
            if job.state in (FINISHED, FAILED) and job not in self.ended:
                self.ended.add(job)
                say(self.console, f"{job.name}: {job.state}" + (f", loss {job.loss:.5f}" if not job.problem else ""))
        if last or time.monotonic() - self.last > LINE_EVERY:
            say(self.console, self.progress.line())
            self.last = time.monotonic()


class LiveScreen:
    """Shows a table of the runs."""

    def __init__(self, jobs: Sequence[Job], out: Path, console: Console) -> None:
        self.jobs, self.out, self.console, self.progress, self.last = jobs, out, console, Progress(jobs), 0.0
        self.live = Live(console=console, auto_refresh=False)

    def __enter__(self) -> "LiveScreen":
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def tell(self, text: str) -> None:
        """Print a sentence above the table."""
        say(self.console, text)

    def show(self, last: bool = False) -> None:
        """Draw the table, if the interval has elapsed."""
        if last or time.monotonic() - self.last > DRAW_EVERY:
            self.live.update(self._draw(), refresh=True)
            self.last = time.monotonic()

    def _draw(self) -> Group:
        room = max(LEAST, self.console.height - FRAME)
        chosen = sorted(self.jobs, key=lambda job: IMPORTANT.index(job.state))[:room]
        table = Table(box=None, pad_edge=False, header_style="dim")
        table.add_column("run", no_wrap=True, overflow="ellipsis")
        if self.console.width >= WIDE:
            table.add_column(width=BAR)
        table.add_column("step", justify="right", no_wrap=True, min_width=max(len(_steps(job)) for job in self.jobs))
        table.add_column("loss", justify="right", no_wrap=True, min_width=7)
        table.add_column("worker", no_wrap=True, overflow="ellipsis", min_width=len(FINISHED))
        for job in (job for job in self.jobs if job in chosen):
            self._add(table, job)
        rest = len(self.jobs) - len(chosen)
        more = [Text(f"and {rest} more", "dim")] if rest else []
        foot = Text(f"{self.progress.line()}\nresults in {self.out} · Ctrl-C saves and stops", "dim")
        return Group("", table, *more, "", foot)

    def _add(self, table: Table, job: Job) -> None:
        bar = [ProgressBar(total=job.config.steps, completed=job.done, width=BAR)] if self.console.width >= WIDE else []
        loss = f"{job.loss:.5f}" if job.loss == job.loss else ""
        worker = Text(job.worker.rpartition("/")[2] or job.state, STYLES[job.state])
        table.add_row(Text(job.label), *bar, _steps(job), loss, worker)


def _steps(job: Job) -> str:
    return f"{job.done:,}/{job.config.steps:,}"
