"""Kill a training just before its n-th call that changes a file; see test_crash_points.py.

Each training runs in a forked process, which shares the modules that this one has loaded.
"""

import dataclasses
import os
import signal
import sys
from contextlib import redirect_stderr, suppress
from pathlib import Path

from blastema.cli.training_screen import watch
from blastema.reporting import album
from blastema.training import milestone
from blastema.training import run as run_module
from blastema.training.run import RECIPES, Config, Run

CONFIG = Config("disc", experiment="persistent", steps=4, fit=6, pad=4, engine="numpy")
# C functions that change files: methods of file objects and functions of `os`, `fcntl` and Pillow.
CHANGES = {
    "chmod", "close", "fsync", "flush", "link", "mkdir", "open", "remove", "rename", "replace", "rmdir", "truncate",
    "unlink", "write", "encode_to_file", "flock",
}  # fmt: skip


def prepare():
    """Make trainings short, with a checkpoint after each step."""
    for name, recipe in RECIPES.items():
        RECIPES[name] = dataclasses.replace(recipe, pool=12, shortest=4, longest=6)
    milestone.SHORTEST_STAGE = 2
    run_module.CHECKPOINT_EVERY = 0.0
    album.TIMES, album.STEPS = 2, 10
    # Written data outlives a killed process, so there is no need to wait for the disk.
    os.fsync = lambda handle: None
    # Validation would take most of the time.
    run_module.validation_score = lambda trainer, experiment: float(abs(trainer.weights.update_weight).sum())


def train(directory):
    """Start or resume the run, as a user would, and train to its end."""
    run = Run.resume(directory) if (directory / "config.json").exists() else Run.begin(directory, CONFIG)
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        watch(run)


def killed_before(count, action):
    """Run the action in a forked process, and kill that before its call number `count` that changes a file.

    Return whether it was killed; raise if it failed.
    """
    child = os.fork()
    if child == 0:
        calls = 0

        def watched(_, event, called):
            nonlocal calls
            if event == "c_call" and called.__name__ in CHANGES:
                calls += 1
                if calls == count:
                    os.kill(os.getpid(), signal.SIGKILL)

        status = 1
        with suppress(BaseException):
            try:
                if count:
                    sys.setprofile(watched)
                action()
                status = 0
            finally:
                sys.setprofile(None)
                if status:
                    import traceback

                    traceback.print_exc()
        os._exit(status)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    if not killed and status:
        raise AssertionError(f"ended with status {status}, call {count}")
    return killed


def content(directory):
    """Return the names and bytes of all files of a training, except those with times in them."""
    files = {path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()}
    return {
        name: path.read_bytes() for name, path in sorted(files.items()) if name != "log.jsonl" and "events" not in name
    }


def check(folder, stride):
    """Kill at every `stride`-th call, resume to the end, and compare with a training that was not killed."""
    prepare()
    killed_before(0, lambda: train(folder / "whole"))
    expected, points, count = content(folder / "whole"), 0, 1
    while True:
        directory = folder / f"killed-{count}"
        if not killed_before(count, lambda directory=directory: train(directory)):
            break
        killed_before(0, lambda directory=directory: train(directory))
        result = content(directory)
        differ = sorted(name for name in expected.keys() | result.keys() if expected.get(name) != result.get(name))
        assert not differ, f"killed before call {count}: {differ} differ"
        assert len((directory / "log.jsonl").read_text().splitlines()) == CONFIG.steps
        points, count = points + 1, count + stride
    print(f"{points} crash points of {count}")


if __name__ == "__main__":
    check(Path(sys.argv[1]), int(sys.argv[2]))
