"""Training in one call."""

import io
import signal

import numpy as np
import pytest
import rich.console

import blastema
from blastema.errors import BlastemaError
from blastema.learning import default_beginning
from blastema.loss import towards
from blastema.training.experiments import RECIPES
from blastema.training.run import Run
from conftest import blastema as command_line

QUICK = {"experiment": "growing", "fit": 6, "pad": 4, "steps": 3}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder of its own for each test, as the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_it_trains_the_same_organism_as_the_command_line(folder):
    flags = [text for name, value in QUICK.items() for text in (f"--{name}", str(value))]
    assert command_line("train", "🎄", *flags, "--out", "theirs", cwd=folder).returncode == 0
    organism = blastema.train("🎄", **QUICK)
    assert organism.to_bytes() == (folder / "theirs/organism.safetensors").read_bytes()
    assert (folder / "runs/tree-growing/organism.safetensors").read_bytes() == organism.to_bytes()


def test_its_runs_do_not_replace_each_other(folder):
    for _ in range(2):
        blastema.train("disc", **QUICK | {"steps": 1})
    assert {path.name for path in (folder / "runs").iterdir()} == {"disc-growing", "disc-growing-2"}
    with pytest.raises(BlastemaError, match="already exists and is not empty"):
        blastema.train("disc", out="runs/disc-growing", **QUICK)


def test_a_target_may_be_an_array():
    target = np.zeros((9, 11, 4), np.float32)
    target[3:7, 3:8] = 0.5
    organism = blastema.train(target, experiment="growing", steps=1, out="run")
    assert organism.grow(steps=3, height=9, width=11).shape == (9, 11, 16)


def test_several_targets_make_one_rule_with_a_body_each():
    organism = blastema.train(["disc", "ring"], **QUICK | {"experiment": "regenerating"}, settings={"pool": 16})
    assert organism.rule.signals == ("disc", "ring")
    assert organism.training["recipe"] == "many"
    assert organism.training["from"]["name"] == "🦎"


def test_it_starts_from_the_organism_that_is_named_or_given():
    fish, tree = blastema.load("🐠"), blastema.load("🎄")
    rate = {"settings": {"learning_rates": ((0, 0),)}}
    assert blastema.train("disc", **QUICK, **rate).weights.hidden_bias.tolist() == fish.weights.hidden_bias.tolist()
    for beginning in ("🎄", tree):
        trained = blastema.train("disc", beginning=beginning, **QUICK, **rate)
        assert trained.weights.hidden_bias.tolist() == tree.weights.hidden_bias.tolist()
    assert not blastema.train("disc", beginning="nothing", **QUICK, **rate).weights.hidden_bias.any()


@pytest.mark.parametrize(
    ("targets", "recipe", "rule", "name"),
    [
        (["🦎"], "blastema", {}, "🐠"),
        (["fish"], "blastema", {}, "🦎"),
        (["🎄", "👁"], "many", {}, "🦎"),
        (["🎄"], "article", {}, None),
        (["🎄"], "further", {}, None),
        (["🎄"], "blastema", {"channels": 12}, None),
    ],
)
def test_by_default_it_starts_from_an_organism_that_never_saw_the_target(targets, recipe, rule, name):
    beginning = default_beginning(targets, recipe, blastema.Rule(**rule))
    assert (beginning.name if beginning else None) == name
    assert recipe in RECIPES


def test_an_interrupt_keeps_what_was_trained():
    def interrupted(states, targets):
        calls.append(len(states))
        if len(calls) == 4:
            signal.raise_signal(signal.SIGINT)
        return towards(targets)(states)

    calls, before = [], signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        blastema.train("disc", out="run", loss=interrupted, **QUICK | {"steps": 9})
    run = Run.resume("run", loss=interrupted)
    # The loss is evaluated once before the first training step.
    assert run.trainer.done == 3
    assert len((run.directory / "log.jsonl").read_text().splitlines()) == 3
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize("watched", [True, False])
def test_a_bar_shows_the_progress_where_a_person_watches(watched, monkeypatch):
    screen = io.StringIO()
    console = rich.console.Console(file=screen, force_terminal=watched, width=100)
    monkeypatch.setattr("blastema.learning.Console", lambda **_: console)
    blastema.train("disc", **QUICK)
    assert ("100%" in screen.getvalue()) == watched
    assert ("training begins with the weights of 🐠" in screen.getvalue()) == watched


def test_mistakes_are_told_before_anything_is_written(folder):
    for mistake in ({"experiment": "flying"}, {"steps": 0}, {"beginning": "nobody"}, {"fit": 6, "height": 4}):
        with pytest.raises(BlastemaError):
            blastema.train("disc", **QUICK | mistake)
    with pytest.raises(TypeError, match="stpes"):
        blastema.train("disc", stpes=3)
    assert not list(folder.iterdir())
