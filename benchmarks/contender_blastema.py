"""Blastema's engines."""

import numpy as np

from blastema.engines import choose_engine
from blastema.engines.native_engine import NativeEngine
from blastema.loss import towards
from blastema.rule import Batch, Rule, Weights
from blastema.training.optimiser import adam, no_moments, normalised
from workload import LEARNING_RATE, Contender, Work


def prepare(work: Work, fire_rate: float, engine_name: str, isa: str = "", threads: str = "1") -> Contender:
    engine = NativeEngine(isa, int(threads)) if engine_name == "native" else choose_engine(engine_name)
    rule = Rule(fire_rate=fire_rate)
    count = len(work.states)
    batch = Batch(work.states, np.arange(count, dtype=np.uint32), np.full(count, 200, np.uint32))
    one = Batch(batch.states[:1], batch.seeds[:1], batch.ages[:1])
    weights = Weights(*work[2:])
    moments = no_moments(weights)
    done = 0

    def train(steps: int) -> float:
        nonlocal weights, moments, done
        result = engine.value_and_grad(rule, weights, batch, steps, towards(work.target))
        weights, moments = adam(weights, normalised(result.gradient), moments, done, LEARNING_RATE)
        done += 1
        return result.loss

    def simulate(steps: int) -> None:
        engine.grow(rule, weights, one, steps)

    return Contender(train, simulate)
