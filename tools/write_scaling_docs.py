"""Write docs/scaling.md from benchmarks/scaling.json."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from blastema.engines.jax_layout import choose_layout
from blastema.rule.grid import LARGEST_SIDE
from generated_file import command_line, write_or_check

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
COUNTS = (1, 2, 4, 8)
# A square grid of 10^9 cells.
SIDE = math.isqrt(10**9) + 1
TRAININGS = 10_000
# Bytes per cell of the states, and per cell and CA step of what the backward pass needs.
STATE, TAPE = 64, 65
INTRODUCTION = """# Scaling

Written by `make docs` from `benchmarks/scaling.json`, which `python benchmarks/scaling.py` measures.

The `jax` engine shares work among several devices: `--engine jax --devices 8` of `train`, `grow` and `evaluate`, or
`blastema.choose_engine("jax", devices=8)`. The same seed grows the same organism on any number of devices: which cells
fire follows from the seed and the cell's place in the whole grid.

- A batch with a grid for each device is divided by grids. Nothing is exchanged during a rollout, and a training gives
  the same bytes as on one device (measured on CPUs).
- Otherwise grids are divided into blocks, in one or two directions. In every CA step, a block gets a margin of two
  cells from each neighbour. Sides that cannot be divided evenly are padded. States were the same bits as on one
  device here; gradients differ by rounding.
- Trainings are independent of each other. Many of them need no exchange at all.

## Several processes

Each process runs the same script and gets the same results. It must use the devices of all processes.

```python
# together.py; on the first machine: python together.py 0, on the second: python together.py 1
import sys

import jax
import numpy

import blastema

jax.distributed.initialize("10.0.0.1:9999", num_processes=2, process_id=int(sys.argv[1]))
engine = blastema.choose_engine("jax", devices=jax.device_count())
simulation = blastema.Simulation(blastema.load("🦎"), seed=3, height=4096, width=4096, engine=engine)
simulation.step(100)
if jax.process_index() == 0:
    numpy.save("state.npy", simulation.state)
```

A training (`Run.begin`) works in the same way; give each process a directory of its own. The commands do not run in
several processes ([why](decisions/engines.md)).

## What was measured

Devices are simulated: `XLA_FLAGS=--xla_force_host_platform_device_count=8` makes eight of one processor. This machine
has two cores, so no speed-up can be more than two, and the tables say nothing about the links between real devices.
They show what dividing costs: the processor time of all devices together grows by what is computed twice in the
margins, by the exchange, and by blocks that wait for their turn. Times are the shortest of three, with nothing else
running. "Load" is the system's load average when a case began; the case before it counts.
"""
TABLES = """
**Strong scaling**: one grid of 1024x1024 with 196 lizards, per CA step. **Weak scaling**: 512x512 cells and 49 lizards
for each device. **Training**: the gradient of eight grids of 72x72 over 80 CA steps; they are divided by grids.

Speed-up is in elapsed time, for the same amount of work. Efficiency is the processor time of one device, times the
amount of work, over that of all devices together: the part of each device's speed that would be left if every device
had a core of its own and links cost nothing. It is lower in weak scaling, where one grid of 512x512 (17 MB) nearly fits
into the caches, and several blocks share them.
"""
CELLS = """
## What a cell costs

A CA step takes **{empty:.0f} ns for each cell of the grid, and {living:.0f} ns more for each that is alive** (half of
these fire), fitted to a grid of 1024x1024 with 0, 49, 98 and 196 lizards, on one device. With 196 lizards, {alive:,}
cells are alive, and a step takes {jax_ms:.0f} ms of processor time; the native engine needs {native_ms:.0f} ms.

## Bytes exchanged

What each device receives in a CA step at most, forward; backward about as much again for the states, and as much for
their gradients. `tests/test_devices.py` compares the numbers with the compiled program.

| states | devices | layout (grids, rows, columns) | received per step | of all states, all devices |
| --- | ---: | --- | ---: | ---: |
"""
BILLION = """
## 10^9 cells

Measured: a grid of {large_side}x{large_side} with {large_lizards} lizards on 8 devices takes {large_s:.1f} s per CA
step ({large_processor_s:.1f} s of processor time, {large_ns:.0f} ns per cell), and {large_gb:.1f} GB at its peak:
{held:.0f} bytes per cell, the host's copies included.

From these, a grid of {side}x{side}, all of it alive:

- {states} of states, and {memory} in all at {held:.0f} bytes per cell.
- {step:.0f} s of processor time per CA step: on 64 cores like these {each:.1f} s, so a body that takes 200 steps to
  grow takes {minutes:.0f} minutes.
- {margin} received per step by each of 64 devices; at 1 GB/s that would be {exchange:.1f} ms, little beside the
  computation.

Where it breaks:

- `grow` takes and returns whole states, so each process holds all {states} more than once. This comes first. Beyond
  it, states would have to stay on the devices between calls.
- The tape of the backward pass keeps {tape} bytes per cell and CA step: {taped} for a rollout of 96 steps.
- A block has at most 2^31 cells, margin included ({block} of states), and a side at most {largest_side:,} cells:
  {largest:.1f} x 10^9 in all.

## 10,000 trainings

One training of {training_steps:,} steps takes {training_minutes:.1f} minutes on two cores with the native engine
([benchmarks](benchmarks.md)). 10,000 of them take {days:.0f} days on one such machine, and {hours:.0f} hours on 100.
They exchange nothing, so they should run side by side on many machines, not one after the other on many devices. With
the JAX engine, a gradient takes {gradient:.2f} s of processor time here.

One training can use a device for each grid of its batch. Beyond that, grids of 72x72 are too small to divide: on 8
devices, the blocks of one would receive {small} per CA step, {small_part:.0%} of its states.

## What a GPU would change

No GPU was measured. These are reasons, not numbers.

- The network is matrix products on many cells, which a GPU does many times faster than a core. What is left are the
  passes over memory that touch every cell: finding the cells that are alive and fire, and copying the states. They
  take as long as the memory's bandwidth allows, so large grids that are mostly alive gain most.
- Small grids gain least. Eight grids of 72x72 do not fill a GPU, and each CA step is a series of small programs that
  are started one after the other. So the engine computes all grids of a device together there, and up to 2^14 firing
  cells of a grid at once; on a CPU it takes one grid after the other and 512 cells, which stay in the cache.
- Matrix products are asked for in full float32 precision. The faster modes of a GPU round the factors to 10 bits, and
  states would be further from those of the other engines than 1e-5.
- Gradients are scattered to neighbours, with additions in many places at once. A GPU does not fix the order of such
  sums, so the last bits may differ between runs. The record of a run on several devices names their number.
- Margins go over the links between GPUs or over the network. For small blocks the delay of a message matters more than
  its size, which is one more reason to divide a batch by grids.

## Why the JAX engine is slower than the native one on a CPU

- It makes several passes over all cells in each step (margin, life, firing, the list of cells that fire). The native
  engine visits only the rows that have living cells.
- The list has a whole number of chunks; the last one is half empty on average.
- For each chunk it copies the 3x3 neighbourhoods to memory. The native engine reads them where they are.
- It computes hidden units that are zero, and one device uses one thread.
"""


def recorded(name: str) -> dict[str, Any]:
    """Return the recorded results of a benchmark."""
    return json.loads((BENCHMARKS / f"{name}.json").read_text())


def page(results: dict[str, Any], trainings: dict[str, Any]) -> str:
    """Return the page."""
    cases = results["cases"]
    surroundings = [
        "| | |",
        "| --- | --- |",
        *(f"| {name} | {value} |" for name, value in results["surroundings"].items()),
    ]
    numbers = cell_numbers(cases) | large_numbers(cases) | training_numbers(cases, trainings)
    parts = [
        INTRODUCTION,
        "\n".join(surroundings) + "\n",
        TABLES,
        *(table(cases, kind) for kind in ("strong", "weak", "training")),
        CELLS.format(**numbers) + "\n".join(exchanged()) + "\n",
        BILLION.format(**numbers),
    ]
    return "\n".join(part.strip("\n") + "\n" for part in parts)


def table(cases: dict[str, Any], kind: str) -> str:
    """Return the table of strong or weak scaling, or of training."""
    lines = [
        f"| {kind} | time, s | speed-up | processor time, s | efficiency | load |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    first = cases[f"{kind}, 1"]
    for name in (*map(str, COUNTS), "2 processes"):
        case = cases[f"{kind}, {name}"]
        work = case["case"]["devices"] if kind == "weak" else 1
        faster, efficiency = (work * first[time] / case[time] for time in ("step_s", "processor_s"))
        label = f"{name} device{'s' * (name != '1')}" if name.isdigit() else name
        lines.append(
            f"| {label} | {case['step_s']:.3f} | {faster:.2f} | {case['processor_s']:.3f} | {efficiency:.0%} "
            f"| {case['load']:.0f} |"
        )
    return "\n".join(lines)


def costs(cases: dict[str, Any]) -> tuple[float, float]:
    """Return the nanoseconds per CA step of a cell of the grid, and of a living one in addition."""
    rows = [cases[name] for name in ("cells, 0", "cells, 49", "cells, 98", "strong, 1")]
    inputs = np.array([(row["case"]["side"] ** 2, row["living"]) for row in rows], float)
    (empty, living), *_ = np.linalg.lstsq(inputs, np.array([row["processor_s"] for row in rows]) * 1e9, rcond=None)
    return float(empty), float(living)


def cell_numbers(cases: dict[str, Any]) -> dict[str, Any]:
    """Return what a cell costs."""
    empty, living = costs(cases)
    jax, native = cases["strong, 1"], cases["native"]
    milliseconds = {"jax_ms": jax["processor_s"] * 1e3, "native_ms": native["processor_s"] * 1e3}
    return {"empty": empty, "living": living, "alive": jax["living"], **milliseconds}


def exchanged() -> list[str]:
    """Return the rows of the table of bytes per step."""
    lines = []
    for count, side, devices in ((8, 72, 8), (1, 1024, 2), (1, 1024, 8), (1, 4096, 8), (1, SIDE, 8), (1, SIDE, 64)):
        shape = (count, side, side, 16)
        layout = choose_layout(devices, shape)
        received = layout.exchanged(shape)
        part = received * devices / (STATE * count * side**2)
        lines.append(f"| {count} x {side}x{side} | {devices} | {tuple(layout)} | {_size(received)} | {part:.2%} |")
    return lines


def large_numbers(cases: dict[str, Any]) -> dict[str, Any]:
    """Return what a large grid takes, and what 10^9 cells would take."""
    large = cases["large"]
    held = large["peak_mb"] * 1e6 / large["case"]["side"] ** 2
    step = SIDE**2 * sum(costs(cases)) * 1e-9
    margin = choose_layout(64, (1, SIDE, SIDE)).exchanged((1, SIDE, SIDE, 16))
    return {
        "large_side": large["case"]["side"],
        "large_lizards": large["case"]["lizards"],
        "large_s": large["step_s"],
        "large_processor_s": large["processor_s"],
        "large_ns": large["processor_s"] * 1e9 / large["case"]["side"] ** 2,
        "large_gb": large["peak_mb"] / 1e3,
        "held": held,
        "side": f"{SIDE:,}",
        "states": _size(SIDE**2 * STATE),
        "memory": _size(SIDE**2 * held),
        "step": step,
        "each": step / 64,
        "minutes": 200 * step / 64 / 60,
        "margin": _size(margin),
        "exchange": margin / 1e6,
        "tape": TAPE,
        "taped": _size(SIDE**2 * TAPE * 96),
        "block": _size(2**31 * STATE),
        "largest_side": LARGEST_SIDE,
        "largest": LARGEST_SIDE**2 / 1e9,
    }


def training_numbers(cases: dict[str, Any], trainings: dict[str, Any]) -> dict[str, Any]:
    """Return what many trainings take."""
    days = TRAININGS * trainings["minutes"] / 60 / 24
    small = choose_layout(8, (1, 72, 72)).exchanged((1, 72, 72, 16))
    return {
        "training_steps": trainings["steps"],
        "training_minutes": trainings["minutes"],
        "days": days,
        "hours": days * 24 / 100,
        "gradient": cases["training, 1"]["processor_s"],
        "small": _size(small),
        "small_part": small * 8 / (STATE * 72**2),
    }


def _size(count: float) -> str:
    """Return a number of bytes in readable form."""
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= factor:
            return f"{count / factor:.3g} {unit}"
    return f"{count:.0f} bytes"


if __name__ == "__main__":
    chosen = command_line(__doc__).parse_args()
    write_or_check(chosen.path, page(recorded("scaling"), recorded("training")), chosen.check)
