"""What `blastema grow` was asked for, grown: frames for the screen or a file."""

import math
import re
import sys
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from blastema.cli.size import parse_size
from blastema.engines import Engine, choose_engine
from blastema.errors import BlastemaError
from blastema.organism import Organism
from blastema.rule import Rule, seed_batch
from blastema.training.damage import CUTS, cut

# A longer animation shows this many states, evenly spaced.
MOST_FRAMES = 250
STILLS = (".png", ".webp", ".jpg", ".jpeg")
MOVING = (".gif", ".webp", ".png", ".mp4")
SHEET_TILES = 24


@dataclass(frozen=True)
class Growth:
    """One organism and all that decides how it grows.

    Attributes:
        steps: how many to take.
        height, width: of the grid.
        angle: radians.
        cuts: (step, name of a cut).
    """

    organism: Organism
    rule: Rule
    steps: int
    height: int
    width: int
    angle: float
    cuts: tuple[tuple[int, str], ...]
    seed: int
    engine: Engine

    @classmethod
    def of(
        cls,
        organism: Organism,
        *,
        steps: int,
        size: str | None,
        degrees: float,
        damage: tuple[str, ...],
        seed: int,
        fire_rate: float | None,
        edge: Literal["dead", "wrap"] | None,
        engine: str | None,
    ) -> "Growth":
        """Return what the flags of `blastema grow` mean.

        Raises:
            BlastemaError: one of them cannot be met.
        """
        if not 0 <= steps <= 10**7:
            raise BlastemaError(f"--steps is {steps}; it must be 0 to 10,000,000")
        if not 0 <= seed < 2**32:
            raise BlastemaError(f"--seed is {seed}; it must be 0 to {2**32 - 1}")
        if not math.isfinite(degrees):
            raise BlastemaError(f"--angle is {degrees}; it must be a number of degrees")
        changes = {"fire_rate": fire_rate, "edge": edge}
        rule = organism.rule.replace(**{name: value for name, value in changes.items() if value is not None})
        height, width = parse_size(size) if size else organism.trained_size
        cuts = tuple(parse_cut(text, steps) for text in damage)
        return cls(organism, rule, steps, height, width, math.radians(degrees), cuts, seed, choose_engine(engine))

    def states(self, progress: bool = False) -> Iterator[np.ndarray]:
        """Yield the state after 0, 1, ... steps; a cut shows in the state of its step.

        Args:
            progress: show a bar on standard error, if that is a terminal.
        """
        from rich.console import Console
        from rich.progress import track

        console = Console(stderr=True)
        quiet = not (progress and console.is_terminal)
        every = track(range(self.steps + 1), "growing", console=console, transient=True, disable=quiet)
        batch = seed_batch([self.seed], self.height, self.width, self.rule.channels)
        draw = np.random.default_rng([self.seed])
        for step in every:
            if step:
                batch = self.engine.grow(self.rule, self.organism.weights, batch, 1, self.angle)
            state = batch.states[0]
            for when, name in self.cuts:
                if when == step:
                    state[cut(name, self.height, self.width, draw)] = 0
            yield state

    def final_state(self) -> np.ndarray:
        """Return the state after all steps."""
        return deque(self.states(progress=True), maxlen=1).pop()

    def sample(self, most: int) -> Iterator[np.ndarray]:
        """Yield at most so many of the states, evenly spaced, first and last among them."""
        wanted = set(np.linspace(0, self.steps, min(most, self.steps + 1)).round().astype(int).tolist())
        return (state.copy() for step, state in enumerate(self.states(progress=True)) if step in wanted)


def parse_cut(text: str, steps: int) -> tuple[int, str]:
    """Return (step, cut) of `lower@200`, or of `lower`, which happens half way.

    Raises:
        BlastemaError: it is not a known cut at a step of this growth.
    """
    found = re.fullmatch(r"([a-z]+)(?:@(\d+))?", text)
    if not found or found[1] not in CUTS:
        raise BlastemaError(
            f"the damage {text!r} is not understood; write KIND or KIND@STEP with KIND one of {', '.join(CUTS)}"
        )
    when = int(found[2]) if found[2] else steps // 2
    if when > steps:
        raise BlastemaError(f"the damage {text!r} would come after the last step, {steps}; take more --steps")
    return when, found[1]


def show(growth: Growth, fps: float) -> None:
    """Show the organism growing in the terminal; where there is none, print its final state."""
    from rich.console import Console
    from rich.live import Live

    from blastema.render.terminal import characters, half_blocks

    if not fps > 0:
        raise BlastemaError(f"--fps is {fps}; it must be above 0")
    console = Console()
    if not console.is_terminal:
        print(characters(growth.final_state(), 80, 40).strip("\n"))
        return
    columns, rows = console.width - 1, console.height - 2
    stride = max(1, growth.steps // 2000)
    with Live(console=console, auto_refresh=False, transient=False) as live:
        for step, state in enumerate(growth.states()):
            if step % stride and step != growth.steps:
                continue
            text = half_blocks(state, columns, rows)
            text.append(f"step {step}", style="dim")
            live.update(text, refresh=True)
            time.sleep(1 / fps)


def write(growth: Growth, out: Path, *, zoom: int, fps: float, as_sheet: bool) -> None:
    """Write what the suffix of `out` says and tell about it.

    Raises:
        BlastemaError: the suffix is not one of ours, or the file cannot be written.
    """
    from blastema.atomic import replacing
    from blastema.render.animation import save_animation
    from blastema.render.picture import save, sheet

    suffix = out.suffix.lower()
    allowed = STILLS if as_sheet else (*MOVING, ".npy")
    if suffix not in allowed:
        what = "a contact sheet" if as_sheet else "an animation or a state"
        raise BlastemaError(f"{out} has the suffix {suffix or 'none'!r}; {what} is one of {', '.join(allowed)}")
    if not 1 <= zoom <= 64:
        raise BlastemaError(f"--zoom is {zoom}; it must be 1 to 64")
    if not out.parent.is_dir():
        raise BlastemaError(f"there is no folder {out.parent} to write {out.name} to; make it first")
    if suffix == ".npy":
        with replacing(out) as temporary:
            np.save(temporary, growth.final_state())
    elif as_sheet:
        states = list(growth.sample(SHEET_TILES))
        steps = np.linspace(0, growth.steps, len(states)).round().astype(int)
        save(sheet(states, columns=6, zoom=max(1, zoom // 2), labels=[str(step) for step in steps]), out)
    else:
        save_animation(growth.sample(MOST_FRAMES), out, fps=fps, zoom=zoom)
    print(f"wrote {out}", file=sys.stderr)
