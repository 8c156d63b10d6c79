"""Export and import as a user meets them."""

import os
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from blastema import Organism, Rule, load
from blastema.errors import BlastemaError
from blastema.formats import export, formats, read, recognise
from blastema.io.atomic import replacing_folder
from conftest import blastema, random_weights


@pytest.mark.slow
def test_an_organism_is_exported_and_imported(tmp_path):
    out = blastema("export", "🦎", "--to", "distill", "--out", "lizard.json", cwd=tmp_path)
    assert (out.returncode, out.stdout) == (0, "")
    assert re.fullmatch(
        r"wrote lizard.json: weights are rounded to 8 bits: the root mean square error of a cell's change per step is "
        r"0\.00\d+\n",
        out.stderr,
    )
    back = blastema("import", "lizard.json", cwd=tmp_path)
    assert (back.returncode, back.stderr) == (0, "wrote organism.safetensors: read as distill\n")
    assert load(tmp_path / "organism.safetensors").training == {"source": "distill", "file": "lizard.json"}


def test_the_command_line_knows_every_format(tmp_path):
    shown = blastema("export", "--help", cwd=tmp_path).stdout
    assert f"{{{','.join(sorted(formats()))}}}" in shown
    for form in formats().values():
        assert f"{form.name}: " in shown
        assert form.suffix in shown


@pytest.fixture
def corner(tmp_path):
    """A folder with what a user may get wrong."""
    Organism(random_weights(Rule(channels=8)), Rule(channels=8)).save(tmp_path / "small.safetensors")
    (tmp_path / "notes.txt").write_text("years of work")
    (tmp_path / "empty.json").write_text("")
    (tmp_path / "model.pt").write_bytes(b"PK\x03\x04")
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    return tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="not here: Windows has no named pipes")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export", "small.safetensors", "--to", "distill", "--out", "a.json"), "this organism's rule is not the"),
        (("export", "🦎", "--to", "distill", "--out", "a.txt"), "distill is written to a file that ends in .json"),
        (("export", "🦎", "--to", "distill", "--out", "none/a.json"), "there is no folder none to write a.json to"),
        (("export", "🦎", "--to", "distill", "--out", "a.json", "--size", "72"), "distill is for grids of any size"),
        (("export", "lizzard", "--to", "distill", "--out", "a.json"), "there is no organism lizzard"),
        (("export", "🦎", "--to", "c", "--out", "n" * 300 + ".h"), "File name too long; choose another --out"),
        (("import", "empty.json", "--out", "none/a.safetensors"), "there is no folder none to write a.safetensors to"),
        (("import", "empty.json", "--out", "folder"), "--out folder is a folder; give the name of a file"),
        (("import", "none.json"), "there is no file none.json"),
        (("import", "empty.json"), "empty.json is not JSON, or is cut off"),
        (("import", "notes.txt"), "notes.txt is in none of the formats that can be read: "),
        (("import", "model.pt"), "model.pt is a pickle, which can run any program when it is read"),
        (("import", "folder"), "folder is a folder, a device or a pipe; give a file"),
        (("import", "pipe"), "pipe is a folder, a device or a pipe; give a file"),
        (("import", "small.safetensors"), "small.safetensors is already an organism file; nothing to import"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(refusal, corner, arguments, says):
    assert says in refusal(*arguments, cwd=corner)


def test_import_does_not_overwrite_an_organism_unasked(tmp_path):
    mine = Organism(random_weights(Rule()), training={"target": "mine"})
    mine.save(tmp_path / "organism.safetensors")
    assert blastema("export", "🦎", "--to", "torch", "--out", "a.safetensors", cwd=tmp_path).returncode == 0
    refused = blastema("import", "a.safetensors", cwd=tmp_path)
    assert refused.returncode == 2
    assert "organism.safetensors already exists; choose another file with --out" in refused.stderr
    assert load(tmp_path / "organism.safetensors").training == {"target": "mine"}
    assert blastema("import", "a.safetensors", "--out", "organism.safetensors", cwd=tmp_path).returncode == 0
    assert load(tmp_path / "organism.safetensors").training["target"] == "🦎"


def test_models_of_other_programs_grow_without_being_imported(tmp_path):
    assert blastema("export", "🦎", "--to", "torch", "--out", "a.safetensors", cwd=tmp_path).returncode == 0
    grown = blastema("grow", "a.safetensors", "--steps", "3", "--out", "a.npy", cwd=tmp_path)
    assert grown.returncode == 0, grown.stderr
    assert np.load(tmp_path / "a.npy").shape == (72, 72, 16)


def write_folder(path: Path, content: str, fails: bool = False) -> None:
    with replacing_folder(path, ["a", "b"]) as folder:
        (folder / "a").write_text(content)
        if fails:
            raise KeyboardInterrupt
        (folder / "b").write_text(content)


def test_a_folder_is_written_atomically(tmp_path):
    write_folder(tmp_path / "out", "first")
    write_folder(tmp_path / "out", "second")
    assert {path.name: path.read_text() for path in (tmp_path / "out").iterdir()} == {"a": "second", "b": "second"}

    with pytest.raises(KeyboardInterrupt):
        write_folder(tmp_path / "out", "third", fails=True)
    assert (tmp_path / "out/a").read_text() == "second"
    (tmp_path / "out/thesis.txt").write_text("years of work")
    with pytest.raises(BlastemaError, match="already exists and holds other files"):
        write_folder(tmp_path / "out", "fourth")
    assert (tmp_path / "out/a").read_text() == "second"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out"]


def test_an_organism_file_is_a_format_like_the_others(tmp_path):
    organism = load("🦎")
    known = export(organism, "organism", tmp_path / "lizard.safetensors")
    assert known == "weights are exact; with the rule and the training record"
    assert (tmp_path / "lizard.safetensors").read_bytes() == organism.to_bytes()
    assert recognise(tmp_path / "lizard.safetensors") == "organism"
    with pytest.raises(BlastemaError, match="is in the format organism, which has one layout"):
        read(tmp_path / "lizard.safetensors", "filters-xy")


TWO = Rule(channels=8, hidden=20, signals=("🦎", "🎄"))


@pytest.fixture
def two_bodies(tmp_path):
    """A folder with an organism of two bodies, and the organism."""
    organism = Organism(random_weights(TWO), TWO, {"target": ["🦎", "🎄"], "fit": 8, "pad": 4})
    organism.save(tmp_path / "two.safetensors")
    return tmp_path, organism


@pytest.mark.parametrize(
    ("given", "signal"), [("tree", "🎄"), ("🦎", "🦎"), ("lizard=0.25,🎄=0.75", {"🦎": 0.25, "🎄": 0.75})]
)
def test_one_body_is_exported(two_bodies, given, signal):
    folder, organism = two_bodies
    run = blastema(
        "export", "two.safetensors", "--to", "torch", "--out", "a.safetensors", "--signal", given, cwd=folder
    )
    assert run.returncode == 0, run.stderr
    written, expected = load(folder / "a.safetensors"), organism.with_signal(signal)
    assert (written, written.training) == (expected, expected.training)


def test_all_bodies_are_exported_and_imported(two_bodies):
    folder, organism = two_bodies
    for form, out in (("torch", "a.safetensors"), ("onnx", "a.onnx"), ("tfjs", "a"), ("organism", "b.safetensors")):
        export(organism, form, folder / out)
        again = read(folder / out)
        assert (again, again.training) == (organism, organism.training)


@pytest.mark.parametrize("form", formats())
def test_every_format_holds_all_bodies_or_says_to_export_one(form, two_bodies):
    folder, organism = two_bodies
    out = folder / f"a{formats()[form].suffix}"
    if formats()[form].signals:
        export(organism, form, out)
    else:
        with pytest.raises(
            BlastemaError,
            match=f"grows 🦎 or 🎄, and {form} has no room for signals; export one body with --signal NAME",
        ):
            export(organism, form, out)
    assert out.exists() == formats()[form].signals


def test_one_body_of_the_articles_rule_is_exported_to_distill(tmp_path):
    rule = Rule(signals=("🦎", "🎄"))
    Organism(random_weights(rule), rule, {"fit": 8, "pad": 4}).save(tmp_path / "two.safetensors")
    arguments = ("export", "two.safetensors", "--to", "distill", "--out", "a.json")
    assert "export one body with --signal NAME" in blastema(*arguments, cwd=tmp_path).stderr
    run = blastema(*arguments, "--signal", "🎄", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert load(tmp_path / "a.json").rule == Rule()


@pytest.mark.parametrize(
    ("organism", "signal", "says"),
    [
        ("two.safetensors", "fish", "there is no signal 'fish'; choose 🦎 or 🎄"),
        ("two.safetensors", "", "there is no signal ''; choose 🦎 or 🎄"),
        ("two.safetensors", "🎄@300", "there is no signal '🎄@300'; choose 🦎 or 🎄"),
        ("two.safetensors", "🦎=0.5", "the weights of the signals add up to 0.5; they must add up to 1"),
        ("two.safetensors", "🦎=x", "--signal '🦎=x' is not valid; use NAME=WEIGHT,NAME=WEIGHT"),
        ("🦎", "🎄", "--signal is for organisms whose rule has signals"),
    ],
)
def test_a_body_that_there_is_not_is_one_line_and_writes_nothing(refusal, two_bodies, organism, signal, says):
    arguments = ("export", organism, "--to", "c", "--out", "a.h", "--signal", signal)
    assert says in refusal(*arguments, cwd=two_bodies[0])
