"""The benchmark of engines computes the same with each of them."""

from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from blastema.engines import ENGINES, choose_engine
from blastema.library import load
from blastema.rule import seed_batch

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def work():
    """Two young lizards: the canonical workload has eight grown ones, and takes longer."""
    lizard = load("🦎")
    states = choose_engine().grow(lizard.rule, lizard.weights, seed_batch([0, 1], 40, 40), 20).states
    return (states, np.zeros((40, 40, 4), np.float32), *lizard.weights[:4])


def test_engines_agree_in_the_benchmark(work, monkeypatch):
    monkeypatch.syspath_prepend(BENCHMARKS)
    workload, contenders = import_module("workload"), import_module("contender_blastema")
    losses = []
    for engine in ENGINES:
        contender = contenders.prepare(workload.Work(*work), 1.0, engine)
        losses.append(contender.train(2))
        contender.simulate(2)
    assert losses == pytest.approx([losses[0]] * len(losses), rel=1e-5)
