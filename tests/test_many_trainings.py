"""The programs over many trainings: the zoo's, the comparison of recipes, and the time to quality."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from blastema import load
from blastema.training.beginning import weights_sum

PROJECT = Path(__file__).parents[1]


def run(folder, script, *arguments):
    """Run a script of tools or benchmarks with short trainings, as a process of its own; return what it prints."""
    path = f"import sys; sys.path[:0] = {[str(PROJECT / name) for name in ('tools', 'benchmarks')]}; "
    done = subprocess.run(
        [sys.executable, "-c", path + script, *arguments], cwd=folder, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


ZOO = """
import functools
from pathlib import Path
import train_zoo
train_zoo.Config = functools.partial(train_zoo.Config, fit=6, pad=4)
train_zoo.PLANS = {"growing": train_zoo.Plan(2, 3, 1)}
train_zoo.DIRECTORY, train_zoo.ATTEMPTS = Path("zoo"), 2
train_zoo.main()
"""


@pytest.mark.slow
def test_the_zoo_is_trained_measured_and_trained_further(tmp_path):
    (tmp_path / "zoo").mkdir()
    name = "growing/web"
    printed = run(tmp_path, ZOO, name)
    organism = load(tmp_path / "zoo/growing-web.safetensors")
    # It misses a threshold if it explodes when it is cut, and is trained again then.
    seeds = range(organism.scores["runs"])
    assert [line.split(":")[0] for line in printed.splitlines()] == [name for _ in seeds]
    runs = {path.name: weights_sum(load(path / "growing-web").weights) for path in (tmp_path / "runs/zoo").iterdir()}
    assert runs.keys() == {f"seed-{seed}" for seed in seeds}
    assert weights_sum(organism.weights) in runs.values()
    assert run(tmp_path, ZOO, name, "--seed", "0").startswith(f"{name}: ")
    assert weights_sum(load(tmp_path / "zoo/growing-web.safetensors").weights) == runs["seed-0"]
    assert run(tmp_path, ZOO, name, "--further", "--steps", "2").startswith(f"{name}, ")
    (further,) = (tmp_path / "runs/zoo/further-2").glob("growing-web-from-*")
    assert json.loads((further / "config.json").read_text("utf-8"))["recipe"] == "further"


RECIPES = "import recipes; recipes.ORGANISMS, recipes.OLDEST = 2, 300; recipes.main()"


@pytest.mark.slow
def test_recipes_are_compared(tmp_path):
    arguments = ("article", "+ damage late", "--steps", "2", "--fit", "6", "--targets", "disc", "--jobs", "2")
    printed = run(tmp_path, RECIPES, *arguments, "--out", "recipes.json")
    assert len(printed.splitlines()) == 2
    results = json.loads((tmp_path / "recipes.json").read_text("utf-8"))["results"]
    known = json.loads((PROJECT / "benchmarks/recipes.json").read_text("utf-8"))["results"]["article"]["🐞"]
    for name in ("article", "+ damage late"):
        assert results[name]["disc"].keys() == known.keys()
        assert results[name]["disc"]["final"].keys() == known["final"].keys()
        assert [part["step"] for part in results[name]["disc"]["curve"]] == [1, 2]
    assert run(tmp_path, RECIPES, *arguments, "--out", "recipes.json") == ""


TIME = """
import functools
import time_to_quality as program
program.Config = functools.partial(program.Config, fit=6, pad=4)
measured = program.measured
program.measured = lambda trainer, weights, organisms, oldest: measured(trainer, weights, 2, oldest // 4)
program.APPROACHES = {"blastema": program.Approach(steps=4)}
program.LOOKS = 2
program.main()
"""


@pytest.mark.slow
def test_the_time_to_quality_is_measured_and_timed_later(tmp_path):
    out, arguments = tmp_path / "times.json", ("--targets", "disc", "--seeds", "1", "--out", "times.json")

    def curve():
        return json.loads(out.read_text("utf-8"))["results"]["disc"]["blastema"]["0"]["curve"]

    assert len(run(tmp_path, TIME, *arguments, "--untimed").splitlines()) == 2
    known = json.loads((PROJECT / "benchmarks/time_to_quality.json").read_text("utf-8"))
    assert curve()[0].keys() == known["results"]["🦎"]["blastema"]["0"]["curve"][0].keys()
    assert [(look["step"], look["seconds"]) for look in curve()] == [(2, None), (4, None)]
    untimed = curve()
    assert run(tmp_path, TIME, *arguments) == ""
    run(tmp_path, TIME, *arguments, "--time")
    assert 0 < curve()[0]["seconds"] < curve()[1]["seconds"]
    assert [look | {"seconds": None} for look in curve()] == untimed
    out.unlink()
    (tmp_path / "runs/times/timed/disc-blastema-0").rename(tmp_path / "runs/timed")
    run(tmp_path, TIME, *arguments)
    assert [look | {"seconds": None} for look in curve()] == untimed
