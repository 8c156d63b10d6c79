"""Measure the time to quality: python benchmarks/time_to_quality.py [APPROACH ...] [--targets 🦎 🎄 😀] [--seeds 3].

Trains regenerating organisms with the default recipe, the article's, the default with cosine learning rates, and two
recipes from a trained organism that never saw the picture, until they meet the thresholds of the zoo or the training
ends. They are measured at each sixteenth of the run, or of its last quarter's: the worst of 16 states after 1,000
steps, and the medians 600 steps after each of the article's five cuts. If these meet the thresholds, they are checked
again after 10,000 steps. Results that the file already has are kept and not measured again.

Seconds are those of training alone, on all cores, so the machine must be idle otherwise. With --untimed it need not be:
the same training is then repeated for its seconds alone, by a call with --time.
"""

import argparse
import dataclasses
import json
import time
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from blastema.damage import ARTICLE_CUTS
from blastema.engines import choose_engine
from blastema.io.atomic import replacing
from blastema.library import load
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.beginning import Beginning
from blastema.training.experiments import BLASTEMA, EXPERIMENTS, RECIPES
from blastema.training.recipe import Recipe
from blastema.training.trainer import Trainer
from candidates import ARTICLE_RECIPE, CANDIDATES
from recipes import measured
from surroundings import surroundings

HERE = Path(__file__).parent
TARGETS = ("🦎", "🎄", "😀")
OLD, REGROWN = -3.5, -3.2
LOOKS = 16


class Approach(NamedTuple):
    """A recipe, its training steps, whether it starts from a trained organism, and the first sixteenth that counts."""

    recipe: Recipe
    steps: int = 8000
    begun: bool = False
    first: int = 1


APPROACHES = {
    "blastema": Approach(BLASTEMA),
    "article": Approach(ARTICLE_RECIPE),
    "cosine": Approach(CANDIDATES["+ rates as a cosine"].recipe),
    "from a trained organism": Approach(BLASTEMA, 2000, begun=True),
    "quick": Approach(RECIPES["quick"], RECIPES["quick"].steps, begun=True, first=13),
}


def excess(losses: dict[str, float]) -> float:
    """Return how far the worst number lies above its threshold; at 0 or below, all thresholds are met."""
    return round(max(losses["old"] - OLD, *(losses[cut] - REGROWN for cut in ARTICLE_CUTS)), 2)


def beginning(target: str) -> Beginning:
    """Return a trained organism that never saw the picture."""
    name = "🦎" if target == "🐠" else "🐠"
    return Beginning.of(load(name), name)


def begun(approach: Approach, target: str, seed: int) -> Trainer:
    """Return a trainer before its first training step."""
    recipe = dataclasses.replace(approach.recipe, steps=approach.steps)
    trainer = Trainer(Rule(), EXPERIMENTS["regenerating"], recipe, load_target(target), seed, choose_engine())
    if approach.begun:
        trainer.weights = beginning(target).weights(trainer.weights, trainer.rule)
    return trainer


def curve(name: str, target: str, seed: int, timed: bool) -> list[dict[str, float | None]]:
    """Train once; return the measurements during training, each with the training time so far, None if not timed."""
    approach, curve = APPROACHES[name], []
    trainer, seconds = begun(approach, target, seed), 0.0
    while trainer.done < approach.steps and not (curve and curve[-1]["excess"] <= 0):
        seconds += seconds_of(trainer)
        if trainer.done in looks(approach):
            numbers = measured(trainer, trainer.weights, 16, 1000)
            if excess(numbers) <= 0:
                numbers = measured(trainer, trainer.weights, 16, 10000)
            time_so_far = {"step": trainer.done, "seconds": round(seconds, 1) if timed else None}
            curve.append(time_so_far | numbers | {"excess": excess(numbers)})
            print(name, target, seed, curve[-1], flush=True)
    return curve


def looks(approach: Approach) -> list[int]:
    """Return the training steps at which an approach is measured."""
    return [approach.steps // LOOKS * look for look in range(approach.first, LOOKS + 1)]


def seconds_of(trainer: Trainer) -> float:
    """Take a training step and return its seconds."""
    started = time.perf_counter()
    trainer.step()
    return time.perf_counter() - started


def timed_again(name: str, target: str, seed: int, curve: list[dict[str, float | None]]) -> None:
    """Repeat a training for the seconds that its measurements lack."""
    trainer, seconds = begun(APPROACHES[name], target, seed), 0.0
    for look in curve:
        while trainer.done < look["step"]:
            seconds += seconds_of(trainer)
        look["seconds"] = round(seconds, 1)
    print(name, target, seed, f"{seconds:.1f} s for {trainer.done} training steps", flush=True)


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
    for seed, target, name in product(range(arguments.seeds), arguments.targets, arguments.approaches):
        seeds = results.setdefault(target, {}).setdefault(name, {})
        one = seeds.get(str(seed))
        if arguments.time and one and one["curve"][-1]["seconds"] is None:
            timed_again(name, target, seed, one["curve"])
            one["surroundings"] = surroundings()
        elif not arguments.time and one is None:
            measurements = curve(name, target, seed, not arguments.untimed)
            seeds[str(seed)] = {"surroundings": surroundings(), "curve": measurements}
        else:
            continue
        with replacing(arguments.out) as temporary:
            temporary.write_text(json.dumps(record | {"results": results}, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
