"""Write docs/benchmarks.md from the results of `make bench`."""

import json
import math
from pathlib import Path
from typing import Any

from generated_file import command_line, write_or_check

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
INTRODUCTION = """# Benchmarks

Written by `make docs` from `benchmarks/results.json` and `benchmarks/training.json`, which `make bench` writes. All
contenders are compared in one run, one after the other, each in its own process. They are in
`benchmarks/contender_*.py`, each written in the style of its library's documentation.

**The training step**: eight grown lizards (`benchmarks/lizard.safetensors`) in 72x72, 80 CA steps, forward and
backward, with normalised gradients and Adam. Times are medians. Every contender first takes a training step of 8 CA
steps in which all cells fire; its loss must match Blastema's within 0.1 %.

**The lower bound** is the arithmetic for the cells that fire (48 x 128 x 16 network, one forward and two backward
products) at the speed of a large matrix product on the same machine. The native engine does less than that: it skips
products with hidden units that are zero.

**Simulation** is one grown lizard in 72x72, 200 steps. **Peak memory** is that of the process during these training
steps, without a pool; 1,024 grown lizards need 66 MB more.
"""
TRAINING = """
## A complete training

`blastema train 🦎 --recipe {recipe} --steps {steps}`, regenerating, with live progress, checkpoints and pictures:
**{minutes:.1f} minutes**, median loss of the last 200 steps {final_loss:.1e} (log10 {log:.2f}). {outside_engine:.1%} of
the time was spent outside the engine. Peak memory of the process: {peak_mb:.0f} MB.
{processor}; commit {commit}, {date}.
"""


def page(results: dict[str, Any], training: dict[str, Any]) -> str:
    """Return the page."""
    bound, dense = results["lower_bound"], results["contenders"].get("PyTorch, dense", {}).get("training_s")
    lines = [INTRODUCTION, "| | |", "| --- | --- |"]
    lines += [f"| {name} | {value} |" for name, value in results["surroundings"].items()]
    lines += [
        "",
        f"Large sgemm: {bound['sgemm_gflops']:.0f} GFLOP/s. Firing cells in the training step: {bound['acting']:,}. "
        f"Lower bound: {bound['s']:.4f} s.",
        "",
        "| implementation | training step, s | times the lower bound | times faster than dense PyTorch "
        "| simulation, ms per step | peak MB |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, result in results["contenders"].items():
        if "failed" in result:
            lines.append(f"| {name} | {result['failed']} | | | | |")
            continue
        faster = f"{dense / result['training_s']:.2g}" if dense else ""
        lines.append(
            f"| {name} | {result['training_s']:.3f} | {result['training_s'] / bound['s']:.2f} | {faster} "
            f"| {result['simulation_ms']:.3f} | {result['peak_mb']:.0f} |"
        )
    lines += ["", "| simulation with the native engine | ms per step |", "| --- | ---: |"]
    lines += [f"| {name} | {milliseconds:.3f} |" for name, milliseconds in results["large_grids"].items()]
    log = math.log10(training["final_loss"])
    return "\n".join(lines) + "\n" + TRAINING.format(**training, **training["surroundings"], log=log)


def recorded(name: str) -> dict[str, Any]:
    """Return the recorded results of a benchmark."""
    return json.loads((BENCHMARKS / f"{name}.json").read_text())


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    write_or_check(chosen.path, page(recorded("results"), recorded("training")), chosen.check)
