"""`blastema swarm`: what it writes, and what it refuses."""

import json

import numpy as np
import pytest

from blastema import Organism, Rule
from blastema.cli import swarm_report
from blastema.cli.main import main
from blastema.swarm import TROUBLES
from conftest import random_weights
from test_swarm import living


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("swarm")
    living(0).save(path / "disc.safetensors")
    Organism(random_weights(Rule(hidden=20)), Rule(hidden=20), {"fit": 8, "pad": 4}).save(path / "unknown.safetensors")
    two = Rule(hidden=20, signals=("🦎", "🎄"))
    Organism(random_weights(two), two, {"target": ["🦎", "🎄"], "fit": 8, "pad": 4}).save(path / "two.safetensors")
    return path


@pytest.fixture
def run(folder, tmp_path, monkeypatch, capsys):
    """Return a function that runs the command in a fresh folder, and returns what it printed."""

    def run(name, *flags):
        monkeypatch.chdir(tmp_path)
        main(["swarm", str(folder / name), *flags])
        return capsys.readouterr()

    return run


def test_a_swarm_is_written_with_its_numbers(run, tmp_path):
    flags = ("--steps", "20", "--size", "24x20", "--lost", "0.2", "--failing", "0.3", "--damage", "right@10")
    printed = run("disc.safetensors", *flags, "--out", "a.npy", "--json", "a.json")
    numbers = json.loads((tmp_path / "a.json").read_text())
    assert (numbers["width"], numbers["height"], numbers["waits"]) == (24, 20, 20)
    assert numbers["troubles"] == dict.fromkeys(TROUBLES, 0) | {"lost": 0.2, "failing": 0.3}
    assert numbers["damage"] == ["right@10"]
    assert len(numbers["loss"]) == 21
    assert numbers["updates"] > 19 * 24 * 20 * 0.8
    assert 0 < numbers["messages"] < numbers["updates"]
    assert 0 < numbers["silent"] < 24 * 20 / 5
    assert f"loss {numbers['loss'][-1]:.2f}" in printed.err
    run("disc.safetensors", *flags, "--out", "b.npy", "--json", "b.json")
    assert (tmp_path / "a.npy").read_bytes() == (tmp_path / "b.npy").read_bytes()
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    run("disc.safetensors", *flags, "--out", "b.npy", "--seed", "1")
    assert (tmp_path / "a.npy").read_bytes() != (tmp_path / "b.npy").read_bytes()


def test_the_cut_cells_are_empty_in_the_state_of_their_wait(run, tmp_path):
    run("disc.safetensors", "--steps", "20", "--damage", "right@20", "--out", "a.npy")
    state = np.load(tmp_path / "a.npy")
    assert not state[:, 8:].any()
    assert state[:, :8].any()


@pytest.mark.slow
def test_animations_sheets_and_plain_characters(run, tmp_path):
    run("disc.safetensors", "--steps", "6", "--out", "a.gif")
    run("disc.safetensors", "--steps", "6", "--out", "a.png", "--sheet")
    assert (tmp_path / "a.gif").read_bytes()[:4] == b"GIF8"
    assert (tmp_path / "a.png").stat().st_size > 0
    printed = run("unknown.safetensors", "--steps", "3")
    assert "wait 3" in printed.err
    assert "loss" not in printed.err


def test_each_body_has_its_own_target(run, tmp_path):
    losses = []
    for flags in ((), ("--signal", "🦎"), ("--signal", "tree")):
        run("two.safetensors", "--steps", "2", "--json", "a.json", *flags)
        losses.append(json.loads((tmp_path / "a.json").read_text())["loss"][0])
    assert losses[0] == losses[1] != losses[2]


def test_a_report_is_printed_and_written(run, tmp_path, monkeypatch):
    monkeypatch.setattr(swarm_report, "WAITS", 2)
    printed = run("disc.safetensors", "--report", "--json", "a.json")
    report = json.loads((tmp_path / "a.json").read_text())
    assert report["waits"] == 2
    assert f"Share of messages lost · breaks at {report['troubles']['lost']['breaks_at']:g}" in printed.out
    assert "right half restarted" in printed.out


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--lost", "1.5"), "--lost is 1.5; it must be between 0 and 1"),
        (("--drift", "-0.1"), "--drift is -0.1; it must be between 0 and 0.9"),
        (("--delay", "nan"), "--delay is nan; it must be between 0 and 10"),
        (("--steps", "-1"), "--steps is -1; it must be between 0 and 10,000,000"),
        (("--seed", "-1"), "--seed is -1; it must be between 0"),
        (("--size", "0"), "--size '0' is too small"),
        (("--damage", "gone"), "--damage 'gone' is not valid"),
        (("--damage", "right@9", "--steps", "8"), "would come after the last step, 8"),
        (("--json", "no/a.json"), "there is no folder no"),
        (("--json", "a.gif", "--out", "a.gif"), "--json and --out are both a.gif; give two files"),
        (("--out", "a.txt"), "use .gif, .webp, .png, .mp4 or .npy"),
        (("--zoom", "3"), "--zoom has no effect in the terminal"),
        (("--signal", "🦎"), "--signal is for organisms whose rule has signals"),
        (("--target", "gone.png"), "gone.png"),
        (("--report", "--lost", "0.1"), "--lost has no effect on a report"),
        (("--report", "--out", "a.gif"), "--out has no effect on a report"),
    ],
)
def test_flags_that_are_out_of_range_are_refused(refusal, folder, flags, says):
    assert says in refusal("swarm", "disc.safetensors", *flags, cwd=folder)


@pytest.mark.parametrize("flag", ["--report", "--json=a.json"])
def test_numbers_need_a_target(refusal, folder, flag):
    line = refusal("swarm", "unknown.safetensors", flag, cwd=folder)
    assert "does not say what it grows; name it with --target" in line
