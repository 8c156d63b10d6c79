"""The page in few files: what a site and `blastema play` send. That browsers run it is tested in playground/tests."""

import json
import re

import pytest

from blastema.formats.page import site_files
from blastema.hosting.catalogue import catalogue
from blastema.playground.bundle import bundled
from blastema.playground.files import PAGE, page_files


@pytest.fixture(scope="module")
def entries():
    return catalogue(["🦎"])[:2]


@pytest.fixture(scope="module")
def files(entries):
    return bundled(site_files(entries))


def test_a_site_has_one_script_and_one_stylesheet_besides_the_one_that_runs_first(files, entries):
    organisms = {path for entry in entries for path in entry.files()}
    assert files.keys() == organisms | {"index.html", "main.js", "style.css", "early.js", "icon.svg", "organisms.json"}


def test_the_script_holds_every_module_and_shader_that_the_page_uses(files):
    program = files["main.js"].decode()
    shaders = {path for path in page_files() if path.endswith(".glsl")}
    assert {path for path in shaders if f'"{path}": `' in program} == shaders
    for module in ("main.js", "dish.js", "training.js", "rule.json"):
        assert f'"{module}"' in program
    assert '"notebook.js"' not in program
    assert "regenerating/lizard" not in program


def test_the_script_stays_readable(files):
    program = files["main.js"].decode()
    assert "export" not in re.findall(r"^\w+", program, re.M)
    # Lines as in the modules, and the shaders line by line.
    assert max(len(line) for line in program.splitlines() if not line.startswith('  "rule.json"')) <= 160
    assert "void main() {\n" in program


def test_the_stylesheet_has_all_rules_in_their_order(files):
    names = re.findall(r'<link rel="stylesheet" href="([^"]+)"', (PAGE / "index.html").read_text("utf-8"))
    assert len(names) > 5
    sheet = files["style.css"].decode()
    rules = [line for name in names for line in (PAGE / name).read_text("utf-8").splitlines() if line.endswith("{")]
    assert [line for line in sheet.splitlines() if line.endswith("{")] == rules
    assert re.findall(r'<link rel="stylesheet" href="([^"]+)"', files["index.html"].decode()) == ["style.css"]


def test_the_list_and_the_first_organism_are_requested_before_the_script_has_come(files, entries):
    head = files["index.html"].decode().partition("</head>")[0]
    assert '<link rel="preload" href="organisms.json" as="fetch" crossorigin />' in head
    assert f'<script data-first="{entries[0].description()["url"]}" src="early.js"></script>' in head
    assert "\n\n" not in head
    assert "data-first" not in bundled(site_files([]))["index.html"].decode()


def test_the_list_has_only_what_the_page_uses(files):
    listed = json.loads(files["organisms.json"])
    used = {"name", "label", "experiment", "target", "height", "width", "url", "picture"}
    assert [entry.keys() for entry in listed["organisms"]] == [used, used]
    assert b"\n" not in files["organisms.json"]
