"""Losses of the user's own: in NumPy or JAX, ranked, validated, checkpointed and recorded like the default."""

import functools
import json
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import load
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.loss import pixel_loss, state_losses, towards
from blastema.rule import Batch, Rule, seed_batch
from blastema.training import milestone
from blastema.training.collapse import collapse
from blastema.training.run import Config, Run
from blastema.training.start import loss_name
from blastema.training.trainer import Report
from blastema.training.validation import validation_score
from conftest import random_states

CONFIG = Config("disc", steps=4, fit=6, pad=4, settings={"pool": 12, "shortest": 4, "longest": 8})


def squares(states, targets):
    """The default loss, by hand."""
    difference = states[..., :4] - targets
    gradient = np.zeros_like(states)
    gradient[..., :4] = difference * np.float32(2 / difference.size)
    return float(np.mean(np.square(difference))), gradient


@jax.value_and_grad
def absolute(states, targets):
    return jnp.mean(jnp.abs(states[..., :4] - targets))


def below_zero(states, targets):
    value, gradient = squares(states, targets)
    return value - 5, gradient


@pytest.fixture(autouse=True)
def milestones(monkeypatch):
    """Make every second step a milestone."""
    monkeypatch.setattr(milestone, "SHORTEST_STAGE", 2)


def test_the_default_loss_by_hand_trains_to_the_same_weights(tmp_path):
    runs = [Run.begin(tmp_path / name, CONFIG, loss) for name, loss in (("default", None), ("mine", squares))]
    for run in runs:
        list(run.train())
    for ours, theirs in zip(runs[0].trainer.weights, runs[1].trainer.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert runs[0].losses == pytest.approx(runs[1].losses, rel=1e-5)


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_the_losses_of_states_are_those_of_the_states_one_by_one(seed, count):
    states, target = random_states(Rule(), count, 5, 6, seed), random_states(Rule(), 1, 5, 6, 1)[0, ..., :4]
    np.testing.assert_allclose(state_losses(states, target, squares), pixel_loss(states, target), rtol=1e-5)
    value, gradient = towards(target, absolute)(states)
    assert state_losses(states, target, absolute).mean() == pytest.approx(float(value), rel=1e-5)
    assert gradient.shape == states.shape


def test_the_pool_is_ranked_by_the_loss(tmp_path):
    """A loss that asks for the opposite of the target reverses the order."""
    run = Run.begin(tmp_path / "run", CONFIG, lambda states, targets: squares(states, 1 - targets))
    trainer = run.trainer
    states = np.zeros((12, *run.target.shape[:2], 16), np.float32)
    for index in range(12):
        states[index, ..., :4] = (1 - run.target) * index / 12
    trainer.pool.put(np.arange(12), Batch(states, np.arange(12, dtype=np.uint32), np.full(12, 9, np.uint32)))
    places = trainer.draw_batch(np.random.default_rng(0))[0].places
    assert places.tolist() == sorted(places)


@pytest.mark.parametrize("loss", [squares, pytest.param(absolute, marks=pytest.mark.slow), below_zero])
def test_a_resumed_run_with_its_own_loss_equals_an_uninterrupted_one(tmp_path, loss):
    list(Run.begin(tmp_path / "whole", CONFIG, loss).train())
    training = Run.begin(tmp_path / "parts", CONFIG, loss).train()
    for _ in range(3):
        next(training)
    training.close()
    list(Run.resume(tmp_path / "parts", loss=loss).train())
    for name in ("organism.safetensors", "checkpoint.safetensors", "config.json", "rollback.safetensors"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes(), name
    assert load(tmp_path / "whole").training["loss"] == f"{__name__}.{loss.__name__}"
    assert np.isfinite(load(tmp_path / "whole").scores["validation"])


def test_validation_uses_the_loss(tmp_path):
    """Before the first training step nothing grows, so states are seed cells, or empty where a cut erased the cell."""
    run = Run.begin(tmp_path / "run", CONFIG, below_zero)
    seed = seed_batch([0], *run.target.shape[:2]).states
    alive, empty = (below_zero(states, run.target[None])[0] for states in (seed, 0 * seed))
    assert validation_score(run.trainer, "persistent") == pytest.approx(alive, rel=1e-6)
    assert min(alive, empty) < validation_score(run.trainer, "regenerating") < max(alive, empty)


def test_a_loss_below_zero_is_no_collapse():
    batch = Batch(np.ones((1, 3, 3, 16), np.float32), np.zeros(1, np.uint32), np.zeros(1, np.uint32))
    report = Report(1, -1.0, 64, batch, batch)
    assert collapse(report, [-1.0] * 200 + [-0.9] * 20) is None
    assert collapse(report, [0.0] * 200 + [0.1] * 20) is None


@pytest.mark.parametrize(
    ("loss", "says"),
    [
        (lambda states, targets: 1.0, "the loss returned a float; it must return two things: its value"),
        (lambda states, targets: (1.0, None), "the gradient that the loss returned must be an array"),
        (
            lambda states, targets: (1.0, np.zeros(3)),
            r"a gradient of shape \(3,\) for states of shape \(8, 14, 14, 16\)",
        ),
        (lambda states, targets: (np.ones(8), states), "as its value; it must be one number"),
        (lambda states, targets: (np.nan, states), "the loss of seed cells is nan; it must be a finite number"),
    ],
)
def test_a_loss_without_gradient_is_refused_before_anything_is_written(tmp_path, loss, says):
    with pytest.raises(BlastemaError, match=says) as refused:
        Run.begin(tmp_path / "run", CONFIG, loss)
    assert "\n" not in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_a_run_with_its_own_loss_is_resumed_only_with_it(tmp_path):
    Run.begin(tmp_path / "mine", CONFIG, squares)
    Run.begin(tmp_path / "default", CONFIG)
    with pytest.raises(
        BlastemaError, match=rf"a loss of its own, {__name__}.squares; resume it from Python: Run.resume"
    ):
        Run.resume(tmp_path / "mine")
    with pytest.raises(BlastemaError, match="is not trained with a loss of its own; leave out loss"):
        Run.resume(tmp_path / "default", loss=squares)
    other = Run.resume(tmp_path / "mine", loss=absolute)
    assert f"the loss is {__name__}.absolute; the run was begun with {__name__}.squares" in other.notices
    with pytest.raises(BlastemaError, match=r"the configuration names the loss .*; give the function itself"):
        Run.begin(tmp_path / "again", other.config)
    command = [sys.executable, "-m", "blastema", "train", "--resume", str(tmp_path / "mine")]
    refused = subprocess.run(command, capture_output=True, text=True)
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert "resume it from Python" in refused.stderr


def test_names_of_losses():
    assert loss_name(squares) == f"{__name__}.squares"
    assert loss_name(absolute) == f"{__name__}.absolute"
    assert loss_name(functools.partial(squares)) == "own"


@pytest.mark.slow
def test_pictures_and_the_screen_work_with_a_loss_below_zero(tmp_path):
    from blastema.cli.training_screen import watch

    watch(Run.begin(tmp_path / "run", CONFIG, below_zero))
    assert (tmp_path / "run/loss.png").stat().st_size > 0
    assert (tmp_path / "run/growth.gif").stat().st_size > 0
    lines = [json.loads(line) for line in (tmp_path / "run/log.jsonl").read_text().splitlines()]
    assert all(line["loss"] < 0 for line in lines)


@pytest.mark.parametrize("engine", ["native", pytest.param("jax", marks=pytest.mark.slow)])
def test_an_own_loss_trains_on_every_engine(tmp_path, engine):
    choose_engine(engine)
    settings = CONFIG.settings | {"learning_rates": ((0, 4e-3),), "warmup": 0}
    config = Config("disc", "growing", steps=40, fit=6, pad=4, settings=settings, engine=engine)
    run = Run.begin(tmp_path / "run", config, absolute)
    losses = [report.loss for report in run.train()]
    assert np.mean(losses[-5:]) < 0.8 * losses[0]
