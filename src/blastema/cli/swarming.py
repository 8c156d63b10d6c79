"""The swarm that `blastema swarm` shows or writes, wait by wait."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from blastema.analysis.swarms import log_loss
from blastema.cli.growing import Growing
from blastema.cli.growth import MOST_STEPS, parse_cut
from blastema.cli.ranges import LARGEST_SEED, check_range
from blastema.cli.size import parse_size
from blastema.damage import DAMAGES
from blastema.io.atomic import replacing
from blastema.organism import Organism
from blastema.quantisation.integer_cell import IntegerCell
from blastema.swarm import TROUBLES, Swarm, Troubles


@dataclass
class Swarming(Growing):
    """A swarm and what happens to it.

    Attributes:
        numbers: the organism's weights in integers.
        steps: average waits.
        cuts: (wait, name of a damage): these cells restart.
        target: what the loss compares with, float32 `(height, width, 4)`; None if that is not known.
        losses: log10 of the loss after 0, 1, ... waits, as far as `states` got.
        swarm: as `states` left it.
    """

    organism: Organism
    numbers: IntegerCell
    steps: int
    height: int
    width: int
    cuts: tuple[tuple[int, str], ...]
    seed: int
    troubles: Troubles
    target: np.ndarray | None
    losses: list[float] = field(default_factory=list, init=False)
    swarm: Swarm = field(init=False)

    def states(self, progress: bool = False) -> Iterator[np.ndarray]:
        """Yield the state after 0, 1, ... average waits; a cut shows in the state of its wait."""
        from blastema.cli.progress import track

        steps = range(self.steps + 1)
        self.losses.clear()
        self.swarm = Swarm(
            self.numbers, self.seed, self.height, self.width, self.troubles, self.organism.rule.edge == "wrap"
        )
        draw = np.random.default_rng([self.seed])
        for step in track(steps, "growing", len(steps)) if progress else steps:
            self.swarm.run(min(step, 1))
            for _, name in (cut for cut in self.cuts if cut[0] == step):
                self.swarm.restart(DAMAGES[name].mask(draw, self.height, self.width))
            if self.target is not None:
                self.losses.append(log_loss(self.swarm, self.target))
            yield self.swarm.state

    def caption(self, step: int) -> str:
        """Return the line below the state of this wait."""
        silent, missing, dropped = int(self.swarm.silent.sum()), int(self.swarm.missing.sum()), self.swarm.dropped
        parts = [
            f"wait {step}",
            *(f"log10 loss {loss:.2f}" for loss in self.losses[-1:]),
            f"{self.swarm.updates:,} updates",
            f"{self.swarm.messages:,} messages",
            *([f"{dropped:,} dropped"] if dropped else []),
            *([f"{silent:,} silent"] if silent else []),
            *([f"{missing:,} missing"] if missing else []),
        ]
        return " · ".join(parts)

    def notice(self, captioned: bool) -> str | None:
        """Return the numbers at the end."""
        return None if captioned else self.caption(self.steps)

    def write_numbers(self, path: Path) -> None:
        """Write what happened as JSON."""
        numbers = {
            "width": self.width,
            "height": self.height,
            "seed": self.seed,
            "waits": self.steps,
            "troubles": self.troubles._asdict(),
            "damage": [f"{name}@{when}" for when, name in self.cuts],
            "loss": [round(loss, 4) for loss in self.losses],
            "updates": self.swarm.updates,
            "messages": self.swarm.messages,
            "dropped": self.swarm.dropped,
            "silent": int(self.swarm.silent.sum()),
            "missing": int(self.swarm.missing.sum()),
        }
        with replacing(path) as temporary:
            temporary.write_text(json.dumps(numbers, indent=1) + "\n", "utf-8")


@dataclass(frozen=True)
class SwarmFlags:
    """The flags of `blastema swarm` that say what happens, checked."""

    steps: int
    size: tuple[int, int] | None
    seed: int
    cuts: tuple[tuple[int, str], ...]
    troubles: Troubles

    @classmethod
    def of(cls, steps: int, size: str | None, seed: int, damage: tuple[str, ...], troubles: Troubles) -> "SwarmFlags":
        """Return the flags.

        Raises:
            BlastemaError: one is out of range; the message names it.
        """
        check_range("--steps", steps, 0, MOST_STEPS)
        check_range("--seed", seed, 0, LARGEST_SEED)
        for (flag, value), kind in zip(troubles.flags.items(), TROUBLES.values(), strict=True):
            check_range(flag, value, 0.0, kind.largest)
        cuts = tuple(parse_cut(text, steps) for text in damage)
        return cls(steps, parse_size(size) if size else None, seed, cuts, troubles)
