"""Compare trained organisms as beginnings: python benchmarks/from_trained.py [--out FILE].

Trains organisms of 24 cells from random weights and from organisms of the zoo that never saw the picture, with the
default recipe; then from nothing and from the best of them for longer, in other experiments and sizes, and with
other learning rates. Seconds are CPU time of one thread. Results that the file already has are kept and not measured
again.
"""

import argparse
import dataclasses
import json
import time
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from blastema.engines.native_engine import NativeEngine
from blastema.io.atomic import replacing
from blastema.library import load
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.experiments import BLASTEMA, EXPERIMENTS
from blastema.training.trainer import Trainer
from recipes import measured
from surroundings import surroundings

HERE = Path(__file__).parent
TARGETS = ("🎄", "😀")
NOTHING, BEST = "nothing", "🐠"
BEGINNINGS = (NOTHING, "🐠", "🦎", "🦋", "💥", "planarian")
RATES = {
    "default": BLASTEMA.learning_rates,
    "half": tuple((begin, rate / 2) for begin, rate in BLASTEMA.learning_rates),
    "a quarter": tuple((begin, rate / 4) for begin, rate in BLASTEMA.learning_rates),
    "slow at first": ((0, 1e-3), (0.1, 4e-3), (0.4, 2e-3), (0.65, 5e-4), (0.85, 1e-4)),
}


class Trial(NamedTuple):
    """A training: what is trained, from which organism, for how long, in how many cells, with which rates."""

    target: str
    beginning: str
    experiment: str = "regenerating"
    steps: int = 600
    fit: int = 24
    rates: str = "default"

    def run(self) -> dict[str, Any]:
        """Train and measure."""
        recipe = dataclasses.replace(BLASTEMA, steps=self.steps, learning_rates=RATES[self.rates])
        picture, experiment = load_target(self.target, fit=self.fit), EXPERIMENTS[self.experiment]
        trainer = Trainer(Rule(), experiment, recipe, picture, 0, NativeEngine(threads=1))
        if self.beginning != NOTHING:
            trainer.weights = load(self.beginning).weights
        started = time.thread_time()
        for _ in range(self.steps):
            trainer.step()
        seconds = round(time.thread_time() - started)
        return {"seconds": seconds} | measured(trainer, trainer.weights, 16, 2000)


def trials() -> list[Trial]:
    """Return all trainings, the most important first."""
    both = list(product(TARGETS, (NOTHING, BEST)))
    return [
        *(Trial(target, beginning) for target, beginning in product(TARGETS, BEGINNINGS)),
        *(Trial(*pair, steps=2000) for pair in both),
        *(Trial(*pair, experiment=experiment) for experiment in ("persistent", "growing") for pair in both),
        *(Trial(*pair, fit=fit) for fit in (16, 40) for pair in both),
        *(Trial(target, BEST, rates=rates) for rates in RATES for target in TARGETS if rates != "default"),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE / "from_trained.json")
    out = parser.parse_args().out
    record = json.loads(out.read_text()) if out.exists() else {"results": []}
    there = {Trial(**result["trial"]) for result in record["results"]}
    for trial in trials():
        if trial in there:
            continue
        record["results"].append({"trial": trial._asdict()} | trial.run())
        record["surroundings"] = surroundings()
        print(record["results"][-1], flush=True)
        with replacing(out) as temporary:
            temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
