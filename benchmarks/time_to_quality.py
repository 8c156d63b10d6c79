"""Measure the time to quality: python benchmarks/time_to_quality.py [APPROACH ...] [--targets 🦎 🎄 😀] [--seeds 3].

Trains regenerating organisms with the default recipe, the article's, the default with cosine learning rates, the recipe
`quick` from a trained organism that never saw the picture, and the same from nothing, until they meet the thresholds of
the zoo or the training ends. They are measured at each sixteenth of the run, with `quick` of its last part: the worst
of 16 states after 1,000 steps, and the medians 600 steps after each of the article's five cuts. If these meet the
thresholds, they are checked again after 10,000 steps. Results that the file already has are kept, not measured again.

Seconds are those of training alone, one training at a time on all cores, so the machine must be idle otherwise. With
--untimed it need not be, and one training runs on each core; a call with --time then repeats them for their seconds.
Trainings are sweeps in `runs`, in a folder named like the file of results, and resumed.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from blastema.damage import ARTICLE_CUTS
from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.library import load
from blastema.sweep.conduct import swept
from blastema.sweep.job import FAILED, Job
from blastema.training.beginning import Beginning
from blastema.training.directory import LOG
from blastema.training.experiments import RECIPES
from blastema.training.log import kept_lines
from blastema.training.run import Config, Run
from candidates import CANDIDATES
from recipes import measured
from surroundings import surroundings

HERE = Path(__file__).parent
TARGETS = ("🦎", "🎄", "😀")
OLD, REGROWN = -3.5, -3.2
LOOKS = 16


class Approach(NamedTuple):
    """A recipe and what differs from it, whether it starts from a trained organism, the first sixteenth that counts."""

    recipe: str = "blastema"
    steps: int = 8000
    begun: bool = False
    first: int = 1
    settings: Mapping[str, Any] = {}


APPROACHES = {
    "blastema": Approach(),
    "article": Approach("article"),
    "cosine": Approach(settings={"learning_rates": CANDIDATES["+ rates as a cosine"].recipe.learning_rates}),
    "quick": Approach("quick", RECIPES["quick"].steps, begun=True, first=11),
    "nothing": Approach("quick", RECIPES["quick"].steps, first=13),
}


def config_of(name: str, target: str, seed: int) -> Config:
    """Return what an approach trains; from a trained organism that never saw the picture, if from one."""
    approach, other = APPROACHES[name], "🦎" if target == "🐠" else "🐠"
    beginning = Beginning.of(load(other), other) if approach.begun else None
    return Config(
        target, recipe=approach.recipe, steps=approach.steps, seed=seed, settings=approach.settings, beginning=beginning
    )


def excess(losses: dict[str, float]) -> float:
    """Return how far the worst number lies above its threshold; at 0 or below, all thresholds are met."""
    return round(max(losses["old"] - OLD, *(losses[cut] - REGROWN for cut in ARTICLE_CUTS)), 2)


def measured_now(job: Job) -> dict[str, float]:
    """Return the measurements of a run as it is now."""
    trainer = Run.resume(job.directory).trainer
    numbers = measured(trainer, trainer.weights, 16, 1000)
    if excess(numbers) <= 0:
        numbers = measured(trainer, trainer.weights, 16, 10000)
    return {"step": job.saved, "seconds": None} | numbers | {"excess": excess(numbers)}


def seconds(job: Job, step: int) -> float:
    """Return the seconds of training up to a step."""
    return round(sum(line["seconds"] for line in kept_lines(job.directory / LOG, step)), 3)


def looks_of(name: str, curve: list[dict[str, float]], only_time: bool) -> list[int]:
    """Return the training steps at which a training is measured that was so far; none if there is nothing to do."""
    approach = APPROACHES[name]
    if only_time:
        return [look["step"] for look in curve if look["seconds"] is None][-1:]
    if curve and (curve[-1]["excess"] <= 0 or curve[-1]["step"] == approach.steps):
        return []
    return [approach.steps // LOOKS * look for look in range(approach.first, LOOKS + 1)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("approaches", nargs="*", default=list(APPROACHES), metavar="APPROACH")
    parser.add_argument("--targets", nargs="+", default=TARGETS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--untimed", action="store_true", help="leave out the seconds, on a busy machine")
    parser.add_argument("--time", action="store_true", help="only add seconds that are missing, on an idle machine")
    parser.add_argument("--out", type=Path, default=HERE / "time_to_quality.json")
    arguments = parser.parse_args()
    lines = {"old": OLD, "regrown": REGROWN}
    record: dict[str, Any] = {"lines": lines, "steps": {name: one.steps for name, one in APPROACHES.items()}}
    results = json.loads(arguments.out.read_text())["results"] if arguments.out.exists() else {}
    configs, looks, places = {}, {}, {}
    for seed, target, name in product(range(arguments.seeds), arguments.targets, arguments.approaches):
        seeds, run = results.setdefault(target, {}).setdefault(name, {}), f"{target}-{name}-{seed}"
        curve = seeds.get(str(seed), {"curve": []})["curve"]
        if steps := looks_of(name, curve, arguments.time):
            configs[run], looks[run], places[run] = config_of(name, target, seed), steps, (seeds, str(seed), curve)
    folder, workers = ("untimed", None) if arguments.untimed else ("timed", 1)
    for job in swept(configs, Path("runs") / arguments.out.stem / folder, workers=workers, looks=looks):
        if job.state == FAILED:
            sys.exit(f"{job.name} failed: {job.problem}")
        seeds, seed, curve = places[job.name]
        if not arguments.time and (not curve or curve[-1]["step"] < job.saved):
            if job.saved != looks[job.name][len(curve)]:
                sys.exit(f"{job.directory} is ahead of {arguments.out}, which lacks measurements; remove it")
            curve.append(measured_now(job))
        if not arguments.untimed:
            curve[:] = [look | {"seconds": seconds(job, look["step"])} for look in curve]
        print(job.name, curve[-1], flush=True)
        if arguments.time or curve[-1]["excess"] <= 0:
            job.stop()
        seeds[seed] = {"surroundings": surroundings(), "curve": curve}
        with replacing(arguments.out) as temporary:
            temporary.write_text(json.dumps(record | {"results": results}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    try:
        main()
    except (BlastemaError, KeyboardInterrupt) as error:
        sys.exit(str(error) or "Stopped; the same command continues.")
