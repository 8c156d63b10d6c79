"""The article's 8-bit models: what is written is read back within half a step."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import Organism, Rule, Weights, load
from blastema.eight_bit import rounded
from blastema.errors import BlastemaError
from blastema.formats.distill import read_distill, write_distill
from blastema.targets import load_target
from blastema.training.loss import pixel_loss
from conftest import random_weights


def written(organism, folder):
    write_distill(organism, folder / "a.json")
    return json.loads((folder / "a.json").read_text())


@given(size=st.floats(1e-6, 1e6), seed=st.integers(0, 100), zeros=st.sets(st.integers(0, 3)))
def test_weights_come_back_within_half_a_step_and_tensors_of_zeros_exactly(tmp_path_factory, size, seed, zeros):
    folder = tmp_path_factory.mktemp("distill")
    tensors = [tensor * np.float32(size) for tensor in random_weights(Rule(), seed)]
    weights = Weights(*(np.zeros_like(one) if index in zeros else one for index, one in enumerate(tensors)))
    layers = written(Organism(weights), folder)
    again = read_distill(folder / "a.json").weights
    scales = [layer[name] for layer in layers for name in ("weight_scale", "bias_scale")]
    for ours, theirs, scale in zip(weights, again, scales, strict=True):
        # Half of a 255th of the scale; and float32 rounds what it holds by up to 2^-24 of it.
        assert np.abs(ours - theirs).max() <= scale * (0.5 / 255 + 2**-23)
    assert all(np.array_equal(*pair) for pair in zip(again, rounded(weights), strict=True))


def test_what_the_user_is_told_is_the_largest_error_there_can_be(tmp_path):
    weights = random_weights(Rule())
    told = write_distill(Organism(weights), tmp_path / "a.json")
    bound = float(told.split("at most ")[1].split(" off")[0])
    again = read_distill(tmp_path / "a.json").weights
    worst = max(np.abs(ours - theirs).max() for ours, theirs in zip(weights, again, strict=True))
    assert 0.9 * bound < worst <= 1.05 * bound


def test_eight_bits_are_enough_to_grow_a_lizard(tmp_path):
    write_distill(load("🦎"), tmp_path / "a.json")
    assert pixel_loss(load(tmp_path / "a.json").grow(96), load_target("🦎")) < 0.01


@pytest.mark.parametrize("name", ["ex1_🐠", "ex2_🦋", "ex3_🦎"])
def test_published_models_are_written_as_they_were_published(published, tmp_path, name):
    original = json.loads((published / f"{name}.json").read_text())
    for ours, theirs in zip(written(load(published / f"{name}.json"), tmp_path), original, strict=True):
        assert list(ours) == list(theirs) or ours.keys() == theirs.keys()
        assert ours["data_b64"] == theirs["data_b64"]
        assert ours["type"] == theirs["type"]
        assert ours["weight_scale"] == pytest.approx(theirs["weight_scale"], rel=2**-22)


@pytest.mark.parametrize("change", [{"channels": 12}, {"hidden": 64}, {"alive_above": 0.2}])
def test_other_rules_than_the_articles_are_refused_and_nothing_is_written(tmp_path, change):
    rule = Rule(**change)
    with pytest.raises(BlastemaError, match=r"this organism's rule is not the article's .* can hold no other"):
        write_distill(Organism(random_weights(rule), rule), tmp_path / "a.json")
    assert not list(tmp_path.iterdir())
