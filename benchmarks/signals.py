"""Measure what signals cost: python benchmarks/signals.py [--rounds 25] [--out FILE].

Times the gradient of a training step on the native engine: eight grown lizards in 72x72, 80 CA steps, forward and
backward. The ordinary rule, one signal everywhere, and a map of two halves take turns in each round; the rows of the
signal bias are zero, so that all compute the same, which is checked. The machine should be idle otherwise. Prints
medians, and the medians over the rounds of the ratio to the ordinary rule.
"""

import argparse
import json
import statistics
import time
from pathlib import Path

import numpy as np

import blastema
from blastema.engines import choose_engine
from blastema.loss import towards
from blastema.rule import Batch, Rule, Weights, seed_batch
from surroundings import surroundings

HERE = Path(__file__).parent
GRIDS, SIDE, STEPS = 8, 72, 80


def contenders(weights: Weights, batch: Batch) -> dict[str, tuple[Rule, Weights, Batch]]:
    """Return rule, weights and batch of each."""
    rule = Rule(signals=("one", "two"))
    with_rows = weights._replace(signal_bias=np.zeros((2, rule.hidden), np.float32))
    one = np.tile(np.float32([0, 1]), (GRIDS, 1))
    halves = np.zeros((GRIDS, SIDE, SIDE), np.uint8)
    halves[:, :, SIDE // 2 :] = 1
    return {
        "ordinary": (Rule(), weights, batch),
        "one signal": (rule, with_rows, batch._replace(signals=one)),
        "map of two halves": (rule, with_rows, batch._replace(signals=halves)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=25)
    parser.add_argument("--out", type=Path, default=HERE / "signals.json")
    arguments = parser.parse_args()
    lizard, engine = blastema.load(HERE / "lizard.safetensors"), choose_engine("native")
    loss, batch = towards(blastema.load_target("🦎")), seed_batch(list(range(GRIDS)), SIDE, SIDE)
    batch = engine.grow(lizard.rule, lizard.weights, batch, 200)
    compared, losses = contenders(lizard.weights, batch), {}
    seconds: dict[str, list[float]] = {name: [] for name in compared}
    for _ in range(arguments.rounds + 1):
        for name, work in compared.items():
            started = time.perf_counter()
            losses[name] = engine.value_and_grad(*work, STEPS, loss).loss
            seconds[name].append(time.perf_counter() - started)
    assert len(set(losses.values())) == 1, losses
    # The first round warms up.
    seconds = {name: times[1:] for name, times in seconds.items()}
    ordinary = seconds["ordinary"]
    measured = {
        name: {
            "median_s": round(statistics.median(times), 5),
            "ratio": round(statistics.median(a / b for a, b in zip(times, ordinary, strict=True)), 4),
        }
        for name, times in seconds.items()
    }
    record = {"surroundings": surroundings(), "rounds": arguments.rounds, "measured": measured}
    arguments.out.write_text(json.dumps(record, indent=1) + "\n")
    print(json.dumps(record, indent=1))


if __name__ == "__main__":
    main()
