"""How long until a lizard is good: python benchmarks/time_to_quality.py [--seeds 3] [--steps 8000] [--out FILE].

A regenerating lizard is trained by the article's recipe and by ours. At each sixteenth of the run it is measured: the
worst of 16 organisms after 10,000 steps, and the medians 600 steps after each of the article's five cuts. Good is what
meets the lines that the zoo is held to. Seconds are those of training alone, on all cores; for a fair comparison the
machine has nothing else to do. What the file has already is not done again.
"""

import argparse
import dataclasses
import json
import time
from pathlib import Path
from typing import Any

from blastema.atomic import replacing
from blastema.engines import choose_engine
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.experiments import EXPERIMENTS, RECIPES, RecipeName
from blastema.training.trainer import Trainer
from recipes import measured
from run import surroundings

HERE = Path(__file__).parent
TARGET, CUTS = "🦎", ("lower", "upper", "right", "left", "centre")
COMPARED: tuple[RecipeName, ...] = ("blastema", "article")
OLD, REGROWN = -3.5, -3.2
LOOKS = 16


def good(found: dict[str, float]) -> bool:
    """Return whether an organism lasts and regrows as ours must."""
    return found["old"] <= OLD and all(found[cut] <= REGROWN for cut in CUTS)


def curve(recipe_name: RecipeName, seed: int, steps: int) -> list[dict[str, float]]:
    """Train once; return what was measured on the way, with the seconds that training took until then."""
    recipe = dataclasses.replace(RECIPES[recipe_name], steps=steps)
    trainer = Trainer(Rule(), EXPERIMENTS["regenerating"], recipe, load_target(TARGET), seed, choose_engine())
    found, seconds = [], 0.0
    while trainer.done < steps:
        begun = time.perf_counter()
        trainer.step()
        seconds += time.perf_counter() - begun
        if trainer.done % (steps // LOOKS) == 0:
            found.append({"step": trainer.done, "seconds": round(seconds, 1)} | measured(trainer, 16, 10000))
            print(recipe_name, seed, found[-1], "good" if good(found[-1]) else "", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--out", type=Path, default=HERE / "time_to_quality.json")
    arguments = parser.parse_args()
    results: dict[str, Any] = {}
    if arguments.out.exists():
        results = json.loads(arguments.out.read_text())["results"]
    for seed in range(arguments.seeds):
        for name in COMPARED:
            if str(seed) in results.setdefault(name, {}):
                continue
            results[name][str(seed)] = curve(name, seed, arguments.steps)
            found = {"surroundings": surroundings(), "steps": arguments.steps, "results": results}
            with replacing(arguments.out) as temporary:
                temporary.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
