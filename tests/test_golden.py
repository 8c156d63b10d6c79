"""Golden vectors pin the constants of the rule: the hash, the filters, the order of channels and weights."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from blastema.engines import ENGINES, choose_engine
from blastema.organism_file import rule_of
from blastema.rule import Batch, Weights, fires, step
from blastema.rule.update import weight_shapes

GOLDEN = Path(__file__).parent / "golden"
VECTORS, SIGNALS = (json.loads((GOLDEN / name).read_text()) for name in ("vectors.json", "signals.json"))
# Ten float32 steps differ from double precision by at most 1e-6 (measured).
TOLERANCE = 1e-5


def the_judge():
    spec = importlib.util.spec_from_file_location("judge", GOLDEN / "judge.py")
    judge = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(judge)
    return judge


def of(case):
    judge = the_judge()
    rule = rule_of(case["rule"])
    shapes = weight_shapes(rule.perception, rule.hidden, rule.channels, len(rule.signals))
    flat = judge.weights(case["rule"])
    weights = Weights(*(np.array(part, np.float32).reshape(shape) for part, shape in zip(flat, shapes, strict=True)))
    state = np.array(judge.start(case), np.float32)
    seed, age = (np.array([case[key]], np.uint32) for key in ("seed", "age"))
    signals = np.array([case["map"]], np.uint8) if "map" in case else None
    signals = np.array([case["mixture"]], np.float32) if "mixture" in case else signals
    return rule, weights, Batch(state[None], seed, age, signals)


def test_the_vectors_agree_with_the_judge():
    judge = the_judge()
    assert json.loads(json.dumps(judge.vectors())) == VECTORS
    assert json.loads(json.dumps(judge.vectors(judge.SIGNAL_CASES))) == SIGNALS


def test_cells_live_die_and_change_in_the_vectors():
    for case in VECTORS + SIGNALS:
        last = np.array(case["states"]["10"])
        living = (last != 0).any(-1)
        assert living.any()
        assert np.abs(last).max() > 0.1
        assert not np.array_equal(last, np.array(case["states"]["2"]))
    # In one of them a cell that was not empty at the start is erased.
    judge = the_judge()
    assert any((np.any(judge.start(case), -1) & ~np.any(case["states"]["10"], -1)).any() for case in VECTORS)


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_the_same_cells_fire(case):
    _, _, batch = of(case)
    for steps, rows in enumerate(case["firing"]):
        ages = batch.ages + np.uint32(steps)
        mask = fires(batch.seeds, ages, case["height"], case["width"], case["rule"]["fire_rate"])[0]
        assert ["".join(".#"[int(cell)] for cell in row) for row in mask] == rows


@pytest.mark.parametrize("case", VECTORS + SIGNALS, ids=lambda case: case["name"])
@pytest.mark.parametrize("steps", ["1", "2", "10"])
@pytest.mark.parametrize("engine", [*ENGINES, "rule"])
def test_states_agree_with_the_judge(case, steps, engine):
    rule, weights, batch = of(case)
    if engine == "rule":
        for _ in range(int(steps)):
            batch = step(rule, weights, batch, case["angle"])
    else:
        batch = choose_engine(engine).grow(rule, weights, batch, int(steps), case["angle"])
    np.testing.assert_allclose(batch.states[0], case["states"][steps], rtol=0, atol=TOLERANCE)
    assert batch.ages[0] == case["age"] + int(steps)
