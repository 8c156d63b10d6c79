"""Write docs/benchmarks.md from what `make bench` recorded: python tools/write_benchmark_docs.py [--check] FILE."""

import json
import math
import sys
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
INTRODUCTION = """# Benchmarks

Written by `make docs` from `benchmarks/results.json` and `benchmarks/training.json`, which `make bench` writes. The
contenders are compared in one run, each in a process of its own, one after the other. They are in
`benchmarks/contender_*.py`, each written as its library's own documentation does it.

**The training step**: eight grown lizards (`benchmarks/lizard.safetensors`) in 72x72, 80 steps, forward and backward
through time, normalised gradients, Adam. Medians. Every contender first takes a training step of 8 steps in which all
cells fire, and its loss must be ours within 0.1 %.

**The lower bound** is the arithmetic of those cells that act (48 x 128 x 16 network, forward once and back twice) at
the speed of a large matrix product on the same machine. Of it the native engine leaves out what would be multiplied by
hidden units that are zero.

**Simulation** is one grown lizard in 72x72, 200 steps. **Peak memory** is that of the process that takes these
training steps, without a pool: 1,024 grown lizards are 66 MB more.
"""
TRAINING = """
## Training, as users do it

`blastema train 🦎 --recipe {recipe} --steps {steps}`, regenerating, with live progress, checkpoints and pictures:
**{minutes:.1f} minutes**, median loss of the last 200 steps {final_loss:.1e} (log10 {log:.2f}). {outside_engine:.1%} of
the time was spent outside the engine. Peak memory of the process: {peak_mb:.0f} MB.
{processor}; commit {commit}, {date}.
"""


def page(results: dict[str, Any], training: dict[str, Any]) -> str:
    """Return the page."""
    bound, dense = results["lower_bound"], results["contenders"].get("PyTorch, dense", {}).get("training_s")
    lines = [INTRODUCTION, "| | |", "| --- | --- |"]
    lines += [f"| {name} | {what} |" for name, what in results["surroundings"].items()]
    lines += [
        "",
        f"Large sgemm: {bound['sgemm_gflops']:.0f} GFLOP/s. Acting cells in the training step: {bound['acting']:,}. "
        f"Lower bound: {bound['s']:.4f} s.",
        "",
        "| implementation | training step, s | of the lower bound | times faster than dense PyTorch "
        "| simulation, ms a step | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, found in results["contenders"].items():
        if "failed" in found:
            lines.append(f"| {name} | {found['failed']} | | | | |")
            continue
        faster = f"{dense / found['training_s']:.2g}" if dense else ""
        lines.append(
            f"| {name} | {found['training_s']:.3f} | {found['training_s'] / bound['s']:.2f} | {faster} "
            f"| {found['simulation_ms']:.3f} | {found['peak_mb']:.0f} |"
        )
    lines += ["", "| simulation with the native engine | ms a step |", "| --- | ---: |"]
    lines += [f"| {name} | {milliseconds:.3f} |" for name, milliseconds in results["large_grids"].items()]
    log = math.log10(training["final_loss"])
    return "\n".join(lines) + "\n" + TRAINING.format(**training, **training["surroundings"], log=log)


def recorded(name: str) -> dict[str, Any]:
    """Return what a benchmark recorded."""
    return json.loads((BENCHMARKS / f"{name}.json").read_text())


def main(arguments: list[str]) -> None:
    path, text = Path(arguments[-1]), page(recorded("results"), recorded("training"))
    if arguments[0] != "--check":
        path.write_text(text)
    elif path.read_text() != text:
        sys.exit(f"{path} is not what the benchmarks recorded; run: make docs")


if __name__ == "__main__":
    main(sys.argv[1:])
