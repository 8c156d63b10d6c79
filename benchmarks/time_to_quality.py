"""Measure the time to quality: python benchmarks/time_to_quality.py [--seeds 3] [--steps 8000] [--out FILE].

Trains a regenerating lizard with the article's recipe, the default recipe, and the default with cosine learning rates,
until it meets the thresholds of the zoo or the training ends. It is measured at each sixteenth of the run: the worst of
16 states after 1,000 steps, and the medians 600 steps after each of the article's five cuts. If these meet the
thresholds, they are checked again after 10,000 steps. Seconds are those of training alone, on all cores; the machine
should be idle otherwise. Results that the file already has are kept and not measured again.
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path
from typing import Any

from blastema.damage import ARTICLE_CUTS
from blastema.engines import choose_engine
from blastema.io.atomic import replacing
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.experiments import BLASTEMA, EXPERIMENTS
from blastema.training.trainer import Trainer
from candidates import ARTICLE_RECIPE, CANDIDATES
from recipes import measured
from surroundings import surroundings

HERE = Path(__file__).parent
TARGET = "🦎"
COMPARED = {"blastema": BLASTEMA, "article": ARTICLE_RECIPE, "cosine": CANDIDATES["+ rates as a cosine"].recipe}
OLD, REGROWN = -3.5, -3.2
LOOKS = 16


def excess(losses: dict[str, float]) -> float:
    """Return how far the worst number lies above its threshold; at 0 or below, all thresholds are met."""
    return round(max(losses["old"] - OLD, *(losses[cut] - REGROWN for cut in ARTICLE_CUTS)), 2)


def curve(name: str, seed: int, steps: int) -> list[dict[str, float]]:
    """Train once; return the measurements during training, each with the training time so far."""
    recipe = dataclasses.replace(COMPARED[name], steps=steps)
    trainer = Trainer(Rule(), EXPERIMENTS["regenerating"], recipe, load_target(TARGET), seed, choose_engine())
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
            print(name, seed, curve[-1], flush=True)
    return curve


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--out", type=Path, default=HERE / "time_to_quality.json")
    arguments = parser.parse_args()
    results: dict[str, Any] = {}
    if arguments.out.exists():
        record = json.loads(arguments.out.read_text())
        results = record["results"]
        if record["steps"] != arguments.steps:
            parser.error(f"{arguments.out} has results of {record['steps']} steps; use that number, or another --out")
    for seed in range(arguments.seeds):
        for name in COMPARED:
            if str(seed) in results.setdefault(name, {}):
                continue
            results[name][str(seed)] = curve(name, seed, arguments.steps)
            lines = {"old": OLD, "regrown": REGROWN}
            record = {"surroundings": surroundings(), "lines": lines, "steps": arguments.steps, "results": results}
            with replacing(arguments.out) as temporary:
                temporary.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
