"""The growth that `blastema grow` shows or writes, state by state."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from blastema.cli.growing import Growing
from blastema.cli.ranges import LARGEST_SEED, check_range
from blastema.cli.signals import Change, parse_signals
from blastema.cli.size import parse_size
from blastema.damage import DAMAGES
from blastema.engines import Engine, choose_engine
from blastema.errors import BlastemaError
from blastema.machine.memory import check_states
from blastema.organism import Organism
from blastema.rule import Rule
from blastema.simulation import Simulation

MOST_STEPS = 10**7


@dataclass
class Growth(Growing):
    """An organism and the settings it grows with.

    Attributes:
        steps: number of steps.
        height, width: of the grid.
        angle: radians.
        cuts: (step, name of a damage).
        signals: (step, weights of the signals by name), in the order of the steps.
        exploded_at: the step at which its values stopped being finite; None until `states` gets there.
    """

    organism: Organism
    rule: Rule
    steps: int
    height: int
    width: int
    angle: float
    cuts: tuple[tuple[int, str], ...]
    signals: tuple[Change, ...]
    seed: int
    engine: Engine
    exploded_at: int | None = field(default=None, init=False)

    @classmethod
    def of(
        cls,
        organism: Organism,
        *,
        steps: int,
        size: str | None,
        degrees: float,
        damage: tuple[str, ...],
        signal: tuple[str, ...],
        seed: int,
        fire_rate: float | None,
        edge: Literal["dead", "wrap"] | None,
        engine: str | None,
        devices: int | None = None,
    ) -> "Growth":
        """Return the growth that the flags of `blastema grow` describe.

        Raises:
            BlastemaError: one of them is out of range; the message names the flag.
        """
        check_range("--steps", steps, 0, MOST_STEPS)
        check_range("--seed", seed, 0, LARGEST_SEED)
        if not math.isfinite(degrees):
            raise BlastemaError(f"--angle is {degrees}; it must be a finite number of degrees")
        if fire_rate is not None:
            check_range("--fire-rate", fire_rate, 0, 1)
        changes = {"fire_rate": fire_rate, "edge": edge}
        rule = organism.rule.replace(**{name: value for name, value in changes.items() if value is not None})
        height, width = parse_size(size) if size else organism.trained_size
        check_states(1, height, width, rule.channels)
        cuts = tuple(parse_cut(text, steps) for text in damage)
        signals = parse_signals(signal, rule.signals, steps)
        angle, runner = math.radians(degrees), choose_engine(engine, devices)
        return cls(organism, rule, steps, height, width, angle, cuts, signals, seed, runner)

    def states(self, progress: bool = False) -> Iterator[np.ndarray]:
        """Yield the state after 0, 1, ... steps; a cut shows in the state of its step, a signal acts from it on.

        If the organism explodes, its last finite state is the last one, and `exploded_at` is set.

        Args:
            progress: show a bar on standard error, if that is a terminal.
        """
        from blastema.cli.progress import track

        steps = range(self.steps + 1)
        ticks = track(steps, "growing", len(steps)) if progress else steps
        organism = replace(self.organism, rule=self.rule)
        simulation = Simulation(organism, self.seed, self.height, self.width, self.angle, self.engine)
        draw = np.random.default_rng([self.seed])
        for step in ticks:
            simulation.step(min(step, 1))
            if simulation.exploded[0]:
                self.exploded_at = step
                return
            for when, name in self.cuts:
                if when == step:
                    simulation.damage(DAMAGES[name].mask(draw, self.height, self.width))
            for when, shares in self.signals:
                if when == step:
                    simulation.set_signal(shares)
            yield simulation.state

    def notice(self, captioned: bool) -> str | None:
        """Return a message about the explosion, or None if there was none."""
        if self.exploded_at is None:
            return None
        return f"it exploded at step {self.exploded_at:,}: its values are no longer finite; the output ends there"


def parse_cut(text: str, steps: int) -> tuple[int, str]:
    """Parse `lower@200`, or `lower`, which means halfway through; return (step, name of a damage).

    Raises:
        BlastemaError: it is not a known damage at a step of this growth.
    """
    match = re.fullmatch(r"([a-z]+)(?:@(\d{1,9}))?", text, re.ASCII)
    if not match or match[1] not in DAMAGES:
        raise BlastemaError(
            f"--damage {text!r} is not valid; use KIND or KIND@STEP, with KIND one of {', '.join(DAMAGES)}"
        )
    when = int(match[2]) if match[2] else steps // 2
    if when > steps:
        raise BlastemaError(f"--damage {text!r} would come after the last step, {steps}; use more --steps")
    return when, match[1]
