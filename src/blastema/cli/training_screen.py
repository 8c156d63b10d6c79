"""The screen of `blastema train`: progress, and the organism growing live."""

import signal
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from blastema.render.terminal import half_blocks
from blastema.rule import seed_batch
from blastema.training.album import picture_growth, picture_loss, picture_step
from blastema.training.run import Run
from blastema.training.tensorboard import Events
from blastema.training.trainer import Report

# Steps that the organism on the screen takes between two pictures, and its age when it starts anew.
STRIDE, OLDEST = 4, 160
PICTURE_EVERY, LINE_EVERY = 0.15, 10.0
BARS = "▁▂▃▄▅▆▇█"


def watch(run: Run, tell: Callable[[Report], None] | None = None) -> None:
    """Train to the end, or until Ctrl-C, and show how it goes; then say what is where.

    Args:
        run: to go on with.
        tell: who else is told of each training step.
    """
    console = Console(stderr=True)
    if run.trainer.done >= run.config.steps:
        console.print(
            f"{run.directory} already took all its {run.config.steps} steps; go further with --steps", highlight=False
        )
        return
    screen = LiveScreen(run, console) if console.is_terminal else LineScreen(run, console)
    events = Events(run.directory)
    training = run.train()
    try:
        with stop_gently() as stopped, screen:
            for report in training:
                events.add(report)
                picture_step(run, report)
                screen.show(report)
                if tell:
                    tell(report)
                del report
                if stopped:
                    break
    finally:
        training.close()
        events.close()
    _farewell(run, console)


def _farewell(run: Run, console: Console) -> None:
    picture_loss(run)
    if run.trainer.done < run.config.steps:
        console.print(
            f"stopped after step {run.trainer.done} of {run.config.steps}; all is saved. Go on with:", highlight=False
        )
        print(f"  blastema train --resume {run.directory}", file=sys.stderr)
        sys.exit(130)
    picture_growth(run)
    console.print(
        f"trained in {run.directory}: organism.safetensors, growth.gif, loss.png, pictures. Watch it with:",
        highlight=False,
    )
    print(f"  blastema grow {run.directory}", file=sys.stderr)


@contextmanager
def stop_gently() -> Iterator[list[int]]:
    """Collect signals to stop in the list that is given; a second one ends at once."""
    stopped: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        if stopped:
            raise KeyboardInterrupt
        stopped.append(number)

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Progress:
    """Rate and time left, from the steps taken since this process began."""

    def __init__(self, run: Run) -> None:
        self.run, self.began, self.done_before = run, time.monotonic(), run.trainer.done

    def rate(self) -> float:
        """Return training steps a second."""
        return (self.run.trainer.done - self.done_before) / max(time.monotonic() - self.began, 1e-9)

    def left(self) -> str:
        """Return the time left as `h:mm:ss`."""
        seconds = (self.run.config.steps - self.run.trainer.done) / max(self.rate(), 1e-9)
        return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"

    def line(self) -> str:
        """Return all of it in one line."""
        run = self.run
        return (
            f"step {run.trainer.done}/{run.config.steps}  loss {recent_loss(run):.5f}  "
            f"{self.rate():.2f} steps/s  {self.left()} left"
        )


class LineScreen:
    """A line now and then, where there is no terminal."""

    def __init__(self, run: Run, console: Console) -> None:
        self.run, self.console, self.progress, self.last = run, console, Progress(run), 0.0

    def __enter__(self) -> "LineScreen":
        self.console.print(
            f"training {self.run.config.target} ({self.run.config.experiment}) in {self.run.directory}", highlight=False
        )
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, report: Report) -> None:
        """Print a line if it is time for one."""
        if time.monotonic() - self.last > LINE_EVERY or report.step == self.run.config.steps:
            self.console.print(self.progress.line(), highlight=False)
            self.last = time.monotonic()


class LiveScreen:
    """The organism as its cells know it now, growing beside the figures."""

    def __init__(self, run: Run, console: Console) -> None:
        self.run, self.progress, self.last = run, Progress(run), 0.0
        self.console = console
        self.live = Live(console=console, auto_refresh=False)
        self.batch = self._seed()

    def __enter__(self) -> "LiveScreen":
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def show(self, report: Report) -> None:
        """Let the organism grow on and draw it, if it is time to."""
        if time.monotonic() - self.last < PICTURE_EVERY and report.step != self.run.config.steps:
            return
        trainer = self.run.trainer
        if self.batch.ages[0] >= OLDEST or not (self.batch.states > 0).any():
            self.batch = self._seed()
        self.batch = trainer.engine.grow(trainer.rule, trainer.weights, self.batch, STRIDE)
        self.live.update(self._draw(report), refresh=True)
        self.last = time.monotonic()

    def _seed(self) -> Any:
        height, width = self.run.target.shape[:2]
        return seed_batch([self.run.config.seed], height, width, self.run.trainer.rule.channels)

    def _draw(self, report: Report) -> Table:
        run, room = self.run, max(4, self.console.height - 3)
        figures = Table.grid(padding=(0, 2))
        figures.add_row(Text("step", "dim"), f"{report.step:,} of {run.config.steps:,}")
        figures.add_row("", ProgressBar(total=run.config.steps, completed=report.step, width=28))
        figures.add_row(Text("loss", "dim"), f"{recent_loss(run):.5f}")
        figures.add_row("", Text(sparkline(run.losses, 28), "green"))
        figures.add_row(Text("rate", "dim"), f"{self.progress.rate():.2f} steps/s")
        figures.add_row(Text("left", "dim"), self.progress.left())
        figures.add_row(Text("cells", "dim"), f"{int(self.batch.ages[0])} steps after the seed")
        figures.add_row(Text("run", "dim"), Text(str(run.directory)))
        title = Text(f"{run.config.target} · {run.config.experiment}", "bold")
        side = Group(title, "", figures, "", Text("Ctrl-C saves and stops", "dim"))
        whole = Table.grid(padding=(0, 3))
        whole.add_row(half_blocks(self.batch.states[0], max(8, self.console.width - 44), room), side)
        return whole


def recent_loss(run: Run) -> float:
    """Return the median loss of the last 20 training steps."""
    return statistics.median(run.losses[-20:])


def sparkline(losses: list[float], width: int) -> str:
    """Return the course of the loss, logarithmic, as a line of bars.

    >>> sparkline([1.0, 0.1, 0.01], 3)
    '█▅▁'
    """
    parts = np.array_split(np.log10(np.maximum(losses, 1e-12)), min(width, len(losses)))
    levels = np.array([np.median(part) for part in parts])
    span = max(float(np.ptp(levels)), 1e-9)
    return "".join(BARS[round(float(level - levels.min()) / span * (len(BARS) - 1))] for level in levels)
