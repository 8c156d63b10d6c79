"""The article's 8-bit models: what is written is read back within half a step."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blastema import Organism, Rule, Weights, load
from blastema.errors import BlastemaError
from blastema.formats.distill import read_distill, write_distill
from blastema.loss import pixel_loss
from blastema.quantisation.eight_bit import quantise_gptq
from blastema.targets import load_target
from conftest import random_weights


def written(organism, folder):
    write_distill(organism, folder / "a.json")
    return json.loads((folder / "a.json").read_text())


@given(size=st.sampled_from([1e-6, 0.1, 1.0]), seed=st.integers(0, 100), zeros=st.sets(st.integers(0, 3)))
@settings(max_examples=4)
def test_what_is_read_back_is_the_organism_in_8_bits(tmp_path_factory, size, seed, zeros):
    folder = tmp_path_factory.mktemp("distill")
    tensors = [tensor * np.float32(size) for tensor in random_weights(Rule(), seed)]
    weights = Weights(*(np.zeros_like(tensor) if index in zeros else tensor for index, tensor in enumerate(tensors)))
    written(Organism(weights, training={"fit": 8, "pad": 4}), folder)
    again = read_distill(folder / "a.json").weights
    expected = quantise_gptq(Rule(), weights, 16, 16).weights
    assert all(np.array_equal(*pair) for pair in zip(again[:4], expected[:4], strict=True))


@pytest.mark.slow
def test_the_note_gives_the_error_of_a_step(tmp_path):
    organism = load("🦎")
    note = write_distill(organism, tmp_path / "a.json")
    error = quantise_gptq(organism.rule, organism.weights).error
    assert note.endswith(f"the root mean square error of a cell's change per step is {error:.2g}")


@pytest.mark.slow
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


@pytest.mark.parametrize("change", [{"channels": 12}, {"hidden": 64}, {"alive_threshold": 0.2}])
def test_other_rules_than_the_articles_are_refused_and_nothing_is_written(tmp_path, change):
    rule = Rule(**change)
    with pytest.raises(
        BlastemaError, match=r"this organism's rule is not the article's .* the distill format stores no other"
    ):
        write_distill(Organism(random_weights(rule), rule), tmp_path / "a.json")
    assert not list(tmp_path.iterdir())
