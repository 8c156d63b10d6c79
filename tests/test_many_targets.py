"""One rule that learns to grow several targets, one for each signal."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import Organism, load
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.loss import pixel_loss
from blastema.reporting.bodies import switched, tiled
from blastema.rule import Rule, initial_weights
from blastema.targets import load_target, load_targets
from blastema.training.beginning import Beginning
from blastema.training.config import Config, run_name
from blastema.training.draw import in_turn, part_of
from blastema.training.experiments import EXPERIMENTS
from blastema.training.recipe import Recipe
from blastema.training.run import Run
from blastema.training.trainer import Trainer
from conftest import blastema, random_weights

SMALL = {"fit": 8, "pad": 3, "batch": 6, "settings": {"pool": 12, "shortest": 3, "longest": 5}}
NAMES = ("disc", "ring", "planarian")


def trainer(recipe=None, seed=0):
    rule = Rule(signals=NAMES)
    recipe = recipe or Recipe(steps=20, batch=6, pool=12, shortest=3, longest=5)
    return Trainer(
        rule, EXPERIMENTS["regenerating"], recipe, load_targets(NAMES, fit=8, pad=3), seed, choose_engine("numpy")
    )


@given(st.integers(1, 12), st.integers(1, 40), st.integers(0, 1000))
def test_targets_take_turns(targets, batch, step):
    turns = in_turn(targets, batch, step)
    assert sum(size for _, size in turns) == batch
    assert len({target for target, _ in turns}) == len(turns)
    sizes = [size for _, size in turns]
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= min(2, batch)
    seen = {target for later in range(step, step + targets) for target, _ in in_turn(targets, batch, later)}
    assert seen == set(range(targets))


@given(st.integers(1, 8), st.integers(0, 8), st.integers(0, 100))
def test_parts_are_drawn_in_proportion(size, count, seed):
    draw = np.random.default_rng(seed)
    parts = [part_of(draw, size, count, 8) for _ in range(400)]
    assert set(parts) <= {size * count // 8, -(-size * count // 8)}
    assert np.mean(parts) == pytest.approx(size * count / 8, abs=0.2)


def test_each_state_has_the_loss_of_its_own_target():
    subject = trainer()
    report = subject.step()
    signals = report.before.signals.argmax(1)
    expected = pixel_loss(report.after.states, subject.targets[signals])
    assert report.loss == pytest.approx(expected.mean(), rel=1e-5)
    for target in range(3):
        assert report.losses[target] == pytest.approx(expected[signals == target].mean(), rel=1e-5)


def test_gradients_reach_the_signals_in_the_batch():
    subject = trainer(Recipe(steps=20, batch=2, pool=12, shortest=8, longest=8))
    before = subject.weights
    # The output layer is zero at first, and passes no gradient on.
    for _ in range(3):
        report = subject.step()
    changed = np.abs(subject.weights.signal_bias - before.signal_bias).max(1) > 0
    assert changed.any()
    assert report.before.signals.shape == (2, 3)


def test_exchanged_signals_leave_each_target_its_states():
    subject = trainer(Recipe(steps=20, batch=6, pool=12, shortest=3, longest=5, switched=(0, 4)))
    before = subject.pool.signals.copy()
    for _ in range(5):
        subject.step()
    assert not np.array_equal(before, subject.pool.signals)
    assert np.bincount(subject.pool.signals).tolist() == [4, 4, 4]


def test_dead_states_are_reseeded():
    subject = trainer(Recipe(steps=20, batch=6, pool=12, shortest=3, longest=5, reseeded=0, damaged=0))
    subject.pool.put(np.arange(12), subject.pool.take(np.arange(12))._replace(states=np.zeros((12, 14, 14, 16), "f4")))
    report = subject.step()
    assert report.reseeded == 6
    assert (report.before.states[:, 7, 7, 3] == 1).all()


@pytest.mark.parametrize("experiment", list(EXPERIMENTS))
def test_stopped_and_resumed_run_equals_an_uninterrupted_one(tmp_path, experiment):
    config = Config(list(NAMES), experiment=experiment, recipe="many", steps=8, **SMALL)
    whole, parts = Run.begin(tmp_path / "whole", config), Run.begin(tmp_path / "parts", config)
    list(whole.train())
    training = parts.train()
    for _ in range(5):
        next(training)
    training.close()
    resumed = Run.resume(tmp_path / "parts")
    list(resumed.train())
    assert resumed.organism().to_bytes() == whole.organism().to_bytes()
    assert resumed.organism().record.targets == NAMES
    assert np.array_equal(resumed.trainer.pool.signals, whole.trainer.pool.signals)


def test_log_has_the_loss_of_each_target(tmp_path):
    run = Run.begin(tmp_path / "run", Config(NAMES, recipe="many", steps=2, **SMALL))
    list(run.train())
    lines = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text("utf-8").splitlines()]
    assert all(line["losses"].keys() == set(NAMES) for line in lines)
    assert all(run.target_losses[name] == [line["losses"][name] for line in lines] for name in NAMES)


def test_pictures_of_different_sizes_get_grids_of_one_size():
    # This emoji is moved onto the seed cell, and needs a larger grid.
    moved, plain = load_target("🌙", fit=20, pad=2), load_target("🦎", fit=20, pad=2)
    both = load_targets(["🌙", "🦎"], fit=20, pad=2)
    assert both.shape[1:3] == tuple(max(pair) for pair in zip(moved.shape[:2], plain.shape[:2], strict=True))
    for whole, part in zip(both, (moved, plain), strict=True):
        assert whole.sum() == pytest.approx(part.sum(), rel=1e-6)
        middle = [side // 2 for side in whole.shape[:2]], [side // 2 for side in part.shape[:2]]
        assert np.array_equal(whole[tuple(middle[0])], part[tuple(middle[1])])


def test_names_of_runs_stay_short():
    names = [run_name(Config(names)) for names in ("🦎", ["🦎", "🎄"], ["🦎", "🎄", "🦋", "🐠"])]
    assert names == ["lizard", "lizard-tree", "4-targets"]


def test_signals_of_a_beginning_are_kept_by_name():
    own = Rule(channels=8, hidden=5, signals=("disc", "ring"))
    organism = Organism(random_weights(own), own)
    rule = Rule(channels=8, hidden=7, signals=("ring", "planarian"))
    initial = initial_weights(np.random.default_rng(0), rule.perception, 7, 8, 2, 0.1)
    weights = Beginning.of(organism, "it").weights(initial, rule)
    assert np.array_equal(weights.signal_bias[0, :5], organism.weights.signal_bias[1])
    assert np.array_equal(weights.signal_bias[1], initial.signal_bias[1])
    plain = Beginning.of(organism, "it").weights(initial._replace(signal_bias=initial.signal_bias[:0]), Rule(hidden=7))
    assert np.array_equal(plain.hidden_bias[:5], organism.with_signal("disc").weights.hidden_bias)


@pytest.mark.parametrize(
    ("names", "rule", "says"),
    [
        (["disc", "disc"], None, "the signal disc is listed twice"),
        ([], None, "no target given"),
        (["disc", 3], None, "the target is a int"),
        (["disc", "ring"], Rule(signals=("a",)), "the rule has 1 signals for 2 targets"),
    ],
)
def test_targets_that_do_not_fit_are_refused(names, rule, says):
    with pytest.raises(BlastemaError, match=says):
        Config(names, rule=rule)


def test_switched_states_start_from_the_grown_body():
    lizard = load("🦎")
    bias = np.stack([np.zeros(128), np.random.default_rng(0).normal(0, 0.05, 128)]).astype(np.float32)
    training = lizard.training | {"height": 12, "width": 10}
    # A tenth of its changes, because a lizard squeezed into so small a grid is chaotic: any rounding would show.
    _, _, update_weight, update_bias, _ = lizard.weights
    weights = lizard.weights._replace(update_weight=update_weight / 10, update_bias=update_bias / 10, signal_bias=bias)
    organism = Organism(weights, Rule(signals=("a", "b")), training)
    states = switched(organism, "numpy")
    assert states.shape == (2, 2, 12, 10, 16)
    np.testing.assert_allclose(states[0, 0], organism.with_signal("a").grow(800, 12, 10, engine="numpy"), atol=1e-3)
    assert np.abs(states[0, 0] - states[0, 1]).max() > 0.01


def test_tiles_are_in_rows():
    states = np.arange(3, dtype=np.float32)[:, None, None, None] * np.ones((1, 2, 3, 1), np.float32)
    whole = tiled(states)
    assert whole.shape == (4, 6, 1)
    assert (whole[0, 0, 0], whole[1, 5, 0]) == (0, 1)
    assert (whole[2, 0, 0], whole[3, 5, 0]) == (2, 0)


@pytest.mark.slow
def test_command_line_trains_several_targets(tmp_path):
    flags = ("--fit", "8", "--pad", "3", "--steps", "3", "--out", "run", "--set", "pool=16")
    result = blastema("train", "🦎", "disc", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "training 🦎 disc (regenerating)" in result.stderr
    assert {path.name for path in (tmp_path / "run").iterdir()} >= {"switches.png", "growth.gif", "loss.png"}
    organism = load(tmp_path / "run")
    assert organism.rule.signals == ("🦎", "disc")
    assert organism.training["recipe"] == "many"
    # What a training of several targets starts from unless told otherwise.
    assert organism.training["from"]["name"] == "🦎"
    again = blastema("train", "🦎", "disc", *flags[:-4], "--from", "nothing", "--out", "b", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "from" not in load(tmp_path / "b").training
