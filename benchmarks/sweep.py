"""What a sweep costs over plain trainings: python benchmarks/sweep.py [--runs 4] [--steps 300].

Trains the same runs twice, on all cores, and prints wall time and processor time: by `blastema train`, one process per
core at a time with one thread each, as `xargs -P` does; and by `blastema sweep`, whose workers have one thread each,
too. Both include the start of all processes. Checks that the organisms are equal.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from blastema.machine import cores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2 * cores())
    parser.add_argument("--steps", type=int, default=300)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        compare(Path(folder), given.runs, given.steps)


def compare(out: Path, runs: int, steps: int) -> None:
    common = ["🦎", "--steps", str(steps)]
    print(f"{runs} runs of {steps} steps on {cores()} cores")
    each = [["train", *common, "--seed", str(seed), "--out", str(out / f"alone/{seed}")] for seed in range(runs)]
    plain = measured("train", lambda: at_once(each))
    together = ["sweep", *common, "--seed", f"0..{runs - 1}", "--out", str(out / "sweep")]
    swept = measured("sweep", lambda: run(together))
    print("more: " + ", ".join(f"{after / before - 1:+.1%} {name}" for name, (before, after) in {
        "wall time": (plain[0], swept[0]), "processor time": (plain[1], swept[1])}.items()))  # fmt: skip
    for seed in range(runs):
        (path,) = (out / "sweep").glob(f"*-seed={seed}/organism.safetensors")
        assert path.read_bytes() == (out / f"alone/{seed}/organism.safetensors").read_bytes()


def at_once(commands: Sequence[list[str]]) -> None:
    """Run commands, as many at once as there are cores."""
    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(run, commands))


def run(arguments: list[str]) -> None:
    program = shutil.which("blastema", path=str(Path(sys.executable).parent))
    environment = os.environ | {"BLASTEMA_THREADS": "1"}
    subprocess.run([str(program), *arguments], env=environment, check=True, capture_output=True)


def measured(name: str, work: Callable[[], None]) -> tuple[float, float]:
    """Return wall time and processor time, in seconds."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    work()
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {wall:.1f} s, {processor:.1f} s of processor time", flush=True)
    return wall, processor


if __name__ == "__main__":
    main()
