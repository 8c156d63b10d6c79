"""The playground with one organism in one file grows it in a browser, opened from disk."""

import base64
import gzip
import json
import re

import numpy as np
import pytest
from PIL import Image

from blastema import Organism, Rule, load
from blastema.formats.html import write_html
from conftest import random_weights


@pytest.mark.slow
def test_the_file_grows_its_organism_from_disk_and_asks_for_nothing_else(node, tmp_path):
    note = write_html(load("🦎"), tmp_path / "lizard.html")
    assert re.fullmatch(r"weights are exact; 1\d\d kB, opens in a browser", note)
    assert (tmp_path / "lizard.html").stat().st_size < 200_000
    # Training in the page would double that.
    assert 'id="make' not in (tmp_path / "lizard.html").read_text("utf-8")
    seen = json.loads(node("html.mjs", tmp_path / "lizard.html", tmp_path / "page.png"))
    assert seen["errors"] == []
    assert seen["asked"] == [(tmp_path / "lizard.html").as_uri()]
    assert seen["living"] > 300
    # The lizard is green, and so is some of the page. It takes a smaller part of the page's dish than of 72 x 72 cells.
    pixels = np.asarray(Image.open(tmp_path / "page.png").convert("RGB")).astype(int)
    green = (pixels[..., 1] > pixels[..., 0] + 40) & (pixels[..., 1] > pixels[..., 2] + 40)
    assert green.mean() > 0.005 * (72 / 96) ** 2


def test_an_organism_of_unknown_origin_has_a_page_too(tmp_path):
    write_html(Organism(random_weights(Rule())), tmp_path / "a.html")
    (packed,) = re.findall(r"atob\('([^']+)'\)", (tmp_path / "a.html").read_text("utf-8"))
    modules = gzip.decompress(base64.b64decode(packed)).decode()
    assert "unknown/unknown" in modules
    assert "data:application/octet-stream;base64," in modules
