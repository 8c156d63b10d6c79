"""Packed organisms: what is written is read back bit for bit, by Blastema and by a decoder of its own in C."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import Filter, Organism, Rule, load
from blastema.errors import BlastemaError
from blastema.formats.packed import read_packed, write_packed
from blastema.quantisation.few_bits import weights_of, whole_of
from blastema.quantisation.packed import pack, packed_size, unpack
from conftest import random_weights
from test_formats_c import COMPILERS, STRICT

RULES = st.builds(
    Rule,
    channels=st.integers(4, 20),
    hidden=st.integers(1, 40),
    filters=st.sampled_from([("identity",), ("sobel_y", "identity", "laplacian"), Rule().filters]),
    alive_threshold=st.sampled_from([0.0, 0.1, 0.9999]),
    fire_rate=st.sampled_from([0.0, 0.5, 1.0]),
    edge=st.sampled_from(["dead", "wrap"]),
)


@given(rule=RULES, bits=st.integers(2, 8), seed=st.integers(0, 100))
def test_what_is_packed_is_unpacked_and_as_long_as_said(rule, bits, seed):
    whole = whole_of(random_weights(rule, seed), bits)
    content = pack(rule, whole)
    assert len(content) == packed_size(rule, bits)
    again = unpack(content, "it")
    assert again.rule == rule
    assert all(np.array_equal(*pair) for pair in zip(again.whole, whole, strict=True))


@given(rule=RULES, bits=st.integers(2, 8), seed=st.integers(0, 100), blind=st.integers(0, 3), mute=st.integers(0, 3))
def test_rounding_twice_changes_nothing(rule, bits, seed, blind, mute):
    weights = random_weights(rule, seed)
    # Units that perceive nothing, and units that change nothing.
    weights.hidden_weight[:, :blind], weights.update_weight[rule.hidden - mute :] = 0, 0
    once = weights_of(whole_of(weights, bits))
    again = weights_of(whole_of(once, bits))
    assert all(np.array_equal(*pair) for pair in zip(once, again, strict=True))


@pytest.mark.parametrize("bits", [2, 5, 8])
def test_an_exported_organism_grows_alike_in_the_fewest_bits_that_hold_it(tmp_path, bits):
    rule = Rule(channels=6, hidden=9, edge="wrap")
    organism = Organism(weights_of(whole_of(random_weights(rule, 1), bits)), rule)
    note = write_packed(organism, tmp_path / "a.nca")
    size = (tmp_path / "a.nca").stat().st_size
    assert note == f"{size} bytes, {bits} bits per weight; weights are exact"
    assert size == packed_size(rule, bits)
    assert load(tmp_path / "a.nca") == organism


def test_other_weights_are_rounded_to_8_bits_and_the_note_says_so(tmp_path):
    rule = Rule(channels=5, hidden=8)
    organism = Organism(random_weights(rule), rule, {"fit": 6, "pad": 2})
    note = write_packed(organism, tmp_path / "a.nca")
    assert note.startswith(
        f"{packed_size(rule, 8)} bytes, 8 bits per weight; weights are rounded: the root mean square"
    )
    again = read_packed(tmp_path / "a.nca")
    assert again.rule == rule
    assert again.training == {"source": "packed", "file": "a.nca"}
    for ours, theirs in zip(again.weights[:4], organism.weights[:4], strict=True):
        # A unit's input and output weights are scaled against each other; their products are not.
        assert ours.shape == theirs.shape
    products = [each.weights.hidden_weight @ each.weights.update_weight for each in (again, organism)]
    np.testing.assert_allclose(*products, atol=0.05 * np.abs(products[1]).max())


@pytest.mark.parametrize("bits", [2, 3, 4, 8])
def test_a_decoder_in_c_finds_the_same_weights(tmp_path, bits):
    if not COMPILERS:
        pytest.skip("not installed: a C compiler")
    program = tmp_path / "unpack"
    source = Path(__file__).parent / "formats/packed.c"
    subprocess.run([COMPILERS[0], *STRICT, source, "-o", program, "-lm"], check=True)
    rule = Rule(channels=7, hidden=11)
    whole = whole_of(random_weights(rule, bits), bits)
    out = subprocess.run([program], input=pack(rule, whole), capture_output=True, check=True).stdout
    expected = np.concatenate([tensor.reshape(-1) for tensor in weights_of(whole)])
    np.testing.assert_array_equal(np.frombuffer(out, np.float32), expected)


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        (Rule(signals=("a", "b")), r"has the signals a, b; a packed file has room for one body"),
        (Rule(filters=("identity", Filter("mine", [[1, 0, 0]] * 3))), "has the filter mine; a packed file"),
        (Rule(channels=256), "256 channels; a packed file has room for 65535 and 255"),
        (Rule(fire_rate=1 / 3), "fire_rate of this organism is 0.333.*room for four decimal places"),
    ],
)
def test_rules_without_room_are_refused_and_nothing_is_written(tmp_path, rule, says):
    with pytest.raises(BlastemaError, match=says):
        write_packed(Organism(random_weights(rule), rule), tmp_path / "a.nca")
    assert not list(tmp_path.iterdir())
