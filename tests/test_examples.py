"""The examples run, in quick mode, and write what they say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
WRITTEN = {
    "bodies.py": ("bodies.gif", "runs/bodies"),
    "device_cell.py": ("lizard-cell/cell.c", "cell.elf", "device_cell.png"),
    "dish.py": ("dish.gif",),
    "fine_tuning.py": ("lizard.safetensors", "runs/fine-tuning"),
    "own_loss.py": ("own_loss.png", "runs/own-loss"),
    "own_rule.py": ("own_rule.png", "runs/own-rule"),
    "sweep_to_pandas.py": ("sweeps/hidden/results.png",),
    "talk.py": ("talk.mp4",),
}


def test_each_example_is_tried():
    assert {path.name for path in EXAMPLES.glob("*.py")} == WRITTEN.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITTEN)
def test_an_example_runs(name, tmp_path):
    environment = os.environ | {"PYTHONWARNINGS": "error::DeprecationWarning:__main__"}
    run = subprocess.run(
        [sys.executable, EXAMPLES / name, "--quick"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    for path in WRITTEN[name]:
        assert (tmp_path / path).exists(), path
    text = (EXAMPLES / name).read_text("utf-8")
    assert text.startswith('"""')
    assert f"python examples/{name} [--quick]" in text
