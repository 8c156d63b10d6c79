"""The screen of a sweep: a table of the runs, live; or lines, without a terminal."""

import math
import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from blastema.render.terminal import say
from blastema.sweep.job import ENDED, FAILED, FINISHED, RUNNING, STOPPED, WAITING, Job

LINE_EVERY, DRAW_EVERY = 10.0, 0.5
# Lines of the screen besides the rows of runs, and the rows that are shown at least.
FRAME, LEAST = 8, 3
# Width of a progress bar, of a screen that has room for it, and of the shortest names.
BAR, WIDE, SHORTEST = 12, 92, 12
GAP = 2
# Which rows are shown if there is no room for all.
IMPORTANT = (RUNNING, FAILED, FINISHED, STOPPED, WAITING)
STYLES = {RUNNING: "green", FAILED: "red", WAITING: "dim", STOPPED: "dim", FINISHED: "bold"}


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
        total = sum(job.done if job.state in ENDED else job.config.steps for job in self.jobs)
        finished = sum(job.state == FINISHED for job in self.jobs)
        rate = max(0, self.done - self.before) / max(time.monotonic() - self.began, 1e-9)
        text = f"{finished} of {len(self.jobs)} runs · step {self.done:,} of {total:,} · {rate:.1f} steps/s"
        if not rate or self.done == total:
            return text
        seconds = round((total - self.done) / rate)
        return f"{text} · {seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d} left"


class LineScreen:
    """Prints a line for each run that ends, and one every ten seconds, for use without a terminal."""

    def __init__(self, jobs: Sequence[Job], out: Path, console: Console) -> None:
        self.jobs, self.console, self.progress, self.last = jobs, console, Progress(jobs), time.monotonic()
        self.ended = {job for job in jobs if job.state in ENDED}
        say(console, f"{len(jobs)} run{'s' if len(jobs) > 1 else ''} in {out}; {len(self.ended)} finished before")

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
            if job.state in ENDED and job not in self.ended:
                self.ended.add(job)
                numbers = {"loss": _text(job.loss, 5), "validation": _text(job.validation, 2)}
                shown = "".join(f", {name} {number}" for name, number in numbers.items() if number)
                say(self.console, f"{job.name}: {job.state}{'' if job.problem else shown}")
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
            self.live.update(self._draw(last), refresh=True)
            self.last = time.monotonic()

    def _draw(self, last: bool) -> Group:
        room = max(LEAST, self.console.height - FRAME)
        chosen = sorted(self.jobs, key=lambda job: IMPORTANT.index(job.state))[:room]
        bar = {"": BAR} if self.console.width >= WIDE else {}
        steps, places = (max(len(text(job)) for job in self.jobs) for text in (_steps, _place))
        widths = {**bar, "step": steps, "loss": 7, "validation": 10, "worker": max(places, len(FINISHED))}
        table = Table(box=None, pad_edge=False, header_style="dim")
        rest = sum(widths.values()) + GAP * len(widths)
        table.add_column("run", no_wrap=True, overflow="ellipsis", max_width=max(SHORTEST, self.console.width - rest))
        for name, width in widths.items():
            table.add_column(name, no_wrap=True, width=width, justify="left" if name in ("", "worker") else "right")
        for job in (job for job in self.jobs if job in chosen):
            self._add(table, job)
        rest = len(self.jobs) - len(chosen)
        more = [Text(f"and {rest} more", "dim")] if rest else []
        hint = "" if last else f"\nresults in {self.out} · Ctrl-C saves and stops"
        return Group("", table, *more, "", Text(f"{self.progress.line()}{hint}", "dim"))

    def _add(self, table: Table, job: Job) -> None:
        bar = [ProgressBar(total=job.config.steps, completed=job.done, width=BAR)] if self.console.width >= WIDE else []
        worker = Text(_place(job), STYLES[job.state])
        table.add_row(Text(job.label), *bar, _steps(job), _text(job.loss, 5), _text(job.validation, 2), worker)


Screen = LiveScreen | LineScreen


def screen_of(jobs: Sequence[Job], directory: Path, console: Console) -> Screen:
    """Return the screen of a sweep for a console: live in a terminal, lines elsewhere."""
    return (LiveScreen if console.is_terminal else LineScreen)(jobs, directory, console)


def _text(number: float, digits: int) -> str:
    """Return a number with so many digits; nothing if it is not known."""
    return "" if math.isnan(number) else f"{number:.{digits}f}"


def _place(job: Job) -> str:
    """Return where a run is trained, on this machine only the port; or its state."""
    return job.worker.rpartition("/")[2].removeprefix("127.0.0.1") or job.state


def _steps(job: Job) -> str:
    return f"{job.done:,}/{job.config.steps:,}"
