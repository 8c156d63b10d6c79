"""Hostile image files are read or refused in one line, in bounded memory and time."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytest.importorskip("resource", reason="not here: Windows cannot limit what a process may take")
pytest.importorskip("resvg_py", reason="not installed: the extra [svg]")

from images import READERS_OF_IMAGES, SVG_ATTACKS

from blastema.errors import BlastemaError
from blastema.targets import load_target

FUZZ = Path(__file__).parent / "attacks/images.py"


@pytest.mark.slow
@pytest.mark.parametrize("name", SVG_ATTACKS)
def test_a_hostile_svg_is_drawn_or_refused(name, tmp_path):
    (tmp_path / "a.svg").write_bytes(SVG_ATTACKS[name])
    says = ""
    try:
        assert load_target(tmp_path / "a.svg", fit=20, pad=0).any()
    except BlastemaError as refused:
        says = str(refused)
    assert "\n" not in says


@pytest.mark.slow
def test_corrupted_images_are_read_or_refused():
    def fuzz(name):
        command = [sys.executable, FUZZ, name, "5"]
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8")

    with ThreadPoolExecutor(2) as pool:
        for run in pool.map(fuzz, READERS_OF_IMAGES):
            print(run.stdout.strip())
            assert run.returncode == 0, run.stderr
