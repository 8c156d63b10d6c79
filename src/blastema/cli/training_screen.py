"""The screen of `blastema train`: progress, and the organism growing live."""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
from rich.console import Console, Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from blastema.cli.invocation import to_paste
from blastema.machine.stop_signals import stop_gently
from blastema.organism import Organism
from blastema.render.terminal import Window, half_blocks, say
from blastema.reporting.album import (
    LOSS,
    complete_album,
    final,
    picture_loss,
    picture_result,
    picture_step,
    picture_target,
)
from blastema.reporting.target_losses import target_losses
from blastema.reporting.tensorboard import Events
from blastema.simulation import Simulation
from blastema.training.run import Run
from blastema.training.trainer import Report

# CA steps of the organism on the screen between two pictures, and the age at which it restarts.
STRIDE, OLDEST = 4, 160
PICTURE_EVERY, LINE_EVERY = 0.15, 10.0
# Targets whose losses fit on the screen.
MOST_TARGETS = 10
# Characters of the column of numbers, and rows that a picture of the target needs at least.
NUMBERS, TARGET_ROWS = 28, 5
BARS = "▁▂▃▄▅▆▇█"


def watch(run: Run, notify: Callable[[Report], None] | None = None) -> None:
    """Train to the end, or until a stop signal such as Ctrl-C, and show the progress; then list the results.

    Args:
        run: the run to continue.
        notify: called with the report of each training step.
    """
    console = Console(stderr=True)
    for notice in run.notices:
        say(console, notice)
    if run.trainer.done >= run.config.steps:
        _say_finished(run, console)
        return
    # An earlier one shows an organism with fewer training steps.
    for name in final(run).keys() - {LOSS}:
        (run.directory / name).unlink(missing_ok=True)
    picture_target(run)
    screen = LiveScreen(run, console) if console.is_terminal else LineScreen(run, console)
    events = Events(run)
    training = run.train()
    with stop_gently(console) as stopped:
        try:
            with screen:
                for report in training:
                    events.add(report, picture_step(run, report))
                    screen.show(report)
                    if notify:
                        notify(report)
                    del report
                    if stopped:
                        break
        finally:
            training.close()
            events.close()
        _farewell(run, console, stopped)


def _say_finished(run: Run, console: Console) -> None:
    run.complete()
    added = complete_album(run)
    if added:
        say(console, f"completed {run.directory}: {', '.join(added)}")
    say(console, f"{run.directory} has already finished its {run.config.steps} steps; use --steps N to train further")


def _farewell(run: Run, console: Console, stopped: list[int]) -> None:
    if run.trainer.done < run.config.steps:
        picture_loss(run)
        steps = f"{run.trainer.done} of {run.config.steps}"
        say(console, f"Stopped after step {steps}. Everything is saved; continue with:")
        say(console, f"  {to_paste('train', '--resume', run.directory)}")
        sys.exit(128 + stopped[0])
    written = ", ".join(["organism.safetensors", *picture_result(run), "pictures"])
    say(console, f"trained in {run.directory}: {written}. Watch it with:")
    say(console, f"  {to_paste('grow', run.directory)}")


class Progress:
    """Rate and time left, from the steps taken since this process started."""

    def __init__(self, run: Run) -> None:
        self.run, self.began, self.done_before = run, time.monotonic(), run.trainer.done

    def rate(self) -> float:
        """Return training steps per second."""
        return (self.run.trainer.done - self.done_before) / max(time.monotonic() - self.began, 1e-9)

    def left(self) -> str:
        """Return the time left as `h:mm:ss`."""
        seconds = (self.run.config.steps - self.run.trainer.done) / max(self.rate(), 1e-9)
        return f"{int(seconds) // 3600}:{int(seconds) // 60 % 60:02d}:{int(seconds) % 60:02d}"

    def line(self) -> str:
        """Return step, loss, rate and time left in one line."""
        run = self.run
        return (
            f"step {run.trainer.done}/{run.config.steps}  loss {recent_loss(run):.5f}  "
            f"{self.rate():.2f} steps/s  {self.left()} left"
        )


class LineScreen:
    """Prints a line every ten seconds, for use without a terminal."""

    def __init__(self, run: Run, console: Console) -> None:
        self.run, self.console, self.progress, self.last = run, console, Progress(run), 0.0

    def __enter__(self) -> "LineScreen":
        say(self.console, f"training {self.run.config.label} ({self.run.config.experiment}) in {self.run.directory}")
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, report: Report) -> None:
        """Print a line if the interval has elapsed."""
        if time.monotonic() - self.last > LINE_EVERY or report.step == self.run.config.steps:
            say(self.console, self.progress.line())
            self.last = time.monotonic()


class LiveScreen:
    """Shows an organism growing with the current weights, beside the numbers."""

    def __init__(self, run: Run, console: Console) -> None:
        self.run, self.progress, self.last = run, Progress(run), 0.0
        self.console = console
        self.live = Live(console=console, auto_refresh=False)
        self.body: str | None = run.trainer.rule.signals[-1] if run.trainer.rule.signals else None
        self.simulation = self._from_seed_cell()

    def __enter__(self) -> "LiveScreen":
        self.live.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.live.stop()

    def show(self, report: Report) -> None:
        """Advance the organism and draw it, if the interval has elapsed."""
        if time.monotonic() - self.last < PICTURE_EVERY and report.step != self.run.config.steps:
            return
        trainer = self.run.trainer
        if self.simulation.age >= OLDEST or not (self.simulation.states > 0).any():
            self.simulation = self._from_seed_cell()
        self.simulation.organism = Organism(trainer.cell_weights, trainer.rule)
        self.simulation.step(STRIDE)
        self.live.update(self._draw(report), refresh=True)
        self.last = time.monotonic()

    def _from_seed_cell(self) -> Simulation:
        trainer, (height, width, _) = self.run.trainer, self.run.target.shape
        organism, signals = Organism(trainer.cell_weights, trainer.rule), trainer.rule.signals
        # The bodies take turns.
        self.body = signals[(signals.index(self.body) + 1) % len(signals)] if signals else None
        seed = self.run.config.seed % 2**32
        return Simulation(organism, seed, height, width, engine=trainer.engine, signal=self.body)

    def _draw(self, report: Report) -> Table:
        run, room = self.run, max(4, self.console.height - 3)
        numbers = Table.grid(padding=(0, 2))
        numbers.add_row(Text("step", "dim"), f"{report.step:,} of {run.config.steps:,}")
        numbers.add_row("", ProgressBar(total=run.config.steps, completed=report.step, width=NUMBERS))
        numbers.add_row(Text("loss", "dim"), f"{recent_loss(run):.5f}")
        numbers.add_row("", Text(sparkline(run.losses, NUMBERS), "green"))
        for name, loss in shown_losses(run).items():
            numbers.add_row(Text(name, "dim"), f"{loss:.5f}")
        numbers.add_row(Text("rate", "dim"), f"{self.progress.rate():.2f} steps/s")
        numbers.add_row(Text("left", "dim"), self.progress.left())
        if self.body:
            numbers.add_row(Text("body", "dim"), self.body)
        numbers.add_row(Text("cells", "dim"), f"{self.simulation.age} CA steps after the seed cell")
        numbers.add_row(Text("run", "dim"), Text(str(run.directory)))
        title = Text(f"{run.config.label} · {run.config.experiment}", "bold")
        stop = Text("Ctrl-C saves and stops", "dim")
        target = self._target(room - numbers.row_count - len(["title", "", "", "", "stop"]))
        side = Group(title, "", numbers, "", *target, stop)
        whole = Table.grid(padding=(0, 3))
        whole.add_row(half_blocks(self.simulation.state, max(8, self.console.width - 44), room), side)
        return whole

    def _target(self, rows: int) -> list[Text]:
        """Return the target of the body that is shown, if it fits into so many rows."""
        if rows < TARGET_ROWS:
            return []
        signals = self.run.trainer.rule.signals
        cells = self.run.targets[signals.index(self.body) if self.body else 0]
        height, width, _ = cells.shape
        return [Text("target", "dim"), half_blocks(Window(height, width, 0).of(cells), NUMBERS, rows)]


def shown_losses(run: Run) -> dict[str, float]:
    """Return the recent loss of each target, at most `MOST_TARGETS` of them, the highest first."""
    losses = sorted(target_losses(run).items(), key=lambda pair: -pair[1])
    return dict(losses[:MOST_TARGETS])


def recent_loss(run: Run) -> float:
    """Return the median loss of the last 20 training steps."""
    return statistics.median(run.losses[-20:])


def sparkline(losses: list[float], width: int) -> str:
    """Return the loss curve, logarithmic, as a line of bars.

    >>> sparkline([1.0, 0.1, 0.01], 3)
    '█▅▁'
    """
    parts = np.array_split(np.log10(np.maximum(losses, 1e-12)), min(width, len(losses)))
    levels = np.array([np.median(part) for part in parts])
    span = max(float(np.ptp(levels)), 1e-9)
    return "".join(BARS[round(float(level - levels.min()) / span * (len(BARS) - 1))] for level in levels)
