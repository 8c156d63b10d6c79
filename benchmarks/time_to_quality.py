"""How long until a lizard is good: python benchmarks/time_to_quality.py [--seeds 3] [--steps 8000] [--out FILE].

A regenerating lizard is trained by the article's recipe, by ours, and by ours with rates that fall as a cosine, until
it is good, or to the end. At each sixteenth of the run it is measured: the worst of 16 organisms after 1,000 steps, and
the medians 600 steps after each of the article's five cuts. Good is what meets the lines that the zoo is held to, and
still does after 10,000 steps. Seconds are those of training alone, on all cores; for a fair comparison the machine has
nothing else to do. What the file has already is not done again.
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
from candidates import ARTICLE, CANDIDATES
from recipes import measured
from surroundings import surroundings

HERE = Path(__file__).parent
TARGET = "🦎"
COMPARED = {"blastema": BLASTEMA, "article": ARTICLE, "cosine": CANDIDATES["+ rates as a cosine"].recipe}
OLD, REGROWN = -3.5, -3.2
LOOKS = 16


def excess(found: dict[str, float]) -> float:
    """Return by how much the worst number lies above its line; an organism lasts and regrows as ours must from 0 on."""
    return round(max(found["old"] - OLD, *(found[cut] - REGROWN for cut in ARTICLE_CUTS)), 2)


def curve(name: str, seed: int, steps: int) -> list[dict[str, float]]:
    """Train once; return what was measured on the way, with the seconds that training took until then."""
    recipe = dataclasses.replace(COMPARED[name], steps=steps)
    trainer = Trainer(Rule(), EXPERIMENTS["regenerating"], recipe, load_target(TARGET), seed, choose_engine())
    found, seconds = [], 0.0
    while trainer.done < steps and not (found and found[-1]["excess"] <= 0):
        begun = time.perf_counter()
        trainer.step()
        seconds += time.perf_counter() - begun
        if trainer.done % (steps // LOOKS) == 0:
            numbers = measured(trainer, trainer.weights, 16, 1000)
            if excess(numbers) <= 0:
                numbers = measured(trainer, trainer.weights, 16, 10000)
            found.append({"step": trainer.done, "seconds": round(seconds, 1)} | numbers | {"excess": excess(numbers)})
            print(name, seed, found[-1], flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8000)
    parser.add_argument("--out", type=Path, default=HERE / "time_to_quality.json")
    arguments = parser.parse_args()
    results: dict[str, Any] = {}
    if arguments.out.exists():
        found = json.loads(arguments.out.read_text())
        results = found["results"]
        if found["steps"] != arguments.steps:
            parser.error(f"{arguments.out} is of {found['steps']} steps; give as many, or another --out")
    for seed in range(arguments.seeds):
        for name in COMPARED:
            if str(seed) in results.setdefault(name, {}):
                continue
            results[name][str(seed)] = curve(name, seed, arguments.steps)
            lines = {"old": OLD, "regrown": REGROWN}
            found = {"surroundings": surroundings(), "lines": lines, "steps": arguments.steps, "results": results}
            with replacing(arguments.out) as temporary:
                temporary.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
