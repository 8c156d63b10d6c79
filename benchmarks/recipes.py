"""Compare recipes: python benchmarks/recipes.py [CANDIDATE ...] [--jobs 2] [--out FILE].

Each candidate of `candidates.py` trains a regenerating organism for each target, of `--fit` cells, which is measured at
the end. Each tenth of the training also records how many cells are alive after a rollout. Seconds are CPU time of one
thread. Results that the file already has are kept and not measured again.

Not a sweep of `blastema.sweep`: half of the candidates are trainers of their own, and a sweep trains configurations.
Its files have neither the state that such trainers add, nor the living cells after each rollout.
"""

import argparse
import dataclasses
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import CUT_AT, regeneration
from blastema.analysis.subject import Subject, seeds_for
from blastema.damage import CUTS, DAMAGES
from blastema.engines.native_engine import NativeEngine
from blastema.io.atomic import replacing
from blastema.organism import Organism
from blastema.quantisation.eight_bit import quantise_gptq
from blastema.rule import ALPHA, Rule, Weights
from blastema.targets import load_target
from blastema.training.experiments import EXPERIMENTS
from blastema.training.trainer import Trainer
from candidates import CANDIDATES
from surroundings import surroundings

HERE = Path(__file__).parent
ORGANISMS, OLDEST = 16, 10_000


def measured(trainer: Trainer, weights: Weights, organisms: int, oldest: int) -> dict[str, float]:
    """Return log10 of the loss: median when grown, worst when old, medians 600 steps after each cut."""
    subject = Subject(Organism(weights, trainer.rule), trainer.target, trainer.engine)
    seeds, draw = seeds_for(organisms, 0), np.random.default_rng(1)
    young, old = persistence(subject, seeds, (CUT_AT, oldest))
    grown = subject.grown(subject.seeds(seeds), CUT_AT)
    cuts = {name: regeneration(subject, grown, DAMAGES[name], draw, (600,)).after[-1] for name in CUTS}
    losses = {"grown": np.median(young), "old": old.max()} | {name: np.median(cut) for name, cut in cuts.items()}
    return {name: round(float(value), 2) for name, value in losses.items()}


def tried(name: str, target: str, steps: int, fit: int) -> dict[str, Any]:
    """Train with one candidate and return its measurements."""
    candidate = CANDIDATES[name]
    recipe, picture = dataclasses.replace(candidate.recipe, steps=steps), load_target(target, fit=fit)
    trainer = candidate.trainer(
        Rule(), EXPERIMENTS["regenerating"], recipe, picture, candidate.seed, NativeEngine(threads=1)
    )
    curve, seconds, part = [], 0.0, max(1, steps // 10)
    losses, living = np.zeros(steps), np.zeros(steps)
    for step in range(steps):
        started = time.thread_time()
        report = trainer.step()
        seconds += time.thread_time() - started
        losses[step], living[step] = report.loss, (report.after.states[..., ALPHA] > 0.1).sum(axis=(1, 2)).mean()
        if (step + 1) % part == 0:
            medians = {"loss": round(float(np.median(losses[step + 1 - part : step + 1])), 5)}
            medians["living"] = round(float(living[step + 1 - part : step + 1].mean()))
            curve.append({"step": step + 1, "seconds": round(seconds)} | medians)
    weights = getattr(trainer, "trained_weights", trainer.weights)
    rounded = quantise_gptq(trainer.rule, weights, *picture.shape[:2]).weights
    kinds = {"final": weights, "eight_bit": rounded}
    scores = {kind: measured(trainer, its, ORGANISMS, OLDEST) for kind, its in kinds.items()}
    return {"curve": curve, "seconds": round(seconds)} | scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("candidates", nargs="*", default=list(CANDIDATES), metavar="CANDIDATE")
    parser.add_argument("--steps", type=int, default=2000, help="training steps (default: %(default)s)")
    parser.add_argument("--targets", nargs="+", default=["😀", "🕸", "🐞"])
    parser.add_argument("--fit", type=int, default=24, help="size of the pictures in cells (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=1, help="number of parallel trainings (default: %(default)s)")
    parser.add_argument("--out", type=Path, default=HERE / "recipes.json")
    arguments = parser.parse_args()
    if unknown := sorted(set(arguments.candidates) - set(CANDIDATES)):
        parser.error(f"unknown candidate {'; '.join(unknown)}; choose from {'; '.join(CANDIDATES)}")
    record: dict[str, Any] = json.loads(arguments.out.read_text()) if arguments.out.exists() else {"results": {}}
    settings = {"steps": arguments.steps, "fit": arguments.fit}
    if settings != {name: record.get(name, asked) for name, asked in settings.items()}:
        parser.error(
            f"{arguments.out} is of {record['steps']} steps and {record['fit']} cells; use these, or another --out"
        )
    record |= {"surroundings": surroundings()} | settings
    # For the engine that each process uses while rounding to 8 bits.
    os.environ["BLASTEMA_THREADS"] = "1"
    with ProcessPoolExecutor(arguments.jobs) as pool:
        waited = {
            pool.submit(tried, name, target, arguments.steps, arguments.fit): (name, target)
            for name in arguments.candidates
            for target in arguments.targets
            if target not in record["results"].get(name, {})
        }
        for done in as_completed(waited):
            name, target = waited[done]
            record["results"].setdefault(name, {})[target] = done.result()
            print(name, target, done.result().get("final", ""), f"{done.result()['seconds']} s", flush=True)
            with replacing(arguments.out) as temporary:
                temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
