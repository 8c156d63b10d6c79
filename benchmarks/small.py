"""Measure how small an organism can be: python benchmarks/small.py [--out FILE] [ORGANISM ...].

Without ORGANISM, organisms of the zoo are compressed, and others of the same targets, which are trained first, with
other seeds, by the recipe `quick` with Adam: in a sweep in `runs/small-seeds`, which can be stopped and is resumed.
Weights are rounded with compensated errors, as `blastema compress` does, and those of the first target also to the
nearest. Half of the hidden units of each organism are then removed, and what is left is trained, too, and rounded.

With ORGANISM, these are measured, which `tools/train_small.py` has trained, or anything else that `blastema.load` reads
and the format `packed` holds. Bytes are those of that format. Results that the file already has are kept; those of a
given organism are replaced.
"""

import argparse
import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from blastema.analysis.short import short_scores
from blastema.analysis.subject import Subject
from blastema.engines.native_engine import NativeEngine
from blastema.errors import BlastemaError
from blastema.io.atomic import replacing
from blastema.learning import default_beginning
from blastema.library import load, target_of
from blastema.machine import cores
from blastema.organism import Organism
from blastema.quantisation.compensated import compensated_whole
from blastema.quantisation.compression import packed_whole
from blastema.quantisation.eight_bit import perceptions
from blastema.quantisation.few_bits import nearest_weights, weights_of
from blastema.quantisation.packed import packed_size
from blastema.quantisation.pruning import pruned
from blastema.rule import Rule
from blastema.sweep.conduct import run_sweep
from blastema.sweep.job import FAILED
from blastema.training.beginning import Beginning
from blastema.training.experiments import falling
from blastema.training.run import Config
from surroundings import surroundings

HERE = Path(__file__).parent
TARGETS = ("🦎", "🎄", "😀")
ROUNDED_TO = (8, 6, 5, 4)
# Trainings of each target; the first is the organism of the zoo.
COUNT = 3
SEEDS, HALVES = Path("runs/small-seeds"), Path("runs/small-halves")
HALF, HALF_BITS, HALF_STEPS = 64, 6, 1600
# As `quick` was before Muon.
STEPS, ADAM = 3200, {"optimiser": "adam", "warmup": 0, "learning_rates": falling(4e-3, 2e-5)}
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
        """Return the organism, from the zoo or from the runs of this benchmark."""
        whole = load(HALVES / self.run) if self.way == "trained" else self.whole()
        if self.way == "exact":
            return whole
        if self.way == "nearest":
            return Organism(nearest_weights(whole.weights, self.bits), whole.rule, whole.training)
        weights = weights_of(compensated_whole(whole.weights, self.bits, seen_by(whole)))
        return Organism(weights, whole.rule, whole.training)

    def whole(self) -> Organism:
        """Return the organism that this one is made from."""
        return load(SEEDS / self.run) if self.seed else load(self.target)

    @property
    def run(self) -> str:
        """The name of its run."""
        return f"{self.target}-{self.seed}"

    def measured(self, organism: Organism) -> dict[str, Any]:
        """Return the bytes and the losses of this organism."""
        size = packed_size(organism.rule, self.bits) if self.bits < 32 else 4 * sum(w.size for w in organism.weights)
        subject = Subject(organism, target_of(organism, self.target), NativeEngine(threads=1))
        return {"trial": self._asdict(), "bytes": size} | short_scores(subject, ORGANISMS, OLDEST, self.seed)


def rounded_trials() -> list[Trial]:
    """Return all trials of whole organisms, the most important first."""
    nearest = [Trial(TARGETS[0], "nearest", bits=bits) for bits in ROUNDED_TO]
    of_seed = [
        [Trial(target, "exact", seed=seed) for target in TARGETS]
        + [Trial(target, "compensated", bits=bits, seed=seed) for target in TARGETS for bits in ROUNDED_TO]
        for seed in range(COUNT)
    ]
    return [*of_seed[0], *nearest, *chain(*of_seed[1:])]


def half_trials() -> list[Trial]:
    """Return the trials of organisms that lose half of their hidden units and are trained."""
    return [Trial(target, "trained", HALF, bits=HALF_BITS, seed=seed) for seed in range(COUNT) for target in TARGETS]


def whole_config(trial: Trial) -> Config:
    """Return how an organism of another seed is trained."""
    beginning = default_beginning((trial.target,), "quick", Rule())
    return Config(trial.target, recipe="quick", steps=STEPS, seed=trial.seed, settings=ADAM, beginning=beginning)


def half_config(trial: Trial) -> Config:
    """Return how what is left of an organism is trained."""
    whole = trial.whole()
    rule, weights = pruned(whole.rule, whole.weights, seen_by(whole), trial.hidden)
    beginning = Beginning.of(Organism(weights, rule, whole.training), trial.run)
    how = {"recipe": "quick", "steps": HALF_STEPS, "settings": ADAM}
    return Config(trial.target, seed=trial.seed, rule=rule, beginning=beginning, **how)


def result_of(trial: Trial) -> dict[str, Any]:
    """Return the measurements of a trial."""
    return trial.measured(trial.organism())


def seen_by(organism: Organism) -> np.ndarray:
    """Return what the cells of an organism perceive."""
    return perceptions(organism.rule, organism.weights, *organism.trained_size)


def train(configs: dict[str, Config], directory: Path) -> None:
    """Train all, or continue; exit if a training failed."""
    jobs = run_sweep(configs, directory) if configs else []
    if failed := [f"{job.name}: {job.problem}" for job in jobs if job.state == FAILED]:
        sys.exit("\n".join(failed))


def trial_of(name: str) -> Trial:
    """Return the trial of a trained organism."""
    organism = load(name)
    whole = packed_whole(organism.weights)
    if whole is None:
        sys.exit(f"{name} has exact weights; give an organism whose weights were rounded in training")
    rule, record = organism.rule, organism.training
    return Trial(record["target"], "trained", rule.hidden, rule.channels, whole.bits, record["seed"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("organisms", nargs="*", metavar="ORGANISM")
    parser.add_argument("--out", type=Path, default=HERE / "small.json")
    parser.add_argument("--most", type=int, help="stop after so many new results")
    arguments = parser.parse_args()
    # For the engine that samples perception.
    os.environ["BLASTEMA_THREADS"] = "1"
    if arguments.organisms:
        for name in arguments.organisms:
            write(arguments.out, trial_of(name).measured(load(name)))
        return
    done = [Trial(**result["trial"]) for result in read(arguments.out)["results"]]
    rounded = [trial for trial in rounded_trials() if trial not in done]
    halves = [trial for trial in half_trials() if trial not in done]
    train({trial.run: whole_config(trial) for trial in [*rounded, *halves] if trial.seed}, SEEDS)
    train({trial.run: half_config(trial) for trial in halves}, HALVES)
    with ProcessPoolExecutor(cores()) as pool:
        for result in pool.map(result_of, [*rounded, *halves][: arguments.most]):
            write(arguments.out, result)


def write(out: Path, result: dict[str, Any]) -> None:
    """Add a result to the file, instead of one of the same trial."""
    print(result, flush=True)
    # Read again, since another process may have added results meanwhile.
    record = read(out)
    others = [other for other in record["results"] if other["trial"] != result["trial"]]
    halves = {"hidden": HALF, "bits": HALF_BITS, "steps": HALF_STEPS}
    record |= {"surroundings": surroundings(), "halves": halves, "results": [*others, result]}
    with replacing(out) as temporary:
        temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def read(out: Path) -> dict[str, Any]:
    """Return what the file has."""
    return json.loads(out.read_text()) if out.exists() else {"results": []}


if __name__ == "__main__":
    try:
        main()
    except (BlastemaError, KeyboardInterrupt) as error:
        sys.exit(str(error) or "Stopped; the same command continues.")
