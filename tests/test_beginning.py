"""Beginnings: trainings that start from the weights of an organism."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import load
from blastema.cli.train import config_of, train
from blastema.errors import BlastemaError
from blastema.learning import beginning_of
from blastema.organism import Organism
from blastema.rule import Rule, Weights, initial_weights
from blastema.training.beginning import Beginning, weights_sum
from blastema.training.run import Config, Run
from conftest import random_weights

SMALL = {"pool": 12, "shortest": 4, "longest": 8}
FLAGS = {"experiment": "regenerating", "recipe": "blastema", "batch": 8, "seed": 0, "fit": 6, "pad": 4}


def config(organism, **changes):
    values = {"fit": 6, "pad": 4, "steps": 3, "settings": SMALL}
    return Config("disc", beginning=organism, **values | changes)


def equal(first, second):
    return all(np.array_equal(*pair) for pair in zip(first, second, strict=True))


def test_training_starts_from_the_weights(tmp_path):
    organism = Organism(random_weights(Rule()))
    run = Run.begin(tmp_path / "run", config(organism))
    assert equal(run.trainer.weights, organism.weights)
    assert equal(Run.resume(tmp_path / "run").trainer.weights, organism.weights)
    next(run.train())
    assert not equal(run.trainer.weights, organism.weights)


# At the full rate from the start, some 4 of 20 seeds explode.
@pytest.mark.slow
@pytest.mark.parametrize("experiment", ["growing", "regenerating"])
def test_first_steps_do_not_destroy_what_the_organism_has_learned(tmp_path, experiment):
    for seed in range(12):
        directory = tmp_path / str(seed)
        trainer = Run.begin(
            directory, Config("🦖", experiment=experiment, fit=20, seed=seed, beginning=load("🐠"))
        ).trainer
        losses = [trainer.step().loss for _ in range(140)]
        assert max(losses[50:]) < 0.05, seed


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 2**32 - 1))
def test_further_hidden_units_do_not_change_what_grows(hidden, more, seed):
    rule = Rule(channels=8, hidden=hidden, filters=("identity", "laplacian"))
    larger = rule.replace(hidden=hidden + more)
    organism = Organism(random_weights(rule, seed), rule)
    initial = initial_weights(np.random.default_rng(seed), larger.perception, larger.hidden, larger.channels)
    weights = Beginning.of(organism).weights(initial, larger)
    assert [tensor.shape for tensor in weights] == [tensor.shape for tensor in initial]
    assert equal((weights.hidden_weight[:, hidden:],), (initial.hidden_weight[:, hidden:],))
    grown = [
        Organism(*pair).grow(5, 7, 7, seed=3, engine="numpy") for pair in ((organism.weights, rule), (weights, larger))
    ]
    np.testing.assert_allclose(grown[0], grown[1], rtol=1e-4, atol=1e-5)


def test_initial_weights_are_not_changed():
    initial = initial_weights(np.random.default_rng(0))
    kept = Weights(*(tensor.copy() for tensor in initial))
    Beginning.of(Organism(random_weights(Rule()))).weights(initial, Rule())
    assert equal(initial, kept)


@pytest.mark.parametrize(
    ("changes", "has"),
    [
        ({"channels": 12}, "12 channels, 128 hidden"),
        ({"hidden": 127}, "16 channels, 127 hidden"),
        ({"filters": ("identity", "sobel_y", "sobel_x")}, "identity, sobel_y, sobel_x;"),
    ],
)
def test_an_organism_that_does_not_fit_is_refused(changes, has):
    with pytest.raises(BlastemaError, match=has) as refused:
        config(load("🦎"), rule=Rule(**changes))
    assert "16 channels, 128 hidden units and the filters identity, sobel_x, sobel_y; the run" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_organism_of_several_bodies_begins_with_its_first(tmp_path):
    rule = Rule(signals=("🦎", "🎄"))
    organism = Organism(random_weights(rule), rule)
    run = Run.begin(tmp_path / "run", config(organism, rule=Rule()))
    assert equal(run.trainer.weights, organism.with_signal("🦎").weights)
    assert [notice for notice in run.notices if "training begins with the first, 🦎" in notice]


def test_the_rule_is_that_of_the_organism_unless_given(tmp_path):
    rule = Rule(channels=8, hidden=20, fire_rate=0.25, edge="wrap")
    organism = Organism(random_weights(rule), rule)
    assert config(organism).rule == rule
    run = Run.begin(tmp_path / "run", config(organism, rule=rule.replace(fire_rate=0.5, hidden=30)))
    assert Run.resume(tmp_path / "run").config.rule.fire_rate == 0.5
    assert "fire_rate is 0.5; an organism was trained with 0.25" in run.notices
    assert not [notice for notice in run.notices if "edge" in notice]


def test_flags_change_the_rule_of_the_organism(tmp_path):
    rule = Rule(channels=8, hidden=20, edge="wrap")
    Organism(random_weights(rule), rule).save(tmp_path / "mine.safetensors")
    flags = FLAGS | {"steps": 3, "size": None, "engine": "numpy", "from_": str(tmp_path / "mine.safetensors")}
    assert config_of(["disc"], **flags).rule == rule
    assert config_of(["disc"], set_=("hidden=24", "fire_rate=1"), **flags).rule == rule.replace(hidden=24, fire_rate=1)
    with pytest.raises(BlastemaError, match="cannot be the beginning"):
        config_of(["disc"], set_=("hidden=16",), **flags)
    assert beginning_of("nothing") is beginning_of(None) is None


def test_a_training_begins_with_an_organism_that_never_saw_the_picture(tmp_path):
    flags = FLAGS | {"steps": 3, "size": None, "engine": "numpy", "recipe": None}
    begun = config_of(["disc"], **flags)
    assert begun.beginning.name == "🐠"
    notice = "training begins with the weights of 🐠; --from nothing begins with random ones"
    assert notice in Run.begin(tmp_path / "run", begun).notices
    assert config_of(["🦎"], **flags, set_=("hidden=200", "pool=64")).beginning.name == "🐠"
    for fish in ("🐠", "fish", "tropical fish"):
        assert config_of([fish], **flags).beginning.name == "🦎"
    assert config_of(["disc", "ring"], **flags).beginning.name == "🦎"


@pytest.mark.parametrize("targets", [["disc"], ["disc", "ring"]])
def test_it_begins_with_random_weights_where_no_organism_fits_or_as_published(targets):
    flags = FLAGS | {"steps": 3, "size": None, "engine": "numpy"}
    assert config_of(targets, set_=("hidden=64",), **flags | {"recipe": None}).beginning is None
    for changed in ({"recipe": "article"}, {"recipe": "further"}, {"recipe": None, "from_": "nothing"}):
        assert config_of(targets, **flags | changed).beginning is None


def test_the_articles_recipe_always_begins_from_nothing(tmp_path):
    with pytest.raises(BlastemaError, match="the recipe article begins from nothing, as published, not from an org"):
        Run.begin(tmp_path / "run", config(Organism(random_weights(Rule())), recipe="article"))
    assert not (tmp_path / "run").exists()


def test_the_record_names_the_beginning_and_its_own(tmp_path):
    first = Run.begin(tmp_path / "first", config(load("🦎")))
    list(first.train())
    second = Run.begin(tmp_path / "second", config(Beginning.of(load(tmp_path / "first"), "runs/first")))
    list(second.train())
    record = load(tmp_path / "second").training["from"]
    assert record["name"] == "runs/first"
    assert record["sha256"] == weights_sum(load(tmp_path / "first").weights)
    assert record["training"] == load(tmp_path / "first").training
    assert record["training"]["from"]["sha256"] == weights_sum(load("🦎").weights)
    assert json.loads((tmp_path / "second/config.json").read_text())["from"] == record


def test_sums_differ_with_the_weights():
    weights = random_weights(Rule())
    other = weights._replace(update_bias=np.nextafter(weights.update_bias, np.float32(1)))
    assert weights_sum(weights) == weights_sum(Weights(*(tensor.copy() for tensor in weights))) != weights_sum(other)


def test_a_run_with_a_beginning_resumes_byte_for_byte(tmp_path):
    configuration = config(load("🦎"), rule=Rule(hidden=130))
    list(Run.begin(tmp_path / "whole", configuration).train())
    training = Run.begin(tmp_path / "parts", configuration).train()
    next(training)
    training.close()
    list(Run.resume(tmp_path / "parts").train())
    for name in ("organism.safetensors", "checkpoint.safetensors", "config.json"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "parts" / name).read_bytes(), name


def test_a_run_that_lost_its_checkpoints_does_not_start_again_from_random_weights(tmp_path):
    Run.begin(tmp_path / "run", config(load("🦎")))
    for name in ("checkpoint.safetensors", "rollback.safetensors"):
        (tmp_path / "run" / name).unlink()
    with pytest.raises(BlastemaError, match="was begun with the weights of an organism, but checkpoint"):
        Run.resume(tmp_path / "run")


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"beginning": "🦎"}, "beginning is '🦎'; it must be an organism, as blastema.load returns it"),
        ({"recipe": "further"}, "the recipe further continues the training of an organism; name it with --from"),
        ({"beginning": Beginning("a", "b", {})}, "the weights of the beginning a are unknown"),
    ],
)
def test_a_missing_beginning_is_refused_before_anything_is_written(tmp_path, values, says):
    with pytest.raises(BlastemaError, match=says):
        Run.begin(tmp_path / "run", Config("disc", **values))
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("record", [7, {}, {"name": "a", "sha256": 3, "training": {}}, {"name": "a"}])
def test_an_invalid_beginning_in_a_file_is_refused(tmp_path, record):
    (tmp_path / "config.json").write_text(json.dumps({"target": "disc", "from": record}))
    with pytest.raises(BlastemaError, match=r"config.json is invalid: (from|sha256 of from) is"):
        Run.resume(tmp_path)


def test_resuming_takes_neither_a_beginning_nor_settings(tmp_path):
    with pytest.raises(BlastemaError, match=r"leave out --from, --set$"):
        train(resume=tmp_path, from_="🦎", set_=("pool=12",))
