"""What a sweep costs over plain trainings: python benchmarks/sweep.py [--runs 4] [--steps 300].

Trains the same runs twice, on all cores, and prints wall times: by `blastema train`, one process per core at a time
with one thread each, as `xargs -P` does; and by `blastema sweep`, whose workers have one thread each, too. Both times
include the start of all processes. Checks that the organisms are equal.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from blastema.machine import cores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=2 * cores())
    parser.add_argument("--steps", type=int, default=300)
    given = parser.parse_args()
    common = ["🦎", "--steps", str(given.steps)]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        alone = [[*common, "--seed", str(seed), "--out", str(out / f"alone/{seed}")] for seed in range(given.runs)]
        together = [*common, "--seed", f"0..{given.runs - 1}", "--out", str(out / "sweep")]
        plain, swept = seconds_alone(alone), seconds(["sweep", *together])
        for seed in range(given.runs):
            (path,) = (out / "sweep").glob(f"*-seed={seed}/organism.safetensors")
            assert path.read_bytes() == (out / f"alone/{seed}/organism.safetensors").read_bytes()
    print(f"{given.runs} runs of {given.steps} steps on {cores()} cores: train {plain:.1f} s, sweep {swept:.1f} s")
    print(f"the sweep takes {swept / plain - 1:+.1%}")


def seconds_alone(commands: Sequence[list[str]]) -> float:
    """Return the wall time of trainings, as many at once as there are cores."""
    began = time.monotonic()
    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(lambda command: seconds(["train", *command]), commands))
    return time.monotonic() - began


def seconds(arguments: list[str]) -> float:
    """Return the wall time of a command."""
    program = shutil.which("blastema", path=str(Path(sys.executable).parent))
    began = time.monotonic()
    subprocess.run(
        [str(program), *arguments], env=os.environ | {"BLASTEMA_THREADS": "1"}, check=True, capture_output=True
    )
    return time.monotonic() - began


if __name__ == "__main__":
    main()
