"""What the page offers, and the same page as static files."""

import dataclasses
import io
import json
import math
import re

import numpy as np
import pytest
from PIL import Image

from blastema import Organism, Rule, load, load_target, zoo
from blastema.analysis.regeneration import REMNANTS
from blastema.errors import BlastemaError
from blastema.formats import export
from blastema.formats.page import entry_of, label, regrows, site_files
from blastema.hosting import site as site_module
from blastema.hosting.catalogue import catalogue
from blastema.hosting.site import LIST, write_site
from blastema.render.colour import rgba
from blastema.training.experiments import EXPERIMENTS
from blastema.training.run import Config, Run
from conftest import random_weights


@pytest.fixture
def organism_file(tmp_path):
    path = tmp_path / "Mine éé.safetensors"
    Organism(random_weights(Rule()), training={"target": "disc", "fit": 6, "pad": 4}).save(path)
    return path


def read(content: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(content)) as image:
        return np.array(image)


def test_the_zoo_is_offered_with_its_pictures_and_files():
    entries = catalogue()
    assert sorted(entry.name for entry in entries) == sorted(zoo.names())
    lizard = next(entry for entry in entries if entry.name == "regenerating/lizard")
    said = lizard.description()
    assert said == {
        "name": "regenerating/lizard", "label": "🦎", "experiment": "regenerating", "target": "🦎",
        "height": 72, "width": 72, "url": "organisms/regenerating-lizard.safetensors",
        "picture": "organisms/regenerating-lizard.png", "regrows": regrows(lizard.organism),
    }  # fmt: skip
    files = lizard.files()
    assert files[said["url"]] == zoo.path_of("regenerating/lizard").read_bytes()
    assert np.array_equal(read(files[said["picture"]]), rgba(load_target("🦎")))


@pytest.fixture
def with_bodies():
    """An organism with two signals, the pictures of which are known."""
    rule = Rule(signals=("disc", "two heads"))
    return Organism(random_weights(rule), rule, {"target": ["disc", "🦎"], "experiment": "growing", "fit": 6, "pad": 4})


def test_each_body_is_offered_with_its_picture(with_bodies, tmp_path):
    with_bodies.save(tmp_path / "both.safetensors")
    entry = catalogue([tmp_path / "both.safetensors"])[0]
    said, files = entry.description(), entry.files()
    assert (said["label"], said["target"]) == ("both", "disc, 🦎")
    assert said["signals"] == [
        {"name": "disc", "picture": "organisms/both.0.png"}, {"name": "two heads", "picture": "organisms/both.1.png"}
    ]  # fmt: skip
    for target, path in (("disc", said["picture"]), ("disc", "organisms/both.0.png"), ("🦎", "organisms/both.1.png")):
        assert np.array_equal(read(files[path]), rgba(load_target(target, fit=6, height=14, width=14)))
    assert "signals" not in catalogue(["🦎"])[0].description()


@pytest.mark.parametrize("target", ["disc", ["disc"], ["disc", "no such emoji"], ["disc", 7], [["disc"], {}], 7, None])
def test_bodies_without_a_known_target_have_no_picture(with_bodies, target):
    entry = entry_of(dataclasses.replace(with_bodies, training=with_bodies.training | {"target": target}))
    first, second = entry.description()["signals"]
    assert second == {"name": "two heads", "picture": None}
    assert (first["picture"] is None) == (target not in (["disc", "no such emoji"], ["disc", 7]))
    assert len(entry.name) < 60
    assert entry.files().keys() >= {entry.description()["url"]}


def test_of_the_zoo_the_long_lived_and_the_patterns_of_the_article_come_first(tmp_path, monkeypatch):
    lizard = zoo.path_of("regenerating/lizard").read_bytes()
    names = [
        "regenerating/lizard", "regenerating/grinning", "regenerating/tree", "regenerating/rocket",
        "persistent/lizard", "persistent/butterfly", "growing/fish", "growing/ant",
    ]  # fmt: skip
    for name in names:
        (tmp_path / f"{name.replace('/', '-')}.safetensors").write_bytes(lizard)
    monkeypatch.setattr(zoo, "DIRECTORY", tmp_path)
    assert [entry.name for entry in catalogue()] == names
    assert [entry.name for entry in catalogue(["fish"])] == ["growing/fish", *names[:6], "growing/ant"]


def test_given_organisms_come_first_and_once():
    names = [entry.name for entry in catalogue(["🦎", "regenerating/lizard"])]
    assert names[0] == "regenerating/lizard"
    assert sorted(names) == sorted(zoo.names())


def test_names_and_paths_differ_whatever_is_given(organism_file, tmp_path):
    (tmp_path / "other").mkdir()
    other = tmp_path / "other" / organism_file.name
    other.write_bytes(organism_file.read_bytes())
    entries = catalogue([organism_file, other, organism_file])
    assert [entry.name for entry in entries[:3]] == ["Mine éé", "Mine éé 2", "regenerating/lizard"]
    assert [entry.stem for entry in entries[:2]] == ["mine", "mine-2"]
    assert all(
        re.fullmatch(r"organisms/[a-z0-9-]+(\.\d+)?\.(safetensors|png)", path)
        for entry in entries
        for path in entry.files()
    )
    # A drawn target is drawn again from the settings of its training.
    assert read(entries[0].picture).shape == (14, 14, 4)
    assert label(entries[0].organism, entries[0].name) == "disc"


def test_a_run_shows_the_target_it_keeps(tmp_path):
    picture = tmp_path / "a.png"
    Image.new("RGB", (9, 9), "red").save(picture)
    run = Run.begin(tmp_path / "runs/red", Config(str(picture), experiment="growing", steps=1, fit=6, pad=4))
    list(run.train())
    picture.unlink()
    for given in (tmp_path / "runs/red", tmp_path / "runs/red/organism.safetensors"):
        entry = catalogue([given])[0]
        assert (entry.name, entry.description()["label"]) == ("red", "red")
        assert np.array_equal(read(entry.picture), rgba(run.target))


def test_a_run_shows_the_targets_of_its_bodies(with_bodies, tmp_path):
    targets = np.stack([load_target(name, fit=6, height=14, width=14) for name in ("ring", "disc")])
    np.save(tmp_path / "target.npy", targets)
    with_bodies.save(tmp_path / "organism.safetensors")
    entry = catalogue([tmp_path])[0]
    assert [read(picture).tolist() for picture in entry.bodies] == [rgba(target).tolist() for target in targets]
    assert entry.picture == entry.bodies[0]


def test_a_file_that_an_organism_names_is_not_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (9, 9), "red").save("secret.png")
    assert load_target("secret.png").any()
    Organism(random_weights(Rule()), training={"target": "secret.png"}).save("trojan.safetensors")
    entry = catalogue(["trojan.safetensors"])[0]
    assert entry.picture is None
    assert entry.description()["picture"] is None


@pytest.mark.parametrize(
    "training",
    [
        {"target": "x" * 10**5}, {"target": 7, "experiment": ["growing"]}, {"target": "🦎", "height": 4000}, {},
        {"target": "👋🏽"}, {"target": "no such emoji"}, {"target": "disc", "fit": "wide"},
        {"target": "disc", "fit": 4000},
    ],
)  # fmt: skip
def test_odd_training_records_leave_only_the_picture_out(monkeypatch, tmp_path, training):
    monkeypatch.setattr(zoo, "DIRECTORY", tmp_path / "none")
    path = tmp_path / "odd.safetensors"
    Organism(random_weights(Rule()), training=training).save(path)
    entry = catalogue([path])[0]
    assert entry.picture is None
    assert len(json.dumps(entry.description())) < 400


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1e999"])
def test_an_organism_with_scores_that_are_not_finite_hides_no_others(organism_file, monkeypatch, tmp_path, number):
    # As an earlier version wrote it: the same length, so that the header's stays right.
    text = f'{{"x": {number:>9}}}'
    Organism(random_weights(Rule()), scores={"x": 1.2345678}).save(organism_file)
    old = json.dumps({"x": 1.2345678}).replace('"', '\\"').encode()
    assert old in organism_file.read_bytes()
    organism_file.write_bytes(organism_file.read_bytes().replace(old, text.replace('"', '\\"').encode()))
    monkeypatch.setattr(zoo, "DIRECTORY", tmp_path / "none")

    def refuse(constant):
        raise AssertionError(f"{constant} is not JSON")

    files = site_files(catalogue([organism_file]))
    (listed,) = json.loads(files["organisms.json"], parse_constant=refuse)["organisms"]
    assert "scores" not in listed
    export(load(organism_file), "html", tmp_path / "page.html")


@pytest.mark.parametrize(
    "scores",
    [
        {"organisms": 2},
        {"organisms": "2", "remnants": {part: {"regrew": 1} for part in REMNANTS}},
        {"organisms": 2, "remnants": {part: {"regrew": 3} for part in REMNANTS}},
        {"organisms": 2, "remnants": {part: {"regrew": math.inf} for part in REMNANTS}},
        {"organisms": 2, "remnants": {"half": {"regrew": 1}}},
        {"organisms": 2, "remnants": [1]},
    ],
)
def test_only_scores_that_can_be_right_are_told(scores):
    organism = load("🦎")
    assert regrows(organism).startswith("Of 16 that were measured, 16 regrew from half of their cells, ")
    assert regrows(dataclasses.replace(organism, scores=scores)) is None


def test_models_of_the_article_are_served_as_organism_files(published, tmp_path):
    (path,) = published.glob("ex3_*.json")
    entry = catalogue([path])[0]
    assert entry.description()["label"] == "🦎"
    (tmp_path / "a.safetensors").write_bytes(entry.content)
    assert load(tmp_path / "a.safetensors") == load(path)


def test_invalid_organisms_are_refused(tmp_path):
    with pytest.raises(BlastemaError, match="there is no organism nothing"):
        catalogue(["nothing"])


FILES = {"index.html": b"<p>", "dish.js": b"1", "organisms/a.safetensors": b"2", "organisms/b.safetensors": b"3"}


def content(directory):
    paths = (path for path in directory.rglob("*") if path.is_file() and path.name != LIST)
    return {path.relative_to(directory).as_posix(): path.read_bytes() for path in paths}


@pytest.mark.parametrize("there", [False, True])
def test_a_site_is_written_to_a_new_or_empty_folder(tmp_path, there):
    if there:
        (tmp_path / "site").mkdir()
    write_site(tmp_path / "site", FILES)
    assert content(tmp_path / "site") == FILES


def test_a_site_is_written_again_without_what_it_no_longer_has_and_leaves_what_others_put_there(tmp_path):
    write_site(tmp_path, FILES)
    (tmp_path / "CNAME").write_text("lizards.example")
    fewer = {path: text + b"!" for path, text in FILES.items() if path != "organisms/b.safetensors"}
    write_site(tmp_path, fewer)
    assert content(tmp_path) == fewer | {"CNAME": b"lizards.example"}


def test_a_folder_of_someone_else_is_not_touched(tmp_path):
    (tmp_path / "index.html").write_text("mine")
    for listed in (None, "{}", '["../thesis.txt"]', '["/etc/passwd"]', "[[1]]", "["):
        if listed:
            (tmp_path / LIST).write_text(listed)
        with pytest.raises(BlastemaError, match="is not empty, and blastema site did not write it"):
            write_site(tmp_path, FILES)
        assert content(tmp_path) == {"index.html": b"mine"}
    with pytest.raises(BlastemaError, match="is a file; give the name of a folder"):
        write_site(tmp_path / "index.html", FILES)
    with pytest.raises(BlastemaError, match=r"cannot write|is a file"):
        write_site(tmp_path / "index.html" / "site", FILES)


def test_an_interrupted_write_can_be_repeated(tmp_path, monkeypatch):
    write = site_module._write

    def full(path, content):
        if path.name == "a.safetensors":
            raise OSError(28, "No space left on device")
        write(path, content)

    monkeypatch.setattr(site_module, "_write", full)
    with pytest.raises(BlastemaError, match="No space left on device"):
        write_site(tmp_path / "site", FILES)
    assert not (tmp_path / "site/index.html").exists()
    monkeypatch.undo()
    write_site(tmp_path / "site", FILES)
    assert content(tmp_path / "site") == FILES


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A page of our own in place of the real one."""
    folder = tmp_path / "page"
    (folder / "shaders").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "shaders/a.glsl").write_text("void main() {}")
    (folder / ".hidden").write_text("not for the web")
    monkeypatch.setattr("blastema.playground.files.PAGE", folder)
    return folder


def test_the_files_of_the_page_and_of_its_organisms_are_all_that_there_is(page, organism_file):
    files = site_files(catalogue([organism_file]))
    listed = json.loads(files["organisms.json"])
    assert listed["training"] is None
    assert listed["experiments"].keys() == EXPERIMENTS.keys()
    assert [entry["name"] for entry in listed["organisms"]] == [entry.name for entry in catalogue([organism_file])]
    named = {path for entry in listed["organisms"] for path in (entry["url"], entry["picture"]) if path}
    named |= {body["picture"] for entry in listed["organisms"] for body in entry.get("signals", [])}
    assert files.keys() == {"index.html", "shaders/a.glsl", "rule.json", "recipes.json", "organisms.json"} | named
    training = json.loads(site_files([], training=True)["organisms.json"])
    assert training["training"] == {"events": "training/events"}
    assert training["organisms"] == []


def test_a_missing_page_is_reported(page):
    (page / "index.html").unlink()
    with pytest.raises(BlastemaError, match="the page of the playground is missing"):
        site_files([])
