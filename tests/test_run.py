"""Runs: nothing is lost whenever training ends, and a resumed run equals an uninterrupted one."""

import dataclasses
import errno
import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from PIL import Image

from blastema import load
from blastema.errors import BlastemaError
from blastema.io.tensors import read_tensors
from blastema.loss import towards
from blastema.training import lock, milestone
from blastema.training import run as run_module
from blastema.training.run import Config, Run
from conftest import blastema

CONFIG = Config("disc", experiment="regenerating", steps=6, fit=6, pad=4)


@pytest.fixture(autouse=True)
def short_pool(monkeypatch):
    """Use a small pool, from which every state is drawn again within a few steps."""
    for name, recipe in run_module.RECIPES.items():
        short = dataclasses.replace(recipe, pool=12, shortest=4, longest=8)
        monkeypatch.setitem(run_module.RECIPES, name, short)


def finished(directory):
    run = Run.begin(directory, CONFIG)
    list(run.train())
    return run


def test_a_run_directory_holds_everything(tmp_path):
    run = finished(tmp_path / "run")
    lines = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert lines[0].keys() == {"step", "loss", "rollout", "learning_rate", "seconds"}
    assert lines[-1].keys() == lines[0].keys() | {"validation"}
    organism = load(tmp_path / "run")
    assert organism.training["target"] == "disc"
    assert organism.training["steps"] == 6
    assert organism.training["final_loss"] == lines[-1]["loss"]
    assert all(np.array_equal(*pair) for pair in zip(organism.weights, run.trainer.weights, strict=True))


@pytest.mark.parametrize("stopped_after", [1, 3, 5])
def test_a_stopped_and_resumed_run_equals_an_uninterrupted_one(tmp_path, stopped_after):
    finished(tmp_path / "whole")
    training = Run.begin(tmp_path / "parts", CONFIG).train()
    for _ in range(stopped_after):
        next(training)
    training.close()
    list(Run.resume(tmp_path / "parts").train())
    for name in ("organism.safetensors", "checkpoint.safetensors"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()
    losses = [
        [json.loads(line)["loss"] for line in (tmp_path / name / "log.jsonl").read_text().splitlines()]
        for name in ("whole", "parts")
    ]
    assert losses[0] == losses[1]


def test_log_lines_after_the_checkpoint_are_replaced(tmp_path):
    training = Run.begin(tmp_path / "run", CONFIG).train()
    next(training)
    training.close()
    with (tmp_path / "run/log.jsonl").open("a") as log:
        log.write('{"step": 2, "loss": 9}\n{"step": 3, "lo')
    run = Run.resume(tmp_path / "run")
    assert len(run.losses) == 1
    list(run.train())
    lines = (tmp_path / "run/log.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4, 5, 6]


def test_a_finished_run_can_be_extended(tmp_path):
    finished(tmp_path / "run")
    run = Run.resume(tmp_path / "run", steps=8)
    assert [report.step for report in run.train()] == [7, 8]
    assert Run.resume(tmp_path / "run").config.steps == 8


def test_a_directory_in_use_is_not_touched(tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(BlastemaError, match="already exists and is not empty; choose another --out"):
        Run.begin(tmp_path, CONFIG)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]


@pytest.mark.parametrize(
    ("config", "says"),
    [
        (None, "is not the directory of a run: it has no config.json"),
        ("{", "is not the configuration of a run"),
        ("[]", "is not the configuration of a run"),
        ('{"target": "disc", "colour": 1}', "has unknown keys: colour"),
        ('{"target": "disc", "experiment": "flying"}', "there is no experiment 'flying'; choose one of growing"),
        ('{"target": "disc", "batch": 3}', "batch is 3; the regenerating experiment needs a whole number from 4 to 12"),
        ('{"target": "disc", "steps": 0}', "steps is 0"),
        ('{"target": "disc"}', "target.npy is missing or damaged"),
    ],
)
def test_directories_without_a_valid_run_are_refused(tmp_path, config, says):
    if config is not None:
        (tmp_path / "config.json").write_text(config)
    with pytest.raises(BlastemaError) as refused:
        Run.resume(tmp_path)
    assert says in str(refused.value)


def test_training_does_not_need_the_picture_after_its_start(tmp_path):
    picture = tmp_path / "a.png"
    Image.new("RGB", (9, 9), "red").save(picture)
    training = Run.begin(tmp_path / "run", dataclasses.replace(CONFIG, target=str(picture))).train()
    next(training)
    training.close()
    picture.unlink()
    assert len(list(Run.resume(tmp_path / "run").train())) == 5


def test_an_interrupted_step_is_not_saved(tmp_path, monkeypatch):
    run = Run.begin(tmp_path / "run", CONFIG)
    training = run.train()
    next(training)
    run.save()
    before = (tmp_path / "run/checkpoint.safetensors").read_bytes()

    def torn(*_):
        run.trainer.weights = run.trainer.moments.first
        raise KeyboardInterrupt

    monkeypatch.setattr(run.trainer.pool, "put", torn)
    with pytest.raises(KeyboardInterrupt):
        next(training)
    assert (tmp_path / "run/checkpoint.safetensors").read_bytes() == before


def test_a_second_process_in_a_directory_is_refused(tmp_path):
    run = Run.begin(tmp_path / "run", CONFIG)
    training = run.train()
    next(training)
    code = """
import dataclasses, sys
from blastema.errors import BlastemaError
from blastema.training.run import RECIPES, Run
RECIPES["blastema"] = dataclasses.replace(RECIPES["blastema"], pool=12, shortest=4, longest=8)
try:
    list(Run.resume(sys.argv[1], 9).train())
except BlastemaError as error:
    print(error)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "run")]
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.stdout.startswith(f"another process is training in {tmp_path / 'run'}; wait"), refused.stderr
    next(training)
    assert sum(1 for _ in training) == 4
    assert len((tmp_path / "run/log.jsonl").read_text().splitlines()) == 6
    assert json.loads((tmp_path / "run/config.json").read_text())["steps"] == 6


def test_stale_resume_is_refused(tmp_path):
    training = Run.begin(tmp_path / "run", CONFIG).train()
    next(training)
    training.close()
    late = Run.resume(tmp_path / "run")
    list(Run.resume(tmp_path / "run").train())
    whole = (tmp_path / "run/log.jsonl").read_bytes()
    with pytest.raises(BlastemaError, match="was saved at step 6, but this run is at step 1; resume it again"):
        next(late.train())
    assert (tmp_path / "run/log.jsonl").read_bytes() == whole


def test_after_an_interrupted_step_a_run_must_be_resumed(tmp_path, monkeypatch):
    run = Run.begin(tmp_path / "run", CONFIG)

    def torn(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(run_module, "validation_score", torn)
        with pytest.raises(KeyboardInterrupt):
            list(run.train())
    with pytest.raises(BlastemaError, match="resume it again"):
        list(run.train())
    assert len(list(Run.resume(tmp_path / "run").train())) == 6


def test_of_two_runs_started_in_one_directory_one_is_refused(tmp_path, monkeypatch):
    """Both see an empty directory, and one is faster to load its picture."""
    first = Run.begin
    picture = Config.picture

    def slow(config):
        if config.target == "ring":
            first(tmp_path / "run", CONFIG)
        return picture(config)

    monkeypatch.setattr(Config, "picture", slow)
    with pytest.raises(BlastemaError, match="is not empty; continue it with blastema train --resume"):
        Run.begin(tmp_path / "run", dataclasses.replace(CONFIG, target="ring"))
    assert Run.resume(tmp_path / "run").config.target == "disc"


def test_training_works_on_file_systems_without_locks(tmp_path, monkeypatch):
    def none(_):
        raise OSError(errno.ENOLCK, "no locks available")

    monkeypatch.setattr(lock, "_lock", none)
    assert len(list(Run.begin(tmp_path / "run", CONFIG).train())) == 6


def test_a_damaged_checkpoint_is_refused_and_not_changed(tmp_path):
    finished(tmp_path / "run")
    path = tmp_path / "run/checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    before = path.read_bytes()
    with pytest.raises(BlastemaError, match="is not a complete safetensors file"):
        Run.resume(tmp_path / "run")
    assert path.read_bytes() == before


KILLED = """
import sys, dataclasses
from pathlib import Path
from blastema.training import run as module
module.CHECKPOINT_EVERY = 0.0
module.RECIPES["blastema"] = dataclasses.replace(module.RECIPES["blastema"], pool=12, shortest=4, longest=8)
directory = Path(sys.argv[1])
config = module.Config("disc", experiment="regenerating", steps=400, fit=6, pad=4)
run = module.Run.resume(directory) if (directory / "config.json").exists() else module.Run.begin(directory, config)
for report in run.train():
    pass
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="not here: this system has no kill -9")
def test_kill_9_at_any_moment_loses_nothing(tmp_path):
    def begin(directory):
        return subprocess.Popen([sys.executable, "-c", KILLED, str(directory)])

    assert begin(tmp_path / "whole").wait() == 0
    draw = np.random.default_rng(0)
    killed = 0
    for _ in range(40):
        process = begin(tmp_path / "parts")
        # Any moment from the start of Python to the middle of a write.
        time.sleep(draw.uniform(0.3, 1.2))
        process.kill()
        if process.wait() == 0:
            break
        killed += 1
    else:
        assert begin(tmp_path / "parts").wait() == 0
    print("killed", killed, "times")
    assert killed >= 2
    for name in ("organism.safetensors", "checkpoint.safetensors"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes()


@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="not here: Ctrl-C is sent as a signal")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_stop_signal_saves_the_run(tmp_path, name):
    command = [sys.executable, "-m", "blastema", "train", "disc", "--fit", "6", "--pad", "4", "--out", "run"]
    process = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "run/log.jsonl").exists():
        time.sleep(0.1)
    while not (tmp_path / "run/log.jsonl").read_text():
        time.sleep(0.1)
    number = getattr(signal, name)
    # Closing a terminal may send SIGHUP more than once.
    for _ in range(1 if name == "SIGINT" else 2):
        process.send_signal(number)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 128 + number
    # Without a terminal there is no message.
    if name != "SIGHUP":
        assert re.search(r"Everything is saved; continue with:\n  .*blastema train --resume run\n", said), said
    assert "Traceback" not in said
    done = int(read_tensors(tmp_path / "run/checkpoint.safetensors")[1]["step"])
    assert done > 0
    assert len((tmp_path / "run/log.jsonl").read_text().splitlines()) == done


@pytest.fixture
def milestones(monkeypatch):
    """Make every second step a milestone."""
    monkeypatch.setattr(milestone, "SHORTEST_STAGE", 2)


def test_a_run_ends_with_its_best_organism(tmp_path, milestones, monkeypatch):
    scores = iter([-1.0, -3.0, -2.0])
    monkeypatch.setattr(run_module, "validation_score", lambda *_: next(scores))
    finished(tmp_path / "run")
    assert load(tmp_path / "run").training["steps"] == 4
    assert load(tmp_path / "run").scores == {"validation": -3.0}


def test_a_collapse_rolls_back_to_the_last_milestone(tmp_path, milestones, monkeypatch):
    run = Run.begin(tmp_path / "run", CONFIG)
    training = run.train()
    for _ in range(2):
        next(training)
    good = run.trainer.weights
    # The loss of the next rollout is NaN.
    run.trainer.loss = towards(np.full_like(run.target, np.nan))
    assert next(training).loss == np.inf
    assert all(np.array_equal(*pair) for pair in zip(good, run.trainer.weights, strict=True))
    training.close()
    list(Run.resume(tmp_path / "run").train())
    lines = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5, 6]
    assert [line.get("collapse") for line in lines] == [None, None, "exploded", None, None, None]
    assert lines[2]["loss"] is None


def test_a_run_that_collapses_repeatedly_gives_up(tmp_path, monkeypatch):
    monkeypatch.setattr(run_module, "collapse", lambda *_: "died")
    with pytest.raises(BlastemaError, match=r"training died at step 6, for the 6th time since the last milestone; try"):
        finished(tmp_path / "run")


@pytest.mark.parametrize("optimiser", ["adam", "muon"])
def test_threads_change_no_byte_of_a_training(tmp_path, optimiser):
    command = ["train", "disc", "--fit", "10", "--pad", "6", "--steps", "6", "--batch", "5", "--set", "pool=12"]
    for threads in ("1", "3"):
        done = blastema(
            *command, "--set", f"optimiser={optimiser}", "--out", threads, cwd=tmp_path,
            BLASTEMA_THREADS=threads, OPENBLAS_NUM_THREADS=threads,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    weights = [load(tmp_path / threads).weights for threads in ("1", "3")]
    assert all(np.array_equal(*pair) for pair in zip(*weights, strict=True))
