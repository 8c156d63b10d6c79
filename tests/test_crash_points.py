"""A run that is killed before any call that changes a file can be resumed, and gives the same result."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="not here: this system cannot fork")
def test_a_kill_before_any_change_of_a_file_loses_nothing(tmp_path):
    """Test every 71st of some 1,000 calls; `python tests/crash_points.py FOLDER 1` tests all of them."""
    command = [sys.executable, str(Path(__file__).with_name("crash_points.py")), str(tmp_path), "71"]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    points = re.fullmatch(r"(\d+) crash points of \d+\n", run.stdout)
    assert points, run.stdout
    assert int(points[1]) > 10, run.stdout
    print(run.stdout)


@pytest.mark.slow
def test_damaged_files_of_a_run_are_refused_or_repaired():
    """Run for twenty seconds in continuous integration, ten elsewhere."""
    seconds = "20" if "CI" in os.environ else "10"
    script = Path(__file__).parent / "attacks/run_files.py"
    run = subprocess.run([sys.executable, script, seconds], capture_output=True, text=True, encoding="utf-8")
    print(run.stdout)
    assert run.returncode == 0, run.stderr
