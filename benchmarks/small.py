"""Measure how small an organism can be: python benchmarks/small.py [--out FILE] [ORGANISM ...].

Without ORGANISM, organisms of the zoo are compressed without training: weights are rounded with compensated errors, as
`blastema compress` does, and those of the first target also to the nearest. With it, these organisms are measured,
which `tools/train_small.py` has trained, or anything else that `blastema.load` reads and the format `packed` holds.
Bytes are those of that format. Results that the file already has are kept; those of a given organism are replaced.
"""

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any, NamedTuple

from blastema.analysis.short import short_scores
from blastema.analysis.subject import Subject
from blastema.engines.native_engine import NativeEngine
from blastema.io.atomic import replacing
from blastema.library import load, target_of
from blastema.organism import Organism
from blastema.quantisation.compensated import compensated_whole
from blastema.quantisation.compression import packed_whole
from blastema.quantisation.eight_bit import perceptions
from blastema.quantisation.few_bits import nearest_weights, weights_of
from blastema.quantisation.packed import packed_size
from surroundings import surroundings

HERE = Path(__file__).parent
TARGETS = ("🦎", "🎄", "😀")
ROUNDED_TO = (8, 6, 5, 4)
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
        """Return the organism; not for one that was trained."""
        whole = load(self.target)
        if self.way == "exact":
            return whole
        if self.way == "nearest":
            return Organism(nearest_weights(whole.weights, self.bits), whole.rule, whole.training)
        seen = perceptions(whole.rule, whole.weights, *whole.trained_size)
        weights = weights_of(compensated_whole(whole.weights, self.bits, seen))
        return Organism(weights, whole.rule, whole.training)

    def measured(self, organism: Organism) -> dict[str, Any]:
        """Return the bytes and the losses of this organism."""
        size = packed_size(organism.rule, self.bits) if self.bits < 32 else 4 * sum(w.size for w in organism.weights)
        subject = Subject(organism, target_of(organism, self.target), NativeEngine(threads=1))
        return {"trial": self._asdict(), "bytes": size} | short_scores(subject, ORGANISMS, OLDEST, self.seed)


def trials() -> list[Trial]:
    """Return all trials without training, the most important first."""
    first, *others = TARGETS
    nearest = [Trial(first, "nearest", bits=bits) for bits in ROUNDED_TO]
    compensated = [Trial(target, "compensated", bits=bits) for target in TARGETS for bits in ROUNDED_TO]
    return [*(Trial(target, "exact") for target in (first, *others)), *compensated, *nearest]


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
    waiting = [trial for trial in trials() if trial not in done]
    for trial in waiting[: arguments.most]:
        write(arguments.out, trial.measured(trial.organism()))


def write(out: Path, result: dict[str, Any]) -> None:
    """Add a result to the file, instead of one of the same trial."""
    print(result, flush=True)
    # Read again, since another process may have added results meanwhile.
    record = read(out)
    others = [other for other in record["results"] if other["trial"] != result["trial"]]
    record |= {"surroundings": surroundings(), "results": [*others, result]}
    with replacing(out) as temporary:
        temporary.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n")


def read(out: Path) -> dict[str, Any]:
    """Return what the file has."""
    return json.loads(out.read_text()) if out.exists() else {"results": []}


if __name__ == "__main__":
    main()
