"""Compare recipes: python benchmarks/recipes.py [CANDIDATE ...] [--steps 3000] [--targets 😀 💥 🦎] [--out FILE].

Each candidate trains a regenerating organism of each target; ten times on the way, and at the end with more organisms
and steps, it is measured. Seconds are those of the processor, of one thread, without the measuring. What the file has
already is not done again.
"""

import argparse
import dataclasses
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import CUT_AT, CUTS, regeneration
from blastema.analysis.subject import Subject, seeds_for
from blastema.engines.native_engine import NativeEngine
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.experiments import EXPERIMENTS, RECIPES, Recipe
from blastema.training.trainer import Trainer
from run import surroundings

HERE = Path(__file__).parent
HOT = ((0, 4e-3), (0.3, 2e-3), (0.6, 5e-4), (0.85, 1e-4))
MIXED = ("disc", "half", "square")


def falling(first: float, last: float, count: int = 12) -> tuple[tuple[float, float], ...]:
    """Return rates that fall by the same factor at each of `count` equal parts of the training."""
    return tuple((part / count, first * (last / first) ** (part / (count - 1))) for part in range(count))


CANDIDATES: dict[str, Recipe] = {
    "article": RECIPES["article"],
    "hotter rates, mixed damages": Recipe(learning_rates=HOT, damages=MIXED),
    "the same, sprouting for a tenth": Recipe(learning_rates=HOT, damages=MIXED, sprouting=0.1),
    "the same, rates falling evenly": Recipe(learning_rates=falling(4e-3, 5e-5), damages=MIXED),
    "the same, a pool of 256": Recipe(learning_rates=HOT, damages=MIXED, pool=256),
}


def measured(trainer: Trainer, organisms: int, oldest: int) -> dict[str, float]:
    """Return log10 of the loss: the median when grown, the worst when old, medians 600 steps after each cut."""
    subject = Subject(trainer.rule, trainer.weights, trainer.target, trainer.engine)
    seeds, draw = seeds_for(organisms, 0), np.random.default_rng(1)
    young, old = persistence(subject, seeds, (CUT_AT, oldest))
    grown = subject.grown(subject.seeds(seeds), CUT_AT)
    cuts = {name: regeneration(subject, grown, damage, draw, (600,)).after[-1] for name, damage in CUTS.items()}
    found = {"grown": np.median(young), "old": old.max()} | {name: np.median(cut) for name, cut in cuts.items()}
    return {name: round(float(value), 2) for name, value in found.items()}


def tried(recipe: Recipe, target: str) -> dict[str, object]:
    """Train with one candidate and return what was measured."""
    picture, engine = load_target(target), NativeEngine(threads=1)
    trainer = Trainer(Rule(), EXPERIMENTS["regenerating"], recipe, picture, 0, engine)
    curve, seconds = [], 0.0
    while trainer.done < recipe.steps:
        begun = time.process_time()
        trainer.step()
        seconds += time.process_time() - begun
        if trainer.done % max(1, recipe.steps // 10) == 0:
            curve.append({"step": trainer.done, "seconds": round(seconds)} | measured(trainer, 8, 1000))
            print(target, curve[-1], flush=True)
    return {"curve": curve, "final": measured(trainer, 16, 10000), "seconds": round(seconds)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("candidates", nargs="*", default=list(CANDIDATES), metavar="CANDIDATE")
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--targets", nargs="+", default=["😀", "💥", "🦎"])
    parser.add_argument("--out", type=Path, default=HERE / "recipes.json")
    arguments = parser.parse_args()
    found = json.loads(arguments.out.read_text()) if arguments.out.exists() else {"results": {}}
    found |= {"surroundings": surroundings(), "steps": arguments.steps}
    for name in arguments.candidates:
        for target in arguments.targets:
            results = found["results"].setdefault(name, {})
            if target in results:
                continue
            print(name, target, flush=True)
            results[target] = tried(dataclasses.replace(CANDIDATES[name], steps=arguments.steps), target)
            with tempfile.NamedTemporaryFile("w", dir=arguments.out.parent, delete=False) as file:
                json.dump(found, file, indent=1, ensure_ascii=False)
            Path(file.name).replace(arguments.out)


if __name__ == "__main__":
    main()
