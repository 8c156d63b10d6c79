"""Train the organisms of several bodies that ship with the package: python tools/train_bodies.py [NAME ...].

Runs are kept in `runs/zoo` and resumed, so the script can be stopped at any time. A training that ends better than the
organism that ships replaces it. With --further, existing organisms are trained on with Muon; with --measure they are
measured again.
"""

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import NamedTuple

import numpy as np

from blastema import Rule, load
from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import CUT_AT, regeneration
from blastema.analysis.subject import Subject, seeds_for
from blastema.analysis.switching import scores as switch_scores
from blastema.analysis.switching import switching
from blastema.damage import ARTICLE_CUTS, DAMAGES
from blastema.engines import choose_engine
from blastema.library import targets_of
from blastema.organism import Organism
from blastema.records import BodyScores, Scores
from blastema.targets.emoji import ARTICLE_EMOJI
from blastema.training.beginning import Beginning
from blastema.training.experiments import CUTS_IN_TURN, falling
from blastema.training.run import Config, Run
from blastema.zoo import DIRECTORY

RUNS = Path("runs/zoo")
ORGANISMS = 16
# How existing organisms are trained on: from the start, states are damaged, by the article's cuts, too, and switched.
STEPS, BATCH = 5000, 10
FURTHER = {
    "pool": 320,
    "reseeded": 2,
    "damages": CUTS_IN_TURN,
    "undamaged": 0,
    "switched": (0, 3),
    "optimiser": "muon",
    "learning_rates": falling(4e-3, 2e-5),
}


class Plan(NamedTuple):
    """How an organism is trained.

    Attributes:
        targets: what its bodies grow into.
        signals: their names.
        beginning: the organism whose weights it starts from.
        hidden: width of the hidden layer.
        steps: training steps.
    """

    targets: tuple[str, ...]
    signals: tuple[str, ...]
    beginning: str
    hidden: int
    steps: int


PLANS = {
    "ten": Plan(tuple(ARTICLE_EMOJI), tuple(ARTICLE_EMOJI), "🦎", 256, 8000),
    "set-point": Plan(("one-headed planarian", "planarian"), ("one head", "two heads"), "planarian", 128, 6000),
}


def trained(name: str) -> Organism:
    """Return the organism at the end of its training, without scores."""
    plan = PLANS[name]
    beginning = Beginning.of(load(plan.beginning), plan.beginning)
    rule = Rule(hidden=plan.hidden, signals=plan.signals)
    config = Config(plan.targets, recipe="many", steps=plan.steps, rule=rule, beginning=beginning)
    return finished(RUNS / name, config)


def trained_further(name: str) -> Organism:
    """Return the existing organism at the end of more training, without scores."""
    organism = load(path(name))
    beginning = Beginning.of(dataclasses.replace(organism, scores=None), name)
    config = Config(
        tuple(organism.training["target"]), recipe="many", steps=STEPS, batch=BATCH, rule=organism.rule,
        settings=FURTHER, beginning=beginning,
    )  # fmt: skip
    return finished(RUNS / f"further-{name}", config)


def finished(directory: Path, config: Config) -> Organism:
    """Return the organism at the end of a run, which is begun or resumed."""
    run = Run.resume(directory) if (directory / "config.json").exists() else Run.begin(directory, config)
    for report in run.train():
        if report.step % 500 == 0:
            print(f"{directory.name}: step {report.step}, loss {report.loss:.5f}", flush=True)
    return run.organism()


def measured(organism: Organism, name: str) -> Organism:
    """Return the organism with its scores."""
    targets, engine = targets_of(organism, name), choose_engine()
    bodies = {}
    for signal, target in zip(organism.rule.signals, targets, strict=True):
        bodies[signal] = body_scores(Subject(organism.with_signal(signal), target, engine))
    rows = switching(Subject(organism, targets[0], engine), targets, seeds_for(ORGANISMS, 0))
    recoveries = [
        switch_scores(switch)["recovery"] for i, row in enumerate(rows) for j, switch in enumerate(row) if i != j
    ]
    scores = Scores(bodies=bodies, recoveries=sorted(recoveries), organisms=ORGANISMS)
    return dataclasses.replace(organism, scores=scores)


def body_scores(subject: Subject) -> BodyScores:
    """Return the scores of one body."""
    seeds = seeds_for(ORGANISMS, 0)
    losses = persistence(subject, seeds, (200, 10_000))
    grown = subject.grown(subject.seeds(seeds), CUT_AT)
    draw = np.random.default_rng(0)
    cuts = {cut: regeneration(subject, grown, DAMAGES[cut], draw, (600,)).after[-1] for cut in ARTICLE_CUTS}
    return {
        "grown": round(float(np.median(losses[0])), 3),
        "after_10000": round(float(losses[1].max()), 3),
        "regeneration": {cut: round(float(np.median(after)), 3) for cut, after in cuts.items()},
    }


def worst(organism: Organism) -> float:
    """Return the worst number of an organism's bodies; lower is better."""
    bodies = (organism.scores or Scores())["bodies"].values()
    return max(max(body["after_10000"], *body["regeneration"].values()) for body in bodies)


def load_named(name: str) -> Organism:
    """Return the existing organism."""
    return load(path(name))


def path(name: str) -> Path:
    """Return the path of an organism of the zoo."""
    return DIRECTORY / f"regenerating-{name}.safetensors"


def main() -> None:
    """Train or measure the organisms named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(PLANS))
    parser.add_argument("--measure", action="store_true", help="measure existing organisms again, without training")
    parser.add_argument("--further", action="store_true", help="continue training existing organisms")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.names) - PLANS.keys()):
        sys.exit(f"unknown: {', '.join(unknown)}; choose from {', '.join(PLANS)}")
    for name in arguments.names or PLANS:
        work = load_named if arguments.measure else trained_further if arguments.further else trained
        result = measured(work(name), name)
        before = None if arguments.measure or not path(name).exists() else load(path(name))
        best = result if before is None or worst(result) < worst(before) else before
        best.save(path(name))
        print(f"{name}, {'written' if best is result else 'unchanged'}: {result.scores}", flush=True)


if __name__ == "__main__":
    main()
