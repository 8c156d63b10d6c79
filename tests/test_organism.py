"""Organism files: they are read as they were written, and invalid ones are refused with the reason."""

import dataclasses
import json
import subprocess
import sys

import numpy as np
import pytest
import safetensors.numpy

import blastema as package
from blastema import Organism, Rule, load
from blastema.errors import BlastemaError
from blastema.io.tensors import read_tensors, write_tensors
from blastema.rule import FILTERS, Filter
from conftest import random_weights


@pytest.fixture
def organism():
    rule = Rule(channels=8, hidden=12, filters=("identity", "laplacian"), edge="wrap")
    return Organism(random_weights(rule), rule, {"target": "🦎", "steps": 3}, {"persistence": [0.1]})


def test_a_saved_organism_is_loaded_unchanged(organism, tmp_path):
    organism.save(tmp_path / "a.safetensors")
    again = load(tmp_path / "a.safetensors")
    assert again.rule == organism.rule
    assert (again.training, again.scores) == (organism.training, organism.scores)
    assert all(np.array_equal(*pair) for pair in zip(again.weights, organism.weights, strict=True))


def test_signals_need_version_2_and_their_tensor(tmp_path):
    rule, path = Rule(channels=5, hidden=3, signals=("🦎", "text:Hi")), tmp_path / "a.safetensors"
    organism = Organism(random_weights(rule), rule)
    organism.save(path)
    again = load(path)
    assert again == organism
    assert again.rule.signals == ("🦎", "text:Hi")
    tensors, metadata = read_tensors(path)
    assert metadata["version"] == "2"
    assert tensors["signal.bias"].shape == (2, 3)
    del tensors["signal.bias"]
    write_tensors(path, tensors, metadata)
    with pytest.raises(BlastemaError, match=r"no tensor signal\.bias; its rule needs exactly .*, signal\.bias"):
        load(path)
    write_tensors(path, tensors, metadata | {"version": "1"})
    with pytest.raises(BlastemaError, match="unknown or missing keys: signals"):
        load(path)


def test_the_same_organism_gives_the_same_bytes_in_every_process(tmp_path):
    code = (
        "import sys; from blastema import Organism; from blastema.rule import initial_weights; import numpy as np;"
        "Organism(initial_weights(np.random.default_rng(1)), training={'b': 1, 'a': 2}).save(sys.argv[1])"
    )
    paths = [tmp_path / f"{number}.safetensors" for number in range(3)]
    for path in paths:
        subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    assert len({path.read_bytes() for path in paths}) == 1


def test_other_programs_can_read_the_file(organism, tmp_path):
    organism.save(tmp_path / "a.safetensors")
    tensors = safetensors.numpy.load_file(tmp_path / "a.safetensors")
    assert {name: tensor.shape for name, tensor in tensors.items()} == {
        "hidden.weight": (16, 12), "hidden.bias": (12,), "update.weight": (12, 8), "update.bias": (8,),
    }  # fmt: skip


def spoilt(organism, path, tensors=None, **metadata):
    """Save the organism with some tensors or metadata changed; None takes them away."""
    organism.save(path)
    with safetensors.safe_open(path, "numpy") as file:
        whole = {name: file.get_tensor(name) for name in file.keys()} | (tensors or {})  # noqa: SIM118
        texts = file.metadata() | metadata
    kept = {name: tensor for name, tensor in whole.items() if tensor is not None}
    safetensors.numpy.save_file(kept, path, {key: value for key, value in texts.items() if value is not None})


NAN = np.full((16, 12), np.nan, np.float32)
RULE = {
    "channels": 8,
    "hidden": 12,
    "filters": ["identity", "laplacian"],
    "alive_above": 0.1,
    "fire_rate": 0.5,
    "edge": "wrap",
}
OWN = {"name": "ridge", "fixed": [[0, -1, 0], [0, 2, 0], [0, -1, 0]], "along": [[0] * 3] * 3, "across": [[0] * 3] * 3}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"format": "other"}, "its format is 'other', not 'blastema-organism'"),
        ({"format": None}, "its format is None"),
        ({"version": "3"}, "has version '3'; this program reads versions 1 and 2"),
        ({"colour": "red"}, "has unknown keys colour in its metadata"),
        ({"training": None}, "has no key training in its metadata"),
        ({"training": "[1]"}, "training in the metadata of"),
        ({"rule": "[" * 90_000}, "rule in the metadata of"),
        ({"rule": json.dumps(RULE | {"gravity": 1})}, "unknown or missing keys: gravity"),
        ({"rule": json.dumps(RULE | {"edge": "round"})}, "edge of a rule is 'round'"),
        ({"rule": json.dumps(RULE | {"filters": 3})}, "it must be a list of names"),
        ({"rule": json.dumps(RULE | {"filters": [OWN]})}, "it must be a list of names"),
        (
            {"version": "2", "rule": json.dumps(RULE | {"filters": [[]]})},
            "is neither a name nor an object with name, fixed",
        ),
        (
            {"version": "2", "rule": json.dumps(RULE | {"filters": [OWN | {"along": [1]}]})},
            "along of filter ridge is [1]",
        ),
        ({"version": "2", "rule": json.dumps(RULE | {"filters": [OWN, OWN]})}, "each may appear only once"),
        ({"rule": json.dumps(RULE | {"hidden": 13})}, "its rule needs float32 (16, 13)"),
        ({"tensors": {"hidden.weight": NAN}}, "hidden.weight in"),
        ({"tensors": {"hidden.weight": NAN}}, "not finite (NaN or infinite)"),
        ({"tensors": {"hidden.bias": np.zeros(12)}}, "is float64 (12,); its rule needs float32 (12,)"),
        ({"tensors": {"extra": np.zeros(1)}}, "has unknown tensors extra"),
        ({"tensors": {"update.bias": None}}, "has no tensor update.bias"),
    ],
)
def test_invalid_files_are_refused_with_the_reason(organism, tmp_path, change, says):
    spoilt(organism, tmp_path / "bad.safetensors", **change)
    with pytest.raises(BlastemaError) as refused:
        load(tmp_path / "bad.safetensors")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", [float("nan"), -float("inf"), "\ud800", {1, 2}, np.float32(1)])
@pytest.mark.parametrize("record", ["training", "scores"])
def test_a_record_that_is_not_json_is_not_written(organism, tmp_path, record, value):
    bad = dataclasses.replace(organism, **{record: {"deep": [{"x": value}]}})
    with pytest.raises(BlastemaError, match=r"^(scores|the training record) (has text that|cannot be written) [^\n]+$"):
        bad.save(tmp_path / "a.safetensors")
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999"])
def test_numbers_that_are_not_finite_are_read_as_none(organism, tmp_path, number):
    text = f'{{"loss": [0.5, {number}], "epochs": 3}}'
    spoilt(organism, tmp_path / "old.safetensors", training=text, scores=text)
    again = load(tmp_path / "old.safetensors")
    assert again.training == again.scores == {"loss": [0.5, None], "epochs": 3}
    again.save(tmp_path / "new.safetensors")


def test_a_record_that_is_not_unicode_is_refused(organism, tmp_path):
    spoilt(organism, tmp_path / "bad.safetensors", training=r'{"target": "\ud800"}')
    with pytest.raises(BlastemaError, match=r"training in the metadata of .* has text that is not Unicode"):
        load(tmp_path / "bad.safetensors")


def test_a_truncated_file_is_refused(organism, tmp_path):
    path = tmp_path / "a.safetensors"
    organism.save(path)
    whole = path.read_bytes()
    for length in (0, 7, 100, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(BlastemaError, match="is not a complete safetensors file"):
            load(path)


def test_missing_files_and_folders_are_reported(tmp_path):
    with pytest.raises(BlastemaError, match="there is no file"):
        load(tmp_path / "none.safetensors")
    with pytest.raises(BlastemaError, match="there is no organism in"):
        load(tmp_path)
    with pytest.raises(BlastemaError, match=r"cannot write .*choose a folder that exists"):
        Organism(random_weights(Rule())).save(tmp_path / "none" / "a.safetensors")


def test_frames_and_grow_give_the_same_states():
    rule = Rule()
    organism = Organism(random_weights(rule), rule)
    frames = list(organism.frames(12, 10, 11, seed=5, angle=0.3))
    assert len(frames) == 13
    for steps in (0, 1, 12):
        assert np.array_equal(frames[steps], organism.grow(steps, 10, 11, seed=5, angle=0.3))
    assert not np.array_equal(frames[12], organism.grow(12, 10, 11, seed=6, angle=0.3))


@pytest.mark.parametrize("name", ["🦎", "lizard", "regenerating/🦎", "regenerating/lizard"])
def test_the_zoo_is_found_by_name(name):
    assert load(name).training["target"] == "🦎"


def test_files_take_precedence_over_the_zoo_and_unknown_names_are_refused(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Organism(random_weights(Rule()), Rule(), {"target": "mine"}).save(tmp_path / "lizard")
    assert load("lizard").training == {"target": "mine"}
    with pytest.raises(BlastemaError, match=r"there is no organism lizzard; did you mean lizard\?"):
        load("lizzard")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("🐙", "🐙 is not in the zoo; train it: blastema train 🐙"),
        ("octopus", "octopus is not in the zoo; train it: blastema train octopus"),
        ("growing/dragon face", "train it: blastema train 'dragon face' --experiment growing"),
        ("persistent/planarian", "the zoo has no persistent/planarian; it has regenerating/planarian"),
        ("regenerating/lizrd", "there is no organism regenerating/lizrd; did you mean regenerating/lizard?"),
        ("nope", "there is no organism nope; give a file, the directory of a run, or a name that blastema zoo lists"),
    ],
)
def test_an_unknown_name_is_refused_with_advice(tmp_path, monkeypatch, name, says):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BlastemaError) as refused:
        load(name)
    assert str(refused.value).endswith(says)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"steps": -1}, "steps is -1; it must be a whole number between 0 and"),
        ({"steps": 2.5}, "steps is 2.5; it must be a whole number"),
        ({"steps": 2**63}, f"steps is {2**63}; it must be a whole number"),
        ({"steps": "9"}, "steps is '9'; it must be a whole number"),
        ({"height": 0}, "height is 0; it must be a whole number between 1 and 65,536"),
        ({"width": 72.0}, "width is 72.0; it must be a whole number"),
        ({"width": 2**40}, f"width is {2**40}; it must be a whole number"),
        ({"height": None}, "height is None; it must be a whole number"),
        ({"height": 65536, "width": 65536}, "growing 1 x 65536x65536 cells takes at least 1.1 TB of memory"),
        ({"seed": -1}, "seed is -1; it must be a whole number between 0 and 4,294,967,295"),
        ({"seed": 2**40}, f"seed is {2**40}; it must be a whole number"),
        ({"seed": 0.5}, "seed is 0.5; it must be a whole number"),
        ({"angle": float("nan")}, "angle is nan; it must be a finite number"),
        ({"angle": float("inf")}, "angle is inf; it must be a finite number"),
        ({"angle": 10**400}, "; it must be a finite number"),
        ({"angle": "90"}, "angle is '90'; it must be a finite number"),
        ({"engine": "abacus"}, "there is no engine 'abacus'"),
    ],
)
def test_grow_refuses_invalid_arguments_in_one_line(arguments, says):
    organism = Organism(random_weights(Rule()))
    for method in (organism.grow, organism.frames):
        with pytest.raises(BlastemaError) as refused:
            method(**arguments)
        assert says in str(refused.value)
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "arguments", [{"height": 0}, {"width": 8.5}, {"width": 513}, {"seed": -1}, {"angle": float("nan")}, {"angle": "1"}]
)
def test_show_refuses_invalid_arguments_in_one_line(arguments):
    (name,) = arguments
    with pytest.raises(BlastemaError, match=f"{name} is .*; it must be a"):
        Organism(random_weights(Rule())).show(**arguments)


def test_numpy_numbers_are_accepted():
    organism = Organism(random_weights(Rule()))
    given = organism.grow(np.int64(3), np.int32(6), np.uint8(7), np.uint32(2**32 - 1), np.float32(0.5))
    assert np.array_equal(given, organism.grow(3, 6, 7, 2**32 - 1, 0.5))


@pytest.mark.parametrize("engine", ["native", "numpy"])
def test_frames_end_at_the_step_of_an_explosion(engine):
    weights = random_weights(Rule())._replace(update_bias=np.full(16, 1e38, np.float32))
    frames = Organism(weights).frames(50, 5, 5, engine=engine)
    states = []
    with pytest.raises(BlastemaError, match="the organism exploded at step") as exploded:
        states.extend(frames)
    assert f"step {len(states)}:" in str(exploded.value)
    assert np.isfinite(states).all()


def test_organisms_that_grow_alike_are_equal_and_have_equal_hashes(organism, tmp_path):
    organism.save(tmp_path / "a.safetensors")
    again = load(tmp_path / "a.safetensors")
    assert again == organism
    assert hash(again) == hash(organism)
    assert Organism(organism.weights, organism.rule) == organism
    assert len({organism, again, Organism(organism.weights, organism.rule.replace(fire_rate=0.25))}) == 2
    bias = organism.weights.update_bias
    weights = organism.weights._replace(update_bias=np.nextafter(bias, np.float32(9)))
    assert Organism(weights, organism.rule) != organism
    assert organism != "🦎"


def test_dir_and_help_list_the_public_names():
    code = "import blastema; print(*dir(blastema)); help(blastema)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, encoding="utf-8")
    listed, _, helped = run.stdout.partition("\n")
    assert listed.split() == sorted([*package.__all__, "__version__"])
    for name in package.__all__:
        assert name in helped


def test_a_file_has_version_2_only_for_custom_filters(organism, tmp_path):
    def version_of(rule):
        weights = random_weights(rule)
        Organism(weights, rule).save(tmp_path / "a.safetensors")
        assert load(tmp_path / "a.safetensors") == Organism(weights, rule)
        with safetensors.safe_open(tmp_path / "a.safetensors", "numpy") as file:
            return file.metadata()["version"]

    ridge = Filter("ridge", fixed=OWN["fixed"], along=np.eye(3) / 7, across=np.full((3, 3), 0.1))
    assert version_of(Rule()) == "1"
    assert version_of(Rule(filters=("identity", Filter("laplacian", FILTERS["laplacian"].fixed)))) == "1"
    assert version_of(Rule(filters=("identity", ridge))) == "2"
