"""Measure how small an organism can be: python benchmarks/small.py [--out FILE].

Organisms of the zoo are compressed in three ways: weights are rounded to the nearest, rounded with compensated errors,
or hidden units and channels are removed and what is left is trained further with rounded weights, step by step to
smaller sizes. Bytes are those of the format `packed`. Results that the file already has are kept and not measured
again; trainings are kept in `runs/small` and resumed.
"""

import argparse
import json
import os
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from blastema.analysis.short import short_scores
from blastema.analysis.subject import Subject
from blastema.engines.native_engine import NativeEngine
from blastema.io.atomic import replacing
from blastema.library import load, target_of
from blastema.organism import Organism
from blastema.quantisation.compensated import compensated_whole
from blastema.quantisation.eight_bit import perceptions
from blastema.quantisation.few_bits import nearest_weights, weights_of
from blastema.quantisation.packed import packed_size
from blastema.quantisation.pruning import pruned
from blastema.training.beginning import Beginning
from blastema.training.run import Config, Run
from surroundings import surroundings

HERE = Path(__file__).parent
RUNS = Path("runs/small")
TARGETS, SEEDS = ("🦎", "🎄", "😀"), (0, 1, 2)
ROUNDED_TO = (8, 6, 5, 4, 3, 2)
# Hidden units and channels, each cut from the one before; bits of their weights, and training steps after each cut.
SIZES, BITS, STEPS = ((72, 16), (48, 14), (32, 12), (24, 10), (16, 8)), 4, 3000
RATES = ((0, 2e-3), (0.4, 1e-3), (0.6, 3e-4), (0.8, 1e-4), (0.92, 2e-5))
# From this share of the steps on, weights are rounded.
ROUNDED_FROM = 0.5
ORGANISMS, OLDEST = 16, 10_000


class Trial(NamedTuple):
    """An organism of a size, and how it came to it: `exact`, `nearest`, `compensated` or `trained`."""

    target: str
    way: str
    hidden: int = 128
    channels: int = 16
    bits: int = 32
    seed: int = 0

    def organism(self) -> Organism:
        """Return the organism."""
        whole = load(self.target)
        height, width = whole.trained_size
        if self.way == "trained":
            return self.trained()
        if self.way == "exact":
            return whole
        if self.way == "nearest":
            return Organism(nearest_weights(whole.weights, self.bits), whole.rule)
        seen = perceptions(whole.rule, whole.weights, height, width)
        return Organism(weights_of(compensated_whole(whole.weights, self.bits, seen)), whole.rule)

    def trained(self) -> Organism:
        """Return the organism after its training, which is begun or resumed; and those before it."""
        directory = RUNS / f"{self.target}-{self.seed}-{self.hidden}x{self.channels}-{self.bits}"
        begun = (directory / "config.json").exists()
        run = Run.resume(directory) if begun else Run.begin(directory, self.config())
        for report in run.train():
            if report.step % 250 == 0:
                print(f"{directory.name}: step {report.step}, loss {report.loss:.5f}", flush=True)
        return run.organism()

    def config(self) -> Config:
        """Return the configuration of a training that begins with what a cut leaves of the larger organism."""
        number = SIZES.index((self.hidden, self.channels))
        parent = load(self.target)
        if number:
            hidden, channels = SIZES[number - 1]
            parent = self._replace(hidden=hidden, channels=channels).trained()
        seen = perceptions(parent.rule, parent.weights, *parent.trained_size)
        rule, weights = pruned(parent.rule, parent.weights, seen, self.hidden, self.channels)
        beginning = Beginning.of(Organism(weights, rule, parent.training), self.target)
        return Config(
            self.target, steps=STEPS, seed=self.seed, rule=rule, beginning=beginning,
            settings={"bits": (ROUNDED_FROM, self.bits), "learning_rates": RATES},
        )  # fmt: skip

    def run(self) -> dict[str, Any]:
        """Return the bytes and what was measured."""
        organism, picture = self.organism(), target_of(load(self.target), self.target)
        size = packed_size(organism.rule, self.bits) if self.bits < 32 else 4 * sum(w.size for w in organism.weights)
        subject = Subject(organism, picture, NativeEngine(threads=1))
        return {"bytes": size} | short_scores(subject, ORGANISMS, OLDEST, self.seed)


def trials() -> list[Trial]:
    """Return all trials, the most important first."""
    first, *others = TARGETS
    sizes = [Trial(first, "trained", *size, BITS) for size in SIZES]
    ways = product(ROUNDED_TO, ("compensated", "nearest"))
    rounded = [Trial(first, "exact"), *(Trial(first, way, bits=bits) for bits, way in ways)]
    same = [trial._replace(target=target) for target in others for trial in (*rounded, *sizes)]
    more = [trial._replace(seed=seed) for seed in SEEDS[1:] for trial in (*sizes, *same) if trial.way == "trained"]
    return [*rounded, *sizes, *same, *more]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=HERE / "small.json")
    parser.add_argument("--ways", nargs="+", default=["exact", "nearest", "compensated", "trained"], metavar="WAY")
    parser.add_argument("--most", type=int, help="stop after so many new results")
    arguments = parser.parse_args()
    # For the trainings and the engine that samples perception.
    os.environ["BLASTEMA_THREADS"] = "1"
    waiting = [trial for trial in trials() if trial.way in arguments.ways and trial not in measured(arguments.out)]
    for trial in waiting[: arguments.most]:
        result = {"trial": trial._asdict()} | trial.run()
        # Read again, since another process may have added results meanwhile.
        record = read(arguments.out)
        record["results"].append(result)
        record |= {"surroundings": surroundings(), "steps": STEPS, "bits": BITS}
        print(result, flush=True)
        with replacing(arguments.out) as temporary:
            temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def measured(out: Path) -> list[Trial]:
    """Return the trials whose results the file has."""
    return [Trial(**result["trial"]) for result in read(out)["results"]]


def read(out: Path) -> dict[str, Any]:
    """Return what the file has."""
    return json.loads(out.read_text()) if out.exists() else {"results": []}


if __name__ == "__main__":
    main()
