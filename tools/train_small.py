"""Train small organisms: python tools/train_small.py [NAME ...].

Each starts from an organism of the zoo, loses hidden units and channels, is trained in stages, and rounded at the end.
Runs are kept in `runs/small` and resumed, so the script can be stopped at any time. The organism is measured, and put
into the zoo if it misses no threshold of `zoo_promises.py`. With --measure, existing organisms are measured again.
"""

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import NamedTuple

from blastema import load
from blastema.damage import ARTICLE_CUTS
from blastema.organism import Organism
from blastema.quantisation.compensated import compensated_whole
from blastema.quantisation.eight_bit import perceptions
from blastema.quantisation.few_bits import weights_of
from blastema.quantisation.packed import packed_size
from blastema.quantisation.pruning import pruned
from blastema.records import Scores
from blastema.training.beginning import Beginning
from blastema.training.experiments import BLASTEMA, falling
from blastema.training.run import Config, Run
from train_zoo import measured, path
from zoo_promises import missed

RUNS = Path("runs/small")


class Stage(NamedTuple):
    """A cut, and a training of what is left.

    Attributes:
        name: of its directory.
        hidden, channels: what is left.
        bits: of the weights in all rollouts, 32 for exact ones.
        steps: training steps.
        rates: learning rates.
        recipe: name of the recipe whose rollouts it has.
        damages: in turn.
    """

    name: str
    hidden: int
    channels: int
    bits: int
    steps: int
    rates: tuple[tuple[float, float], ...]
    recipe: str
    damages: tuple[str, ...] = BLASTEMA.damages


class Plan(NamedTuple):
    """How an organism is made: from which of the zoo, by which trainings, and to how many bits it is then rounded."""

    origin: str
    stages: tuple[Stage, ...]
    bits: int


# Rates after a few units are cut, after many are, after more are, and of weights that are rounded.
FEW, MANY, FEWER = ((0, 1e-3), (0.5, 5e-4), (0.8, 2e-4)), falling(2e-3, 2e-5), falling(1e-3, 2e-5)
ROUNDED = falling(1e-4, 3e-6)
EXACT = 32
CUTS = ("half", "centre", "disc", *ARTICLE_CUTS)
# With 4 bits the lizard of the zoo explodes. Of 2,500 bytes, 55 units with 6 bits make more than 64 with 5.
PLANS = {
    "small-lizard": Plan("🦎", (), 5),
    "smaller-lizard": Plan(
        "🦎",
        (
            Stage("lizard-112", 112, 16, EXACT, 150, FEW, "blastema"),
            Stage("lizard-64", 64, 14, EXACT, 12000, MANY, "blastema"),
            Stage("lizard-55", 55, 14, EXACT, 8000, FEWER, "blastema"),
            Stage("lizard-55-cuts", 55, 14, EXACT, 5000, FEWER, "blastema", CUTS),
            Stage("lizard-55-cuts-6", 55, 14, 6, 3000, ROUNDED, "blastema", CUTS),
        ),
        6,
    ),
}


def trained(plan: Plan) -> Organism:
    """Return the organism at the end of its last stage, rounded."""
    best = organism = load(plan.origin)
    for stage in plan.stages:
        directory = RUNS / stage.name
        begun = (directory / "config.json").exists()
        run = Run.resume(directory, stage.steps) if begun else Run.begin(directory, config_of(plan, stage, organism))
        for report in run.train():
            if report.step % 100 == 0 or "validation" in run.last:
                print(f"{stage.name}: {report.step}, {report.loss:.5f}, {run.last.get('validation', '')}", flush=True)
        # The next stage begins with the exact weights, which rounded ones are changed through.
        best = run.organism()
        organism = Organism(run.trainer.weights, run.trainer.rule, best.training)
    return rounded(best, plan.bits)


def rounded(organism: Organism, bits: int) -> Organism:
    """Return the organism with weights of so many bits, whose errors compensate each other."""
    seen = perceptions(organism.rule, organism.weights, *organism.trained_size)
    weights = weights_of(compensated_whole(organism.weights, bits, seen))
    training = organism.training | {"weights": f"{bits} bits"}
    return dataclasses.replace(organism, weights=weights, training=training, scores=None)


def config_of(plan: Plan, stage: Stage, before: Organism) -> Config:
    """Return the configuration of a stage, which begins with what is left of the organism before."""
    rule, weights = before.rule, before.weights
    if (rule.hidden, rule.channels) != (stage.hidden, stage.channels):
        seen = perceptions(rule, weights, *before.trained_size)
        rule, weights = pruned(rule, weights, seen, stage.hidden, stage.channels)
    if stage.bits < EXACT:
        # To the nearest would lose more, which the training had to win back.
        weights = rounded(Organism(weights, rule, before.training), stage.bits).weights
    beginning = Beginning.of(Organism(weights, rule, before.training), plan.origin)
    return Config(
        plan.origin, recipe=stage.recipe, steps=stage.steps, rule=rule, beginning=beginning,
        settings={"bits": (0, stage.bits), "learning_rates": stage.rates, "damages": stage.damages},
    )  # fmt: skip


def write(name: str, organism: Organism) -> None:
    """Measure an organism and put it into the zoo, unless it misses a threshold."""
    full = f"regenerating/{name}"
    result = measured(full, organism)
    print(f"{name}, {packed_size(organism.rule, PLANS[name].bits)} bytes: {result.scores}", flush=True)
    if misses := missed(full, result.scores or Scores()):
        sys.exit(f"{name} is not put into the zoo, because it misses thresholds: {misses}")
    result.save(path(full))


def main() -> None:
    """Train or measure the organisms named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PLANS))
    parser.add_argument("--measure", action="store_true", help="measure existing organisms again, without training")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - PLANS.keys()):
        sys.exit(f"unknown: {', '.join(unknown)}; choose from {', '.join(PLANS)}")
    for name in arguments.names or PLANS:
        write(name, load(path(f"regenerating/{name}")) if arguments.measure else trained(PLANS[name]))


if __name__ == "__main__":
    main()
