"""Measure one case of scaling in its own process: python scaling_case.py CASE-AS-JSON [PROCESS PORT]. Prints JSON.

A case has a `kind`, simulated `devices`, and what the kind needs: `side`, `lizards` and `steps` of a grid, `layout`.
"""

import json
import os
import sys
import time

CASE, PROCESS = json.loads(sys.argv[1]), sys.argv[2:]
PROCESSES = 2 if PROCESS else 1
os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={CASE['devices'] // PROCESSES}"

import jax  # noqa: E402
import numpy as np  # noqa: E402

if PROCESS:
    jax.distributed.initialize(f"127.0.0.1:{PROCESS[1]}", 2, int(PROCESS[0]))

from pathlib import Path  # noqa: E402

import blastema  # noqa: E402
from blastema.engines import Engine, choose_engine  # noqa: E402
from blastema.engines.jax_engine import JaxEngine  # noqa: E402
from blastema.loss import towards  # noqa: E402
from blastema.rule import Batch, alive, seed_batch  # noqa: E402
from measure import peak_mb  # noqa: E402

LIZARD = blastema.load(Path(__file__).with_name("lizard.safetensors"))
CELL = 72


def field(side: int, lizards: int) -> Batch:
    """Return one square grid with grown lizards in random places of a lattice."""
    (lizard,) = choose_engine("native").grow(LIZARD.rule, LIZARD.weights, seed_batch([1], CELL, CELL), 200).states
    states, across = np.zeros((1, side, side, 16), np.float32), side // CELL
    for place in np.random.default_rng(0).permutation(across * across)[:lizards]:
        y, x = CELL * (place // across), CELL * (place % across)
        states[0, y : y + CELL, x : x + CELL] = lizard
    return Batch(states, np.ones(1, np.uint32), np.full(1, 200, np.uint32))


def engine_of(case: dict) -> Engine:
    if case["kind"] == "native":
        return choose_engine("native")
    return JaxEngine(case["devices"], case.get("layout"))


def seconds(run, least: int = 3) -> np.ndarray:
    """Return the shortest elapsed and processor time of several runs; other programs only make them longer."""
    took = []
    for _ in range(least):
        started = time.perf_counter(), time.process_time()
        run()
        took.append((time.perf_counter() - started[0], time.process_time() - started[1]))
    return np.min(took, axis=0)


def grid(case: dict) -> dict[str, float]:
    """Return times per CA step of a grid, without those for copying it in and out."""
    batch, engine = field(case["side"], case["lizards"]), engine_of(case)
    living = int(alive(batch.states, LIZARD.rule.alive_threshold, "dead").sum())

    def grow(steps: int) -> None:
        engine.grow(LIZARD.rule, LIZARD.weights, batch, steps)

    # Compiled by the first.
    grow(1)
    short, long = seconds(lambda: grow(1)), seconds(lambda: grow(1 + case["steps"]))
    elapsed, processor = ((long - short) / case["steps"]).tolist()
    return {"step_s": elapsed, "processor_s": processor, "copy_s": float(short[0]), "living": living}


def training(case: dict) -> dict[str, float]:
    """Return seconds per gradient of the canonical training step: eight grown lizards in 72x72, 80 CA steps."""
    engine, loss = engine_of(case), towards(blastema.load_target("🦎"))
    batch = seed_batch(list(range(8)), CELL, CELL)
    batch = choose_engine("native").grow(LIZARD.rule, LIZARD.weights, batch, 200)

    def gradient() -> None:
        engine.value_and_grad(LIZARD.rule, LIZARD.weights, batch, 80, loss)

    gradient()
    elapsed, processor = seconds(gradient).tolist()
    return {"step_s": elapsed, "processor_s": processor}


if __name__ == "__main__":
    result = (training if CASE["kind"] == "training" else grid)(CASE)
    print(json.dumps(result | {"peak_mb": peak_mb()}))
