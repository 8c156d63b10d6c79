"""Prints rollouts with what they have to give, for the page's tests of its kernel, JSON.

    python playground/tests/kernel_cases.py

`judged`: short rollouts of several rules, in double precision, clear of all kinks (see tests/double_precision.py).
`trained`: a rollout of a training, lizards of 72 x 72 forward and backward, by the native engine.
Arrays are float32, uint32 or uint8 in base64, row by row.
"""

import base64
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "tests"))

from blastema import load
from blastema.engines.native_engine import NativeEngine
from blastema.engines.protocol import ValueAndGrad
from blastema.organism_file import rule_record
from blastema.rule import Batch, Rule, Weights, seed_batch
from conftest import OWN_FILTER
from double_precision import judged, wish

FOUR = ("laplacian", OWN_FILTER, "identity", "sobel_y")
NAMES = ("a", "b", "c")
STEPS, ANGLE = 12, 0.9
# Name, rule, height, width, kind of signals.
CASES = [
    ("article", Rule(), 9, 13, None),
    ("article, wrapped", Rule(edge="wrap"), 7, 6, None),
    ("one row", Rule(fire_rate=0.8, edge="wrap"), 1, 30, None),
    ("12 channels, 64 hidden units, four filters", Rule(channels=12, hidden=64, filters=FOUR), 8, 11, None),
    ("odd sizes", Rule(channels=5, hidden=7, filters=("sobel_y", "identity"), edge="wrap"), 6, 9, None),
    ("a mixture of signals", Rule(signals=NAMES), 9, 8, "mixture"),
    ("a map of signals", Rule(signals=NAMES, edge="wrap"), 8, 9, "map"),
]


def array(values: Any) -> str:
    values = np.asarray(values)
    return base64.b64encode((values.astype(np.float32) if values.dtype == float else values).tobytes()).decode()


def case(name: str, rule: Rule, weights: Weights, batch: Batch, steps: int, angle: float, result: ValueAndGrad) -> dict:
    count, height, width, _ = batch.states.shape
    kind = {} if batch.signals is None else {"map" if batch.signals.dtype == np.uint8 else "mixtures": batch.signals}
    arrays = {"states": batch.states, "seeds": batch.seeds, "ages": batch.ages} | kind
    arrays = {key: array(value) for key, value in arrays.items()}
    given = {key: array(value) for key, value in weights._asdict().items() if np.size(value)}
    gradients = {key: array(value) for key, value in result.gradient._asdict().items() if np.size(value)}
    return {
        "name": name, "rule": rule_record(rule), "angle": angle, "steps": steps, "weights": given,
        "batch": {"count": count, "height": height, "width": width} | arrays,
        "expected": {"last": array(result.batch.states), "states": array(result.states_gradient)} | gradients,
    }  # fmt: skip


def judged_cases() -> list[dict]:
    cases = []
    for name, rule, height, width, signals in CASES:
        weights, batch, result = judged(rule, height, width, STEPS, ANGLE, signals)
        cases.append(case(name, rule, weights, batch, STEPS, ANGLE, result))
    return cases


def trained_case(count: int = 2, steps: int = 24) -> dict:
    lizard, engine = load("🦎"), NativeEngine()
    grown = engine.grow(lizard.rule, lizard.weights, seed_batch(list(range(count)), 72, 72), 200)
    result = engine.value_and_grad(lizard.rule, lizard.weights, grown, steps, wish)
    return case("lizards", lizard.rule, lizard.weights, grown, steps, 0.0, result)


if __name__ == "__main__":
    json.dump({"judged": judged_cases(), "trained": trained_case()}, sys.stdout)
