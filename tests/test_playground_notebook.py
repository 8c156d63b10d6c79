"""Organisms in notebooks: what the widget is made of. That it grows is tested in a browser, in playground/tests."""

import subprocess
import sys

import numpy as np
import pytest

from blastema import Organism, Rule, load
from blastema.errors import BlastemaError
from conftest import random_weights


def test_a_widget_holds_its_organism_and_all_that_it_needs(tmp_path):
    pytest.importorskip("anywidget")
    organism = load("🦎")
    widget = organism.show(width=48, seed=2**32 - 1, angle=np.pi)
    (tmp_path / "a.safetensors").write_bytes(widget.content)
    assert all(
        np.array_equal(*pair) for pair in zip(load(tmp_path / "a.safetensors").weights, organism.weights, strict=True)
    )
    assert (widget.height, widget.width, widget.seed, widget.angle) == (72, 48, 2**32 - 1, np.pi)
    assert ".brush" in widget.get_state()["_css"]
    text = widget.get_state()["_esm"]
    assert text.endswith("export default __entry.default;\n")
    assert "void main()" in text


def test_what_cannot_be_shown_is_refused():
    pytest.importorskip("anywidget")
    organism = Organism(random_weights(Rule()))
    with pytest.raises(BlastemaError, match="width is 513; it must be a whole number between 1 and 512"):
        organism.show(width=513)
    with pytest.raises(BlastemaError, match="height is -1"):
        organism.show(height=-1)
    with pytest.raises(BlastemaError, match="seed is -1"):
        organism.show(seed=-1)


def test_without_the_extra_it_says_what_to_install(tmp_path):
    code = """
import sys
sys.modules["anywidget"] = None
from blastema import BlastemaError, load
try:
    load("🦎").show()
except BlastemaError as error:
    print(error)
"""
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True)
    assert ran.stdout == "showing organisms in a notebook needs anywidget: pip install 'blastema[notebook]'\n"
