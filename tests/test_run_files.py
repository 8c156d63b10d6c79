"""Files of a run that are missing, truncated, damaged or left over, and values of configurations."""

import dataclasses
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blastema import load
from blastema.cli.invocation import to_paste
from blastema.cli.main import main
from blastema.cli.training_screen import watch
from blastema.errors import BlastemaError
from blastema.io.tensors import read_tensors, write_tensors
from blastema.library import target_of
from blastema.loss import towards
from blastema.organism import Organism
from blastema.reporting.album import LONGEST_TILE, MOST_GROWTH, complete_album, picture_growth, picture_step
from blastema.rule import Rule
from blastema.training import milestone, record
from blastema.training import run as run_module
from blastema.training.reach import furthest, unreachable
from blastema.training.run import Config, Run
from conftest import random_weights

CONFIG = Config("disc", experiment="persistent", steps=6, fit=6, pad=4)
SEALED = ("organism.safetensors", "checkpoint.safetensors", "best.safetensors", "rollback.safetensors")


def short(patch):
    """Use a pool of 12, short rollouts, and a milestone every second step."""
    for name, recipe in run_module.RECIPES.items():
        patch.setitem(run_module.RECIPES, name, dataclasses.replace(recipe, pool=12, shortest=4, longest=8))
    patch.setattr(milestone, "SHORTEST_STAGE", 2)


@pytest.fixture(autouse=True)
def short_pool(monkeypatch):
    short(monkeypatch)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Return a folder with a finished run, `whole`, and the same run stopped after 5 steps, `stopped`."""
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        short(patch)
        list(Run.begin(folder / "whole", CONFIG).train())
        training = Run.begin(folder / "stopped", CONFIG).train()
        for _ in range(5):
            next(training)
        training.close()
    return folder


@pytest.fixture
def stopped(runs, tmp_path):
    """Return a copy of the run stopped after 5 of 6 steps; its last milestone was step 4."""
    return Path(shutil.copytree(runs / "stopped", tmp_path / "run"))


def assert_finishes_like(whole, run):
    list(run.train())
    for name in SEALED:
        assert (whole / name).read_bytes() == (run.directory / name).read_bytes(), name


LOGS = {
    "short": lambda content: b"".join(content.splitlines(keepends=True)[:2]),
    "empty": lambda content: b"",
    "a gap": lambda content: b"".join(content.splitlines(keepends=True)[::2]),
    "not UTF-8": lambda content: content.replace(b'"loss"', b'"\xff\xfe"', 1),
    "nested": lambda content: b"[" * 100_000 + b"\n" + content.split(b"\n", 1)[1],
    "lacking a key": lambda content: content.replace(b'"step"', b'"stop"', 2),
    "infinite": lambda content: content.replace(b'"loss": ', b'"loss": 1e999, "was": ', 1),
    "not an object": lambda content: b"7\n" + content.split(b"\n", 1)[1],
}


@pytest.mark.parametrize("name", LOGS)
def test_lost_log_lines_do_not_affect_training(runs, stopped, name):
    log = stopped / "log.jsonl"
    log.write_bytes(LOGS[name](log.read_bytes()))
    run = Run.resume(stopped)
    assert [notice for notice in run.notices if "of the 5 lines of this run" in notice], run.notices
    assert_finishes_like(runs / "whole", run)
    assert [json.loads(line)["step"] for line in log.read_text().splitlines()][-1] == 6


def test_the_log_is_synced_before_the_checkpoint(tmp_path, monkeypatch):
    order = []
    fsync, replace = os.fsync, Path.replace

    def synced(handle):
        order.append(Path(f"/proc/self/fd/{handle}").resolve().name)
        fsync(handle)

    def replaced(path, target):
        order.append(f"-> {Path(target).name}")
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    if not Path("/proc/self/fd").exists():
        pytest.skip("this system does not tell the names of open files")
    run = Run.begin(tmp_path / "run", CONFIG)
    training = run.train()
    next(training)
    order.clear()
    run.save()
    saved = order.index("-> checkpoint.safetensors")
    assert "log.jsonl" in order[:saved], order
    # The folder is synced, too.
    assert order[saved + 1] == "run", order


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "rollback.safetensors", "config.json", "target.npy"])
def test_a_flipped_bit_is_refused_with_the_file_name(stopped, name):
    content = bytearray((stopped / name).read_bytes())
    # In a value far from the header; in the configuration, a digit of the seed.
    at = content.index(b'"seed": 0') + 8 if name == "config.json" else len(content) - 40
    content[at] ^= 1
    (stopped / name).write_bytes(content)
    with pytest.raises(BlastemaError, match="does not match its checksum") as refused:
        Run.resume(stopped)
    assert str(stopped / name) in str(refused.value)
    if name == "checkpoint.safetensors":
        assert "to continue from the last milestone, step 4, in rollback.safetensors" in str(refused.value)
    assert (stopped / name).read_bytes() == content


@pytest.mark.parametrize("name", ["checkpoint.safetensors", "rollback.safetensors", "best.safetensors"])
def test_a_run_without_one_of_its_files_gives_the_same_result(runs, stopped, name):
    (stopped / name).unlink()
    run = Run.resume(stopped)
    assert run.trainer.done == (4 if name.startswith("checkpoint") else 5)
    assert_finishes_like(runs / "whole", run)


def test_a_run_without_any_checkpoint_is_refused_and_keeps_its_log(stopped):
    log = (stopped / "log.jsonl").read_bytes()
    for name in ("checkpoint.safetensors", "rollback.safetensors"):
        (stopped / name).unlink()
    with pytest.raises(BlastemaError, match=r"took 5 training steps, but checkpoint\.safetensors and rollback"):
        Run.resume(stopped)
    assert (stopped / "log.jsonl").read_bytes() == log


def in_the_format_of_0_1_0(directory):
    """Remove what Blastema 0.1.0 did not write: checksums and the state of the run."""
    for name in ("checkpoint.safetensors", "rollback.safetensors"):
        tensors, metadata = read_tensors(directory / name)
        tensors = {key: value for key, value in tensors.items() if not key.startswith("best.")}
        write_tensors(directory / name, tensors, {key: metadata[key] for key in ("format", "version", "step")})
    values = json.loads((directory / "config.json").read_text())
    values = {key: value for key, value in values.items() if not key.endswith("sha256")}
    (directory / "config.json").write_text(json.dumps(values))


def test_a_run_of_version_0_1_0_is_resumed(runs, stopped):
    in_the_format_of_0_1_0(stopped)
    assert_finishes_like(runs / "whole", Run.resume(stopped))


def with_older_names(directory):
    """Give the file of the last milestone and its score the names that they had before."""
    (directory / "rollback.safetensors").rename(directory / "good.safetensors")
    log = directory / "log.jsonl"
    log.write_text(log.read_text().replace('"validation"', '"held_out"'))


def test_a_run_with_the_older_file_names_is_resumed(runs, stopped):
    with_older_names(stopped)
    assert_finishes_like(runs / "whole", Run.resume(stopped))
    assert not (stopped / "good.safetensors").exists()


def test_the_last_milestone_under_its_older_name_replaces_a_lost_checkpoint(runs, stopped):
    with_older_names(stopped)
    (stopped / "checkpoint.safetensors").unlink()
    run = Run.resume(stopped)
    assert run.trainer.done == 4
    assert run.notices == ["checkpoint.safetensors is missing; continuing from the last milestone, in good.safetensors"]
    assert_finishes_like(runs / "whole", run)


def test_training_rolls_back_to_a_milestone_under_its_older_name(stopped, monkeypatch):
    with_older_names(stopped)
    run = Run.resume(stopped)
    expected, _ = read_tensors(stopped / "good.safetensors")
    monkeypatch.setattr(run_module, "collapse", lambda *_: "died")
    next(run.train())
    assert np.array_equal(run.trainer.weights.update_weight, expected["weights.update.weight"])


def test_a_validation_score_under_its_older_name_is_read():
    organism = Organism(random_weights(Rule()), scores={"held_out": -3.0})
    assert milestone.recorded_score(organism) == -3.0
    assert not milestone.is_better(dataclasses.replace(organism, scores={"validation": -2.0}), organism)


def with_pool(path, **changes):
    tensors, metadata = read_tensors(path)
    for name, change in changes.items():
        tensors[f"pool.{name}"] = change(tensors[f"pool.{name}"])
    write_tensors(path, tensors, metadata)


@pytest.mark.parametrize(
    "changes",
    [
        {"cells": lambda cells: np.where(np.arange(len(cells)) == 3, 14 * 14, cells).astype(np.uint32)},
        {"cells": lambda cells: cells[::-1].copy()},
        {"cells": lambda cells: cells[:-1]},
        {"ages": lambda ages: ages[:-1]},
        {"ages": lambda ages: ages.astype(np.float32)},
        {"counts": lambda counts: counts + np.uint32(1)},
        {"values": lambda values: values[:, :-1]},
        {"values": lambda values: np.full_like(values, np.nan)},
    ],
)
def test_an_invalid_pool_is_refused(stopped, changes):
    in_the_format_of_0_1_0(stopped)
    with_pool(stopped / "checkpoint.safetensors", **changes)
    with pytest.raises(BlastemaError, match=r"checkpoint.safetensors is damaged: pool\.\w+ (is|are|do) "):
        Run.resume(stopped)


def test_left_over_files_are_removed_by_the_next_training(runs, stopped):
    (stopped / "pictures").mkdir()
    left = [stopped / ".blastema-ab12_xyz.safetensors", stopped / ".ab12_xyz.json", stopped / "pictures/.ab12_xyz.png"]
    kept = [stopped / ".gitignore", stopped / ".ab12_xyz", stopped / ".notes.json"]
    for path in left + kept:
        path.write_bytes(b"x")
    assert_finishes_like(runs / "whole", Run.resume(stopped))
    assert [path.exists() for path in left + kept] == [False] * 3 + [True] * 3


@pytest.mark.parametrize("goes_on", [lambda run: list(run.train()), Run.complete], ids=["train", "complete"])
def test_a_kill_after_the_last_rollback_is_mended(runs, stopped, goes_on):
    """The last step is a milestone: its rollback is written first, then the checkpoint."""
    for name in SEALED:
        if name != "checkpoint.safetensors":
            shutil.copyfile(runs / "whole" / name, stopped / name)
    run = Run.resume(stopped)
    assert run.trainer.done == CONFIG.steps
    goes_on(run)
    assert (stopped / "checkpoint.safetensors").read_bytes() == (runs / "whole/checkpoint.safetensors").read_bytes()


def test_missing_pictures_of_a_finished_run_are_completed(runs, tmp_path):
    shutil.copytree(runs / "whole", tmp_path / "run")
    (tmp_path / "run/organism.safetensors").unlink()
    run = Run.resume(tmp_path / "run")
    run.complete()
    assert complete_album(run) == ["loss.png", "growth.gif"]
    assert (tmp_path / "run/growth.gif").stat().st_size > 0
    assert (tmp_path / "run/organism.safetensors").read_bytes() == (runs / "whole/organism.safetensors").read_bytes()
    assert complete_album(run) == []


@pytest.mark.parametrize("files", [[], ["lock"], ["lock", "target.npy"], ["lock", ".blastema-ab12_xyz.npy"]])
def test_a_run_killed_during_its_start_can_be_started_again(tmp_path, files):
    for name in files:
        (tmp_path / name).write_bytes(b"half")
    if files:
        with pytest.raises(BlastemaError, match="run the same command again"):
            Run.resume(tmp_path)
    assert len(list(Run.begin(tmp_path, CONFIG).train())) == 6


def test_a_foreign_target_file_is_not_overwritten(tmp_path):
    (tmp_path / "target.npy").write_bytes(b"mine")
    with pytest.raises(BlastemaError, match="already exists and is not empty"):
        Run.begin(tmp_path, CONFIG)


def test_changes_of_steps_are_recorded(runs, stopped):
    run = Run.resume(stopped, steps=8)
    assert "--steps changed from 6 to 8 at step 5" in run.notices[0]
    training = run.train()
    next(training)
    training.close()
    # During training this is the current organism; at the end the best one, which may be from before the change.
    assert load(stopped).training["history"] == [[0, 6], [5, 8]]
    list(Run.resume(stopped).train())
    assert json.loads((stopped / "config.json").read_text())["history"] == [[0, 6], [5, 8]]
    assert "history" not in load(runs / "whole").training
    again = Run.resume(stopped, steps=9).config
    assert again.history == ((0, 6), (5, 8), (8, 9))
    with pytest.raises(BlastemaError, match=r"--steps is 4, but .* has already taken 8 training steps"):
        Run.resume(stopped, steps=4)


def test_steps_changed_before_the_first_step_are_not_recorded(tmp_path):
    Run.begin(tmp_path / "run", CONFIG)
    assert Run.resume(tmp_path / "run", steps=8).config == dataclasses.replace(CONFIG, steps=8)


def test_the_record_holds_the_versions_that_the_bytes_depend_on(runs):
    versions = load(runs / "whole").training["versions"]
    assert versions.keys() >= {"blastema", "numpy", "isa"}


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"steps": 2.5}, "steps is 2.5; .* a whole number from 1 to 1000000000"),
        ({"steps": True}, "steps is True"),
        ({"steps": "9"}, "steps is '9'"),
        ({"seed": float("nan")}, "seed is nan"),
        ({"seed": -1}, "seed is -1"),
        ({"batch": "None"}, "batch is 'None'"),
        ({"fit": 4.0}, "fit is 4.0; a target needs a whole number from 1 to 4096"),
        ({"pad": -1}, "pad is -1"),
        ({"experiment": ["growing"]}, r"there is no experiment \['growing'\]"),
        ({"engine": 3}, "there is no engine 3"),
        ({"background": 0}, "background is 0"),
        ({"target": None}, "the target is a NoneType; give a name, a path, or an array"),
        ({"target": "\ud800.png"}, "is not valid Unicode"),
        ({"target": np.zeros((4, 4))}, r"the target has shape \(4, 4\)"),
        ({"target": np.full((4, 4, 4), 200.0)}, "values outside 0 to 1"),
        ({"target": np.full((4, 4, 4), np.nan)}, "not finite"),
        ({"target": np.array([[[1, 1, 1, 0.5]]])}, "multiply RGB by alpha"),
        ({"target": np.zeros((4, 4, 4), int)}, "an array of int64; give floats"),
        ({"target": np.zeros((4, 4, 4)), "pad": 2}, "leave out pad and background"),
        ({"target": np.zeros((4, 4, 4)), "height": 5}, "height is 5, but the array"),
        ({"history": [[3, 4]]}, "they must increase from 0"),
        ({"history": 7}, "history is 7"),
    ],
)
def test_invalid_configurations_are_refused_in_one_line(values, says):
    with pytest.raises(BlastemaError, match=says) as refused:
        Config(**{"target": "disc"} | values)
    assert "\n" not in str(refused.value)


def test_paths_and_numpy_numbers_are_accepted(tmp_path):
    config = Config(Path("disc"), experiment="persistent", seed=np.int64(3), steps=np.uint8(6), fit=np.int32(6), pad=4)
    assert config == dataclasses.replace(CONFIG, seed=3)
    assert type(config.seed) is int
    Run.begin(str(tmp_path / "run"), config)
    assert Run.resume(str(tmp_path / "run")).config == config


@pytest.mark.parametrize("eight_bit", [False, True])
def test_an_array_can_be_the_target(tmp_path, eight_bit):
    picture = np.zeros((12, 15, 4), np.uint8 if eight_bit else np.float64)
    picture[4:8, 4:11] = (255, 0, 0, 128) if eight_bit else (128 / 255, 0, 0, 128 / 255)
    run = Run.begin(tmp_path / "run", Config(picture, experiment="growing", steps=1))
    list(run.train())
    np.testing.assert_allclose(run.target, np.load(tmp_path / "run/target.npy"))
    np.testing.assert_allclose(run.target[5, 5], (128 / 255, 0, 0, 128 / 255), atol=1e-6)
    assert load(tmp_path / "run").trained_size == (12, 15)
    assert Run.resume(tmp_path / "run").target.shape == (12, 15, 4)


def test_a_grid_too_large_for_memory_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr("blastema.machine.memory.available", lambda: 8_000_000_000)
    config = dataclasses.replace(CONFIG, fit=4096, pad=0)
    with pytest.raises(BlastemaError, match=r"at least 26\.0 GB of memory; 8\.0 GB are available: use a smaller --fit"):
        Run.begin(tmp_path / "run", config)
    assert not (tmp_path / "run").exists()
    monkeypatch.setattr("blastema.machine.memory.available", lambda: 10_000_000)
    CONFIG.check_memory()


LIMITED = """
import resource, sys
from pathlib import Path
from blastema.cli.main import main
# What is imported, and the buffers that OpenBLAS takes with the first product (it ends the process if it cannot have
# them), differ between versions of Python.
main(["train", "disc", "--fit", "8", "--steps", "1", "--engine", "numpy", "--out", "small"])
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + int(sys.argv[1]), resource.RLIM_INFINITY))
main(["train", "disc", "--fit", "400", "--pad", "0", "--steps", "1", "--engine", "numpy", "--out", "run"])
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="not here: only Linux tells how much is in use")
@pytest.mark.parametrize(
    ("megabytes", "says"),
    [
        (240, r"takes at least 248\.\d MB of memory; 2\d\d\.\d MB are available: use a smaller --fit or --size, or a"),
        (320, r"there is not enough memory; use a smaller --fit or --size, or a smaller --batch"),
    ],
)
def test_a_limit_of_memory_ends_in_one_line(tmp_path, megabytes, says):
    """The second run fits as far as can be told, and fails in its first training step."""
    command = [sys.executable, "-c", LIMITED, str(megabytes * 10**6)]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 2, run.stderr
    assert re.search(says, run.stderr.splitlines()[-1])
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("size", [(700, 300), (9, 1400)])
def test_pictures_of_large_grids_leave_cells_out(tmp_path, size):
    height, width = size
    config = Config("disc", experiment="persistent", fit=6, height=height, width=width, steps=1, batch=2)
    run = Run.begin(tmp_path / "run", config)
    for report in run.train():
        picture_step(run, report)
    picture_growth(run)
    with Image.open(run.directory / "growth.gif") as growth:
        # Equal frames are merged, and this organism dies.
        assert growth.n_frames > 1
        assert 101 * growth.width * growth.height <= MOST_GROWTH
    with Image.open(run.directory / "pictures/pool-000001.png") as pool:
        assert pool.width <= 12 * (2 * LONGEST_TILE + 20)


def test_a_user_reads_the_warnings_about_a_target_before_training(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (30, 20), "red").save("red.png")
    main(["train", "red.png", "--experiment", "growing", "--fit", "16", "--pad", "0", "--steps", "1", "--out", "run"])
    printed = capsys.readouterr()
    shown = " ".join((printed.out + printed.err).split())
    assert "red.png has no transparent parts, so the whole rectangle is grown" in shown
    # Rollouts of at least four steps here.
    assert "warning: the picture extends 8 cells from the seed cell" in shown
    assert shown.index("warning") < shown.index("step 1/1")


def test_a_picture_too_large_for_the_rollout_gives_a_warning():
    target = np.zeros((182, 182, 4), np.float32)
    target[16:166, 80:100] = 1
    assert furthest(target) == 75
    assert "use --fit 96 or less" in unreachable(target, 64, 150)
    assert unreachable(target, 100, 150) is None
    assert furthest(np.zeros((9, 9, 4), np.float32)) == 0


def test_runs_started_at_once_get_different_directories(tmp_path, monkeypatch):
    """The second run sees a free directory that is taken before it writes there."""
    picture, names = Config.picture, [tmp_path / name for name in ("a", "a-2", "a-3")]

    def slow(config):
        if config.seed and not (tmp_path / "a").exists():
            Run.begin(tmp_path / "a", CONFIG)
        return picture(config)

    monkeypatch.setattr(Config, "picture", slow)
    assert Run.begin_in_free(iter(names), dataclasses.replace(CONFIG, seed=1)).directory == tmp_path / "a-2"
    assert Run.begin_in_free(iter(names), CONFIG).directory == tmp_path / "a-3"


def test_commands_are_quoted_and_call_the_program_that_ran(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("sys.argv", [str(tmp_path / ".venv/bin/blastema"), "train"])
    assert to_paste("grow", Path("my runs/x[/y]")) == ".venv/bin/blastema grow 'my runs/x[/y]'"
    monkeypatch.setattr("sys.argv", ["/somewhere/blastema/__main__.py", "train"])
    monkeypatch.setattr("sys.executable", str(tmp_path / ".venv/bin/python"))
    assert to_paste("grow", "x") == ".venv/bin/python -m blastema grow x"
    program = tmp_path / ".venv/bin/blastema"
    program.parent.mkdir(parents=True)
    program.touch(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    assert to_paste("grow", "x") == "blastema grow x"


def test_the_screen_prints_names_as_they_are_and_tensorboard_gets_everything(tmp_path, capsys):
    directory = tmp_path / "x[/y] :smile: [bold]"
    watch(Run.begin(directory, CONFIG))
    said = capsys.readouterr().err
    assert f"training disc (persistent) in {directory}\n" in said
    assert to_paste("grow", directory) in said
    (events,) = directory.glob("events.*")
    content = events.read_bytes()
    for tag in (b"loss", b"rollout", b"learning_rate", b"validation", b"batch", b"pool"):
        assert tag in content
    assert b"PNG" in content


def moved(monkeypatch, **changes):
    """Pretend that this machine has other versions."""
    here = record.versions
    monkeypatch.setattr(record, "versions", lambda engine: here(engine) | changes)


def test_a_run_resumed_on_another_instruction_set_says_so(runs, stopped, monkeypatch):
    before = load(stopped).training["versions"]
    moved(monkeypatch, isa="pdp-11")
    run = Run.resume(stopped)
    (notice,) = run.notices
    assert f"from step 5 on, this run has other versions (isa {before['isa']} -> pdp-11)" in notice
    run.save()
    training = load(stopped).training
    assert training["versions"] == before | {"isa": "pdp-11"}
    now = {"engine": run.config.engine} | training["versions"]
    assert training["version_history"] == [[0, now | before], [5, now]]
    again = Run.resume(stopped)
    assert again.notices == []
    assert again.organism().training == run.organism().training
    assert "version_history" not in load(runs / "whole").training


def test_a_run_that_returns_before_it_took_a_step_has_the_same_bytes(runs, stopped, monkeypatch):
    with monkeypatch.context() as elsewhere:
        moved(elsewhere, numpy="0.9")
        Run.resume(stopped).save()
    assert_finishes_like(runs / "whole", Run.resume(stopped))


def test_versions_of_a_run_from_before_they_were_listed_are_those_of_its_organism(stopped, monkeypatch):
    in_the_format_of_0_1_0(stopped)
    moved(monkeypatch, isa="pdp-11")
    history = Run.resume(stopped).organism().training["version_history"]
    assert [step for step, _ in history] == [0, 5]
    (stopped / "organism.safetensors").unlink()
    history = Run.resume(stopped).organism().training["version_history"]
    assert [step for step, _ in history] == [5]


def test_a_run_with_other_steps_has_another_configuration(runs, stopped, tmp_path):
    list(Run.resume(stopped, steps=8).train())
    list(Run.begin(tmp_path / "eight", dataclasses.replace(CONFIG, steps=8)).train())
    assert (stopped / "config.json").read_bytes() != (tmp_path / "eight/config.json").read_bytes()
    list(Run.begin(tmp_path / "six", CONFIG).train())
    assert (runs / "whole/config.json").read_bytes() == (tmp_path / "six/config.json").read_bytes()


@pytest.mark.parametrize("names", [["organism"], ["organism", "rollback"], ["organism", "rollback", "checkpoint"]])
def test_a_run_killed_while_it_wrote_its_beginning_can_be_started_again(tmp_path, names):
    for name in ("lock", "target.npy", *(f"{name}.safetensors" for name in names)):
        (tmp_path / name).write_bytes(b"half")
    assert len(list(Run.begin(tmp_path, CONFIG).train())) == 6


def test_a_target_array_works_with_everything_else_and_resumes_byte_for_byte(tmp_path):
    picture = np.zeros((12, 15, 4), np.float32)
    picture[4:8, 4:11] = 0.5
    settings = {"pool": 9, "damages": ("square",)}
    rule = Rule(hidden=130, edge="wrap")
    config = Config(picture, steps=4, settings=settings, rule=rule, beginning=load("🦎"))

    def loss(states, targets):
        assert targets.shape == (len(states), 12, 15, 4)
        return towards(picture)(states)

    list(Run.begin(tmp_path / "whole", config, loss).train())
    training = Run.begin(tmp_path / "parts", config, loss).train()
    next(training)
    training.close()
    run = Run.resume(tmp_path / "parts", loss=loss)
    assert_finishes_like(tmp_path / "whole", run)
    assert (tmp_path / "whole/config.json").read_bytes() == (tmp_path / "parts/config.json").read_bytes()
    picture_growth(run)
    organism = load(tmp_path / "parts")
    assert (organism.trained_size, organism.rule) == ((12, 15), rule)
    np.testing.assert_array_equal(target_of(organism, tmp_path / "parts"), picture)
    with pytest.raises(BlastemaError, match=r"was trained on an array, .* --target$"):
        target_of(organism, tmp_path / "parts/organism.safetensors")
