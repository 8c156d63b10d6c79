"""Measure the time to quality: python benchmarks/time_to_quality.py [APPROACH ...] [--targets 🦎 🎄 😀] [--seeds 3].

Trains regenerating organisms with the default recipe, the article's, the default with cosine learning rates, and the
default from a trained organism that never saw the picture, until they meet the thresholds of the zoo or the training
ends. They are measured at each sixteenth of the run: the worst of 16 states after 1,000 steps, and the medians 600
steps after each of the article's five cuts. If these meet the thresholds, they are checked again after 10,000 steps.
Seconds are those of training alone, on all cores; the machine should be idle otherwise. Results that the file already
has are kept and not measured again.
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path
from typing import Any, NamedTuple

from blastema.damage import ARTICLE_CUTS
from blastema.engines import choose_engine
from blastema.io.atomic import replacing
from blastema.library import load
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.beginning import Beginning
from blastema.training.experiments import BLASTEMA, EXPERIMENTS
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
    """A recipe, its training steps, and whether it starts from a trained organism."""

    recipe: Recipe
    steps: int = 8000
    begun: bool = False


APPROACHES = {
    "blastema": Approach(BLASTEMA),
    "article": Approach(ARTICLE_RECIPE),
    "cosine": Approach(CANDIDATES["+ rates as a cosine"].recipe),
    "from a trained organism": Approach(BLASTEMA, 2000, begun=True),
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


def curve(name: str, target: str, seed: int) -> list[dict[str, float]]:
    """Train once; return the measurements during training, each with the training time so far."""
    trainer, steps = begun(APPROACHES[name], target, seed), APPROACHES[name].steps
    curve, seconds = [], 0.0
    while trainer.done < steps and not (curve and curve[-1]["excess"] <= 0):
        started = time.perf_counter()
        trainer.step()
        seconds += time.perf_counter() - started
        if trainer.done % (steps // LOOKS) == 0:
            numbers = measured(trainer, trainer.weights, 16, 1000)
            if excess(numbers) <= 0:
                numbers = measured(trainer, trainer.weights, 16, 10000)
            curve.append({"step": trainer.done, "seconds": round(seconds, 1)} | numbers | {"excess": excess(numbers)})
            print(name, target, seed, curve[-1], flush=True)
    return curve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("approaches", nargs="*", default=list(APPROACHES), metavar="APPROACH")
    parser.add_argument("--targets", nargs="+", default=TARGETS)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--out", type=Path, default=HERE / "time_to_quality.json")
    arguments = parser.parse_args()
    lines = {"old": OLD, "regrown": REGROWN}
    record: dict[str, Any] = {"lines": lines, "steps": {name: one.steps for name, one in APPROACHES.items()}}
    results = json.loads(arguments.out.read_text())["results"] if arguments.out.exists() else {}
    for seed in range(arguments.seeds):
        for target in arguments.targets:
            for name in arguments.approaches:
                seeds = results.setdefault(target, {}).setdefault(name, {})
                if str(seed) not in seeds:
                    seeds[str(seed)] = {"surroundings": surroundings(), "curve": curve(name, target, seed)}
                    with replacing(arguments.out) as temporary:
                        text = json.dumps(record | {"results": results}, indent=1, ensure_ascii=False)
                        temporary.write_text(text + "\n")


if __name__ == "__main__":
    main()
