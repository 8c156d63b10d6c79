"""A rule of one's own, from the command line to every export: trained, killed, resumed, exported."""

import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from blastema import Rule, load
from blastema.errors import BlastemaError
from blastema.formats import export, formats
from conftest import blastema

pytestmark = pytest.mark.slow

RULE = Rule(channels=12, hidden=64, filters=("identity", "sobel_x", "sobel_y", "laplacian"), fire_rate=0.7, edge="wrap")
SETTINGS = (
    "channels=12", "hidden=64", "filters=identity,sobel_x,sobel_y,laplacian", "fire_rate=0.7", "edge=wrap",
    "pool=12", "shortest=4", "longest=8", "learning_rates=0:1e-4,0.5:1e-5", "warmup=0", "damages=half", "damaged=2",
)  # fmt: skip
COMMAND = ["train", "disc", "--fit", "6", "--pad", "4", "--steps", "90", *(f"--set={text}" for text in SETTINGS)]
# Published models have the article's channels and filters only.
REFUSED = {"cell", "distill"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A folder with an uninterrupted run, `whole`."""
    folder = tmp_path_factory.mktemp("own")
    run = blastema(*COMMAND, "--out", "whole", cwd=folder)
    assert run.returncode == 0, run.stderr
    return folder


def test_it_is_trained_from_the_command_line(whole):
    organism = load(whole / "whole")
    assert organism.rule == RULE
    assert organism.training["settings"]["damages"] == ["half"]
    assert [tensor.shape for tensor in organism.weights][:2] == [(48, 64), (64,)]
    # The rule is at work: on another edge, something else grows.
    grown = organism.grow(40, 6, 6)
    assert not np.array_equal(grown, type(organism)(organism.weights, RULE.replace(edge="dead")).grow(40, 6, 6))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="not here: this system has no kill -9")
def test_killed_it_resumes_byte_for_byte(whole):
    command = [sys.executable, "-m", "blastema", *COMMAND, "--out", "parts"]
    process = subprocess.Popen(command, cwd=whole, stderr=subprocess.DEVNULL)
    log = whole / "parts/log.jsonl"
    # Some steps after a milestone.
    while not log.exists() or log.read_bytes().count(b"\n") < 31:
        assert process.poll() is None
        time.sleep(0.002)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    resumed = blastema("train", "--resume", "parts", cwd=whole)
    assert resumed.returncode == 0, resumed.stderr
    for name in ("organism.safetensors", "checkpoint.safetensors", "config.json", "target.npy"):
        assert (whole / "whole" / name).read_bytes() == (whole / "parts" / name).read_bytes(), name


@pytest.mark.parametrize("name", formats())
def test_every_format_writes_it_or_says_in_one_line_why_not(whole, tmp_path, name):
    form, organism = formats()[name], load(whole / "whole")
    path = tmp_path / f"own{form.suffix}"
    if form.extra == "onnx":
        pytest.importorskip("onnx")
    if name in REFUSED:
        with pytest.raises(BlastemaError) as refused:
            export(organism, name, path)
        assert "\n" not in str(refused.value)
        assert not path.exists()
        return
    export(organism, name, path)
    assert path.exists()
    if form.read:
        assert load(path).rule == RULE
