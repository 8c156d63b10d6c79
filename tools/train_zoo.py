"""Train the organisms that ship with the package: python tools/train_zoo.py [--jobs 2] [NAME ...].

Names are `EXPERIMENT/TARGET`, all 31 by default. Each round is a sweep in `runs/zoo`, with a table of its runs, so the
script can be stopped at any time. After the first run of each organism, those that miss a threshold of
`zoo_promises.py` are trained again with the next seed, longer and with the long recipe, up to `ATTEMPTS` runs in all.
The best one is kept; its scores record the number of runs. With --again, existing organisms are trained again.
"""

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from blastema.analysis.examination import examine
from blastema.analysis.records import RegrowthScores, Report, RoundedReport
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.library import load, target_of
from blastema.organism import Organism
from blastema.quantisation.eight_bit import quantise_gptq
from blastema.records import EightBitScores, Scores
from blastema.sweep.conduct import run_sweep
from blastema.sweep.job import FAILED
from blastema.targets.emoji import ARTICLE_EMOJI
from blastema.training.beginning import Beginning
from blastema.training.experiments import EXPERIMENTS, RECIPES
from blastema.training.run import Config
from blastema.zoo import DIRECTORY
from zoo_promises import badness, missed

RUNS = Path("runs/zoo")
ATTEMPTS = 3


class Plan(NamedTuple):
    """How the zoo's organisms of an experiment are trained and measured.

    Attributes:
        steps: training steps of the first run.
        long: training steps of later runs, by the recipe `long`: large filled pictures need more and longer rollouts
            before regrown tissue blends with the rest.
        organisms: states measured after training. Growing organisms often fill their grids and then take a hundred
            times as long.
    """

    steps: int
    long: int
    organisms: int


PLANS = {"growing": Plan(3000, 3000, 4), "persistent": Plan(4000, 6000, 16), "regenerating": Plan(8000, 12000, 16)}


def all_names() -> list[str]:
    """Return the names of the whole zoo, the most important first."""
    names = [
        f"{experiment}/{target}"
        for experiment in reversed(EXPERIMENTS)
        if experiment in PLANS
        for target in ARTICLE_EMOJI.values()
    ]
    return ["regenerating/planarian", *names]


def train(names: list[str], seed: int, jobs: int) -> None:
    """Train and measure organisms, and write each that is the best of its runs."""
    recipe, steps = ("long", "long") if seed else ("blastema", "steps")
    configs = {name: config_of(name, recipe, getattr(plan_of(name), steps), seed=seed) for name in names}
    for name, organism in trained(configs, RUNS / f"seed-{seed}", jobs):
        runs = [measured(name, organism), *([load(path(name))] if seed else [])]
        best = min(runs, key=lambda organism: badness(name, organism.scores or Scores()))
        scores: Scores = {**(best.scores or {}), "runs": seed + 1}
        dataclasses.replace(best, scores=scores).save(path(name))
        print(f"{name}: {scores}", flush=True)


def plan_of(name: str) -> Plan:
    """Return how an organism is trained and measured."""
    return PLANS[name.split("/")[0]]


def config_of(name: str, recipe: str, steps: int, **more: Any) -> Config:
    """Return the configuration of a run of an organism."""
    experiment, target = name.split("/")
    return Config(emoji(target), experiment=experiment, recipe=recipe, steps=steps, **more)


def trained(configs: dict[str, Config], directory: Path, jobs: int) -> Iterator[tuple[str, Organism]]:
    """Train organisms in a sweep and yield them with their names; then exit if trainings failed."""
    runs = {name.replace("/", "-") + beginning_of(config): config for name, config in configs.items()}
    of_names = list(zip(configs, run_sweep(runs, directory, workers=jobs), strict=True))
    yield from ((name, load(job.directory)) for name, job in of_names if job.state != FAILED)
    if failed := [f"{name} failed: {job.problem}" for name, job in of_names if job.state == FAILED]:
        sys.exit("\n".join(failed))


def beginning_of(config: Config) -> str:
    """Return what tells the run that begins with an organism from those that begin with others."""
    return f"-from-{config.beginning.sha256[:8]}" if config.beginning else ""


def waits_for(name: str, seed: int, again: bool) -> bool:
    """Return whether an organism should be trained with this seed."""
    if not path(name).exists() or (again and seed == 0):
        return seed == 0
    scores = load(path(name)).scores or {}
    return scores["runs"] == seed and bool(missed(name, scores))


def path(name: str) -> Path:
    """Return the path of an organism of the zoo."""
    return DIRECTORY / f"{name.replace('/', '-', 1)}.safetensors"


def train_further(names: list[str], recipe: str, steps: int, jobs: int) -> None:
    """Train existing organisms further; write each of which more regrows after cuts in a row."""
    existing = {name: load(path(name)) for name in names}
    beginnings = {name: Beginning.of(organism, name) for name, organism in existing.items()}
    configs = {name: config_of(name, recipe, steps, beginning=beginnings[name]) for name in names}
    for name, organism in trained(configs, RUNS / f"{recipe}-{steps}", jobs):
        before, after = existing[name], measured(name, organism)
        candidates = [before, dataclasses.replace(after, scores=with_runs(after, before))]
        if missed(name, after.scores or Scores()):
            candidates.append(rounded(name, candidates[-1]))
        best = min(candidates, key=lambda organism: further_badness(name, organism.scores or Scores()))
        best.save(path(name))
        chosen = ("unchanged", "trained further", "trained further and rounded")[candidates.index(best)]
        print(f"{name}, {chosen}: {candidates[-1].scores}", flush=True)


def further_badness(name: str, scores: Scores) -> tuple[int, float]:
    """Return how many thresholds are missed, and how many states did not regrow after cuts in a row."""
    regrown = sum(result["regrew"] for result in scores["repeated"].values())
    return len(missed(name, scores)), -regrown


def with_runs(after: Organism, before: Organism) -> Scores:
    """Return the scores of an organism with the number of runs that another one records."""
    return {**(after.scores or {}), "runs": (before.scores or {})["runs"]}


def measured(name: str, organism: Organism) -> Organism:
    """Return the organism with its scores."""
    target, organisms = target_of(organism, name), plan_of(name).organisms
    examination = examine(organism, target, choose_engine(), organisms=organisms)
    return dataclasses.replace(organism, scores=summary(examination.report))


def measure_again(name: str) -> None:
    """Measure an existing organism."""
    organism = load(path(name))
    again = measured(name, organism)
    dataclasses.replace(again, scores=with_runs(again, organism)).save(path(name))
    print(f"{name}: {again.scores}", flush=True)


def round_to_bytes(name: str) -> None:
    """Measure an existing organism with weights rounded to 8 bits, and write these weights if they are better."""
    exact = load(path(name))
    bytewise = rounded(name, exact)
    best = min(exact, bytewise, key=lambda organism: badness(name, organism.scores or Scores()))
    best.save(path(name))
    print(f"{name}, {'rounded' if best is bytewise else 'unchanged'}: {best.scores}", flush=True)


def rounded(name: str, exact: Organism) -> Organism:
    """Return an organism with weights rounded to 8 bits, measured."""
    training = exact.training | {"weights": "8 bits"}
    weights = quantise_gptq(exact.rule, exact.weights, *target_of(exact, name).shape[:2]).weights
    result = measured(name, dataclasses.replace(exact, weights=weights, training=training))
    return dataclasses.replace(result, scores=with_runs(result, exact))


def summary(report: Report) -> Scores:
    """Return the part of an examination that is stored in an organism's file."""

    def of(part: Report | RoundedReport) -> EightBitScores:
        return {
            "grown": part["persistence"]["200"]["median"],
            "after_5000": part["persistence"]["5000"]["worst"],
            "after_10000": part["persistence"]["10000"]["worst"],
            "regeneration": {name: result["after"]["600"] for name, result in part["regeneration"].items()},
        }

    # For comparison with the article's models, which were measured elsewhere: log10 of the mean over states.
    means = {name: result["mean"] for name, result in report["regeneration"].items()}
    means = {"grown": report["persistence"]["200"]["mean"]} | means
    scores = of(report)
    result = Scores(
        grown=scores["grown"],
        after_5000=scores["after_5000"],
        after_10000=scores["after_10000"],
        regeneration=scores["regeneration"],
        means=means,
        repeated=regrown(report["repeated"]),
        remnants=regrown(report["remnants"]),
        organisms=report["organisms"],
    )
    # The article's format holds the article's rule only.
    return result if report["eight_bit"] is None else {**result, "eight_bit": of(report["eight_bit"])}


def regrown(results: dict[str, RegrowthScores]) -> dict[str, dict[str, float]]:
    """Return how many regrew after each kind of damage, and the worst."""
    return {name: {"regrew": result["regrew"], "worst": result["worst"]} for name, result in results.items()}


def emoji(target: str) -> str:
    """Return the target of an organism of the zoo."""
    return next((character for character, name in ARTICLE_EMOJI.items() if name == target), target)


def main() -> None:
    """Train the organisms named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--jobs", type=int, default=1, help="number of parallel trainings (default: %(default)s)")
    parser.add_argument("--again", action="store_true", help="also train existing organisms again")
    parser.add_argument("--seed", type=int, help="train the named organisms with this seed only")
    parser.add_argument("--measure", action="store_true", help="measure existing organisms again, without training")
    further = [name for name, recipe in RECIPES.items() if recipe.for_trained]
    parser.add_argument(
        "--further", nargs="?", const=further[0], choices=further, metavar="RECIPE",
        help=f"continue training existing organisms with {' or '.join(further)} (default: %(const)s)",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, help="of --further (default: the recipe's)")
    parser.add_argument("--round", action="store_true", help="replace weights by 8-bit weights where these are better")
    arguments = parser.parse_args()
    names = arguments.names or all_names()
    if unknown := sorted(set(names) - set(all_names())):
        sys.exit(f"not in the zoo: {', '.join(unknown)}; choose from {', '.join(all_names())}")
    if arguments.measure:
        for name in names:
            if path(name).exists():
                measure_again(name)
    elif arguments.further:
        steps = arguments.steps or RECIPES[arguments.further].steps
        train_further(names, arguments.further, steps, arguments.jobs)
    elif arguments.round:
        for name in names:
            round_to_bytes(name)
    elif arguments.seed is not None:
        train(names, arguments.seed, arguments.jobs)
    else:
        for seed in range(ATTEMPTS):
            train([name for name in names if waits_for(name, seed, arguments.again)], seed, arguments.jobs)


if __name__ == "__main__":
    try:
        main()
    except (BlastemaError, KeyboardInterrupt) as error:
        sys.exit(str(error) or "Stopped; the same command continues.")
