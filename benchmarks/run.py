"""Compare implementations on the canonical workload, in one run: python benchmarks/run.py [--out results.json].

Contenders run one after the other, each in its own process. With all cells firing, their losses must equal Blastema's.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from blastema.engines.native_engine import NativeEngine, isas
from blastema.machine import cores
from blastema.rule import Batch, Rule, Weights
from surroundings import surroundings
from workload import STEPS, load, prepare

HERE = Path(__file__).parent
# Per firing cell: both matrix products, once forward and twice backward.
FLOPS_A_CELL = 2 * 3 * (48 * 128 + 128 * 16)
TOLERANCE = 1e-3


def contenders() -> dict[str, list[str]]:
    """Return the arguments of each contender, by display name."""
    counts = sorted({1, cores()})
    ours = {
        f"native, {isa}, threads: {threads}": ["contender_blastema", "native", isa, str(threads)]
        for isa in isas()
        for threads in counts
    }
    return ours | {
        "numpy engine": ["contender_blastema", "numpy"],
        "jax engine": ["contender_blastema", "jax"],
        "PyTorch, dense": ["contender_torch", str(cores())],
        "JAX, dense": ["contender_jax"],
        "CAX": ["contender_cax"],
    }


def measure(work: Path, arguments: list[str]) -> dict[str, float | str]:
    run = subprocess.run(
        [sys.executable, "measure.py", str(work), *arguments], cwd=HERE, capture_output=True, text=True, check=False
    )
    if run.returncode:
        return {"failed": (run.stderr.strip().splitlines() or ["no message"])[-1]}
    return json.loads(run.stdout.splitlines()[-1])


def lower_bound(work: Path) -> dict[str, float]:
    """Return the speed of a large sgemm in GFLOP/s, the number of firing cells, and the lower bound in seconds."""
    one = np.random.default_rng(0).random((4096, 4096), np.float32)
    took = []
    for _ in range(5):
        started = time.perf_counter()
        one @ one
        took.append(time.perf_counter() - started)
    speed = 2 * 4096**3 / min(took)
    return {"sgemm_gflops": speed / 1e9, "acting": (acting := count_acting(work)), "s": acting * FLOPS_A_CELL / speed}


def count_acting(work: Path) -> int:
    """Count the firing cells: those alive before a step and selected by the fire mask."""
    from blastema.rule import fires
    from blastema.rule.life import alive

    loaded, rule, engine = load(work), Rule(), NativeEngine()
    count = len(loaded.states)
    batch = Batch(loaded.states, np.arange(count, dtype=np.uint32), np.full(count, 200, np.uint32))
    acting = 0
    for _ in range(STEPS):
        living = alive(batch.states, rule.alive_threshold, rule.edge)[..., 0]
        acting += int((living & fires(batch.seeds, batch.ages, *living.shape[1:], rule.fire_rate)).sum())
        batch = engine.grow(rule, Weights(*loaded[2:]), batch, 1)
    return acting


def large_grids(work: Path) -> dict[str, float]:
    """Return milliseconds per step in 1024x1024, without the time for copying the grid in and out."""
    lizard, weights = load(work).states[0], Weights(*load(work)[2:])
    alone, full = np.zeros((1, 1024, 1024, 16), np.float32), np.zeros((1, 1024, 1024, 16), np.float32)
    alone[0, 476:548, 476:548] = lizard
    for place in range(14 * 14):
        y, x = 72 * (place // 14), 72 * (place % 14)
        full[0, y : y + 72, x : x + 72] = lizard

    def step_ms(states: np.ndarray, threads: int, steps: int) -> float:
        engine = NativeEngine(threads=threads)
        batch = Batch(states, np.zeros(1, np.uint32), np.zeros(1, np.uint32))

        def seconds(count: int) -> float:
            started = time.perf_counter()
            engine.grow(Rule(), weights, batch, count)
            return time.perf_counter() - started

        seconds(1)
        return statistics.median(seconds(steps + 1) - seconds(1) for _ in range(5)) / steps * 1e3

    return {
        "one lizard in 72x72, threads: 1": step_ms(lizard[None], 1, 400),
        "one lizard in 1024x1024, threads: 1": step_ms(alone, 1, 400),
        "196 lizards in 1024x1024, threads: 1": step_ms(full, 1, 20),
        f"196 lizards in 1024x1024, threads: {cores()}": step_ms(full, cores(), 20),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=HERE / "results.json")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as directory:
        work = Path(directory, "work.npz")
        prepare(work)
        results = {"surroundings": surroundings(), "lower_bound": lower_bound(work), "large_grids": large_grids(work)}
        bound, rows, ours = results["lower_bound"]["s"], {}, None
        print(f"{'':32}{'s / step':>10}{'x bound':>10}{'ms / step':>11}{'peak MB':>9}")
        for name, arguments in contenders().items():
            found = rows[name] = measure(work, arguments)
            if "failed" in found:
                print(f"{name:32}{found['failed']}")
                continue
            ours = ours or found["loss"]
            if abs(found["loss"] - ours) > TOLERANCE * ours:
                found["failed"] = f"its loss is {found['loss']:.6g}, not {ours:.6g}"
            print(
                f"{name:32}{found['training_s']:10.4f}{found['training_s'] / bound:10.1f}"
                f"{found['simulation_ms']:11.3f}{found['peak_mb']:9.0f}  {found.get('failed', '')}",
                flush=True,
            )
        results["contenders"] = rows
    if failed := [name for name, found in rows.items() if "failed" in found]:
        sys.exit(f"{out} is not written: {', '.join(failed)} failed")
    out.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n")
    print(f"wrote {out}")


if __name__ == "__main__":
    main()
