"""The page in few files: what a site and `blastema play` send. That browsers run it is tested in playground/tests."""

import base64
import gzip
import io
import json
import re

import pytest
from PIL import Image

from blastema.errors import BlastemaError
from blastema.formats.page import site_files
from blastema.hosting.catalogue import catalogue
from blastema.playground.bundle import bundled
from blastema.playground.files import PAGE, page_files
from blastema.playground.inline import one_page


@pytest.fixture(scope="module")
def entries():
    return catalogue(["🦎"])[:2]


@pytest.fixture(scope="module")
def files(entries):
    return bundled(site_files(entries))


def test_a_site_has_one_script_and_one_stylesheet_besides_the_one_that_runs_first(files, entries):
    organisms = {path for entry in entries for path in entry.files()}
    assert files.keys() == organisms | {
        "index.html", "main.js", "style.css", "early.js", "icon.svg", "preview.png", "organisms.json",
        "kernel.wasm", "kernel_relaxed.wasm", "training_worker.js", "one_file.html",
    }  # fmt: skip


def test_the_script_holds_every_module_and_shader_that_the_page_uses(files):
    program = files["main.js"].decode()
    shaders = {path for path in page_files() if path.endswith(".glsl")}
    assert {path for path in shaders if f'"{path}": `' in program} == shaders
    for module in ("main.js", "dish.js", "training.js", "rule.json"):
        assert f'"{module}"' in program
    assert '"notebook.js"' not in program
    # As it is in the list of organisms, which is a file of its own.
    assert '"regenerating/lizard"' not in program


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
    used = {"name", "label", "experiment", "target", "height", "width", "url", "picture", "regrows"}
    assert [entry.keys() for entry in listed["organisms"]] == [used, used]
    assert b"\n" not in files["organisms.json"]


def test_the_template_of_a_page_in_one_file_has_one_place_for_an_organism(entries):
    template = bundled(site_files(entries, training=True))["one_file.html"].decode()
    (packed,) = re.findall(r"(?<=atob\(')[^']+(?='\))", template)
    program = gzip.decompress(base64.b64decode(packed)).decode()
    (line,) = re.findall(r'^  "organisms\.json": `(.*)`,$', program, re.M)
    assert line.count('"organisms": []') == program.count('"organisms": []') == 1
    assert json.loads(line) == json.loads(site_files([])["organisms.json"])
    assert len(template) < 150_000
    assert 'id="make' not in template


def metas(page: bytes) -> dict[str, str]:
    """Return what the page says of itself to programs that show a preview of a link."""
    return dict(re.findall(r'<meta\s+(?:property|name)="((?:og|twitter):[\w:]+)"\s+content="([^"]*)"', page.decode()))


def test_a_link_to_the_page_has_a_preview(files):
    said = metas(files["index.html"])
    assert said.keys() == {
        "og:type", "og:title", "og:description", "og:image", "og:image:width", "og:image:height", "og:image:alt",
        "twitter:card",
    }  # fmt: skip
    with Image.open(io.BytesIO(files[said["og:image"]])) as picture:
        assert [str(side) for side in picture.size] == [said["og:image:width"], said["og:image:height"]]
    assert len(files[said["og:image"]]) < 100_000


@pytest.mark.parametrize("address", ["https://example.org/blastema", "https://example.org/blastema/"])
def test_with_the_address_of_the_site_the_preview_has_a_whole_one(entries, address):
    said = metas(bundled(site_files(entries), address)["index.html"])
    assert said["og:url"] == "https://example.org/blastema/"
    assert said["og:image"] == "https://example.org/blastema/preview.png"


@pytest.mark.parametrize(
    "address", ["example.org", "", "ftp://example.org", 'https://a/"><script>', "https://", "https://a/#b"]
)
def test_what_is_no_address_of_a_site_is_refused(entries, address):
    with pytest.raises(BlastemaError, match=r"^'.*' is not an address; give the page's as in https://example.org/blas"):
        bundled(site_files(entries), address)


def test_the_page_in_one_file_names_no_picture_that_it_lacks(entries):
    page = one_page(site_files(entries)).encode()
    assert metas(page).keys() == {"og:type", "og:title", "og:description"}
