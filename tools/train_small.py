"""Train small organisms: python tools/train_small.py [NAME ...].

Each starts from an organism of the zoo, loses hidden units and channels, and is trained in stages, the later ones with
rounded weights from the start. Runs are kept in `runs/small` and resumed, so the script can be stopped at any time. At
the end it prints the bytes and what was measured, and writes `runs/small/NAME.safetensors`.
"""

import argparse
import sys
from pathlib import Path
from typing import NamedTuple

from blastema import load
from blastema.analysis.short import short_scores
from blastema.analysis.subject import Subject
from blastema.engines import choose_engine
from blastema.library import target_of
from blastema.organism import Organism
from blastema.quantisation.eight_bit import perceptions
from blastema.quantisation.packed import packed_size
from blastema.quantisation.pruning import pruned
from blastema.training.beginning import Beginning
from blastema.training.run import Config, Run

RUNS = Path("runs/small")
ORGANISMS, OLDEST = 16, 10_000


class Stage(NamedTuple):
    """A cut, and a training of what is left.

    Attributes:
        name: of its directory.
        hidden, channels: what is left.
        bits: of the weights.
        steps: training steps.
        rates: learning rates.
        rounded_from: share of the steps from which on weights are rounded.
        recipe: name of the recipe whose rollouts and damages it has.
    """

    name: str
    hidden: int
    channels: int
    bits: int
    steps: int
    rates: tuple[tuple[float, float], ...]
    rounded_from: float
    recipe: str


class Plan(NamedTuple):
    """How an organism is made: from which of the zoo, and by which trainings."""

    origin: str
    stages: tuple[Stage, ...]


FIRST = ((0, 2e-3), (0.4, 1e-3), (0.6, 3e-4), (0.8, 1e-4), (0.92, 2e-5))
FURTHER = ((0, 1e-3), (0.4, 3e-4), (0.7, 1e-4), (0.9, 2e-5))
PLANS = {
    "small-lizard": Plan(
        "🦎",
        (
            # As in benchmarks/small.py.
            Stage("🦎-0-72x16-4", 72, 16, 4, 3000, FIRST, 0.5, "blastema"),
            # Begun as in benchmarks/small.py, for 3,000 steps.
            Stage("small-lizard-2", 48, 14, 4, 1900, FIRST, 0.5, "blastema"),
            Stage("small-lizard-3", 48, 14, 6, 1500, FURTHER, 0.7, "long"),
        ),
    ),
}


def trained(plan: Plan) -> Organism:
    """Return the organism at the end of its last stage."""
    organism = load(plan.origin)
    for stage in plan.stages:
        directory = RUNS / stage.name
        begun = (directory / "config.json").exists()
        run = Run.resume(directory, stage.steps) if begun else Run.begin(directory, config_of(plan, stage, organism))
        for report in run.train():
            if report.step % 100 == 0 or "validation" in run.last:
                print(f"{stage.name}: {report.step}, {report.loss:.5f}, {run.last.get('validation', '')}", flush=True)
        # The next stage begins with the exact weights, which rounded ones are changed through.
        organism = Organism(run.trainer.weights, run.trainer.rule, run.organism().training)
    return run.organism()


def config_of(plan: Plan, stage: Stage, before: Organism) -> Config:
    """Return the configuration of a stage, which begins with what is left of the organism before."""
    rule, weights = before.rule, before.weights
    if (rule.hidden, rule.channels) != (stage.hidden, stage.channels):
        seen = perceptions(rule, weights, *before.trained_size)
        rule, weights = pruned(rule, weights, seen, stage.hidden, stage.channels)
    beginning = Beginning.of(Organism(weights, rule, before.training), plan.origin)
    return Config(
        plan.origin, recipe=stage.recipe, steps=stage.steps, rule=rule, beginning=beginning,
        settings={"bits": (stage.rounded_from, stage.bits), "learning_rates": stage.rates},
    )  # fmt: skip


def main() -> None:
    """Train the organisms named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PLANS))
    names = parser.parse_args().names or list(PLANS)
    if unknown := sorted(set(names) - PLANS.keys()):
        sys.exit(f"unknown: {', '.join(unknown)}; choose from {', '.join(PLANS)}")
    for name in names:
        organism, plan = trained(PLANS[name]), PLANS[name]
        organism.save(RUNS / f"{name}.safetensors")
        subject = Subject(organism, target_of(organism, name), choose_engine())
        size = packed_size(organism.rule, plan.stages[-1].bits)
        print(f"{name}: {size} bytes, {short_scores(subject, ORGANISMS, OLDEST)}", flush=True)


if __name__ == "__main__":
    main()
