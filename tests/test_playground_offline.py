"""What a static site keeps for use without a network; playground/tests/offline.test.js runs it in a browser."""

import hashlib
import json
import re

import pytest

from blastema.formats.page import site_files
from blastema.hosting.catalogue import catalogue
from blastema.playground.bundle import bundled
from blastema.playground.inline import one_page
from blastema.playground.offline import WORKER, offline


@pytest.fixture(scope="module")
def site():
    return site_files(catalogue(["🦎"])[:1])


@pytest.fixture(scope="module")
def files(site):
    return bundled(site)


def listed(files):
    return json.loads(re.search(r"^const SITE = (\{.*?\n\});$", files[WORKER].decode(), re.M | re.S)[1])


def test_the_worker_lists_every_file_that_is_written_but_itself_and_the_start_page(files):
    kept = offline(files)
    assert kept.keys() == files.keys() | {WORKER}
    hashes = {path: hashlib.sha256(content).hexdigest() for path, content in files.items() if path != "index.html"}
    assert listed(kept)["files"] == hashes
    assert {path: kept[path] for path in hashes} == {path: files[path] for path in hashes}


def test_the_start_page_names_the_version_of_the_worker(files):
    kept = offline(files)
    version = listed(kept)["version"]
    assert re.fullmatch(r"[0-9a-f]{16}", version)
    assert kept["index.html"] == files["index.html"].replace(
        b'lang="en"', f'lang="en" data-version="{version}"'.encode(), 1
    )


@pytest.mark.parametrize("path", ["index.html", "main.js", "organisms.json", "icon.svg"])
def test_the_version_changes_with_any_file_and_only_then(files, path):
    assert offline(files) == offline(dict(reversed(files.items())))
    changed = offline(files | {path: files[path] + b" "})
    assert listed(changed)["version"] != listed(offline(files))["version"]


def test_without_a_place_for_the_version_nothing_is_written(files):
    with pytest.raises(ValueError, match='<html lang="en"> must be there once, not 0 times'):
        offline(files | {"index.html": b"<html>"})


def test_what_play_serves_and_the_page_in_one_file_have_no_worker(site, files):
    assert WORKER not in files
    for page in (files["index.html"].decode(), one_page(site)):
        assert "data-version" not in page
