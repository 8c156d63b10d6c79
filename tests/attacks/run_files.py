"""Damaged files of a run, thousands of them.

    python tests/attacks/run_files.py [SECONDS] [FIRST]

damages one file of a run that was stopped at random and resumes it. The run must be refused with a BlastemaError of one
line, or end with the very bytes of the run that was never stopped; files of Blastema 0.1.0, which have no checksums,
may end with others. The number of an example is its seed: it is printed when one fails, and FIRST repeats it.
"""

import dataclasses
import json
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from blastema import BlastemaError, Rule, load
from blastema.io.tensors import read_tensors, write_tensors
from blastema.training import milestone
from blastema.training.run import RECIPES, Config, Run

CONFIG = Config("disc", experiment="growing", steps=6, fit=6, pad=4)
POOLED = dataclasses.replace(
    CONFIG, experiment="persistent", rule=Rule(hidden=130, edge="wrap"), settings={"pool": 13, "reseeded": 2},
    beginning=load("🦎"),
)  # fmt: skip
FILES = (
    "config.json", "target.npy", "log.jsonl", "checkpoint.safetensors", "rollback.safetensors", "best.safetensors",
    "organism.safetensors",
)  # fmt: skip
ODD = [
    None, True, 0, -1, 1, 2**31, 2**63, 2**200, 0.5, 1e308, float("nan"), float("inf"), "", "a", "..", "\0", "\n",
    "\ud800", [], [0], [[]], [[0, 1]], {}, {"": 0}, [1] * 300, "A" * 9000,
]  # fmt: skip


def short_trainings():
    """A pool of 12, rollouts of a few steps, milestones every second step."""
    for name, recipe in RECIPES.items():
        RECIPES[name] = dataclasses.replace(recipe, pool=12, shortest=4, longest=8)
    milestone.SHORTEST_STAGE = 2
    # Nothing has to wait for the disk here.
    os.fsync = lambda handle: None


def started_run(directory, config, steps):
    training = Run.begin(directory, config).train()
    for _ in range(steps):
        next(training)
    training.close()


def in_the_format_of_0_1_0(directory):
    """Leave out what Blastema 0.1.0 did not write: checksums and the state of the run."""
    for name in ("checkpoint.safetensors", "rollback.safetensors"):
        tensors, metadata = read_tensors(directory / name)
        tensors = {key: value for key, value in tensors.items() if not key.startswith("best.")}
        write_tensors(directory / name, tensors, {key: metadata[key] for key in ("format", "version", "step")})
    values = json.loads((directory / "config.json").read_text())
    values = {key: value for key, value in values.items() if not key.endswith("sha256")}
    (directory / "config.json").write_text(json.dumps(values))


def written(value):
    return json.dumps(value).encode("utf-8", "surrogatepass")


def spoilt(value, draw):
    """A JSON object in which one value is something else, gone, or under another name."""
    value, key = dict(value), draw.choice(list(value))
    old = value.pop(key)
    if draw.random() < 0.8:
        value[key if draw.random() < 0.8 else draw.choice(["", "a", "\n"])] = draw.choice([*ODD, old])
    return value


def damaged(path, draw):
    """The content of a file, damaged; None removes it."""
    content, choice = path.read_bytes(), draw.random()
    begin = draw.randrange(len(content))
    end = begin + draw.choice([1, 4, 100, 10_000])
    if choice < 0.03:
        return None
    if choice < 0.3:
        return content[:begin] + bytes([content[begin] ^ 1 << draw.randrange(8)]) + content[begin + 1 :]
    if path.suffix == ".json" and choice < 0.8:
        return written(spoilt(json.loads(content), draw))
    if path.suffix == ".jsonl" and choice < 0.8:
        lines = content.splitlines()
        at = draw.randrange(len(lines))
        odd = [written(spoilt(json.loads(lines[at]), draw)), written(draw.choice(ODD)), b"[" * 50_000, b"\xff"]
        lines[at] = draw.choice(odd)
        return b"\n".join(lines) + b"\n"
    if choice < 0.9:
        return content[:begin] + draw.randbytes(draw.choice([0, 1, end - begin])) + content[end:]
    return content[:begin]


def check(directory, whole, exact):
    """Return whether the run was resumed; raise unless it ended as it should."""
    try:
        run = Run.resume(directory)
        if run.config.steps > 50 or run.config.experiment not in (CONFIG.experiment, POOLED.experiment):
            # Without checksums a flipped bit can ask for a long training, which is none of this.
            return True
        list(run.train())
    except BlastemaError as error:
        if not str(error).strip() or "\n" in str(error):
            raise AssertionError(f"not a line: {error!r}") from error
        return False
    if exact:
        for name in ("checkpoint.safetensors", "organism.safetensors", "best.safetensors"):
            if (directory / name).read_bytes() != (whole / name).read_bytes():
                raise AssertionError(f"resumed, but {name} differs")
    return True


def fuzz(seconds, first):
    short_trainings()
    end, number, resumed = time.monotonic() + seconds, first, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for config in (CONFIG, POOLED):
            list(Run.begin(folder / config.experiment, config).train())
            for old in (False, True):
                started_run(folder / f"{config.experiment}-{old}", config, 5)
            in_the_format_of_0_1_0(folder / f"{config.experiment}-True")
        while number == first or time.monotonic() < end:
            draw = random.Random(number)
            experiment, old = draw.choice([CONFIG, CONFIG, POOLED]).experiment, draw.random() < 0.3
            directory = folder / "run"
            shutil.rmtree(directory, ignore_errors=True)
            shutil.copytree(folder / f"{experiment}-{old}", directory)
            path = directory / draw.choice(FILES)
            content = damaged(path, draw)
            path.unlink() if content is None else path.write_bytes(content)
            try:
                resumed += check(directory, folder / experiment, not old)
            except BaseException:
                traceback.print_exc()
                sys.exit(
                    f"example {number} failed, {path.name} of {experiment}, old: {old}; again: "
                    f"python tests/attacks/run_files.py 0 {number}"
                )
            number += 1
    print(f"{number - first:,} damaged runs, {resumed:,} were resumed")


if __name__ == "__main__":
    fuzz(float(sys.argv[1]) if len(sys.argv) > 1 else 10, int(sys.argv[2]) if len(sys.argv) > 2 else 0)
