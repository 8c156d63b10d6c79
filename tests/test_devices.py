"""The JAX engine on several devices: the same cells fire, and states and gradients are those of one device.

The devices are simulated: `XLA_FLAGS` makes several of one processor, so they need a process of their own.
"""

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import blastema as package
from blastema.engines import choose_engine, jax_block
from blastema.engines.jax_engine import JaxEngine
from blastema.engines.jax_layout import Layout, choose_layout
from blastema.errors import BlastemaError
from blastema.rule import Rule, seed_batch
from conftest import blastema, random_weights
from double_precision import assert_close, batch_of, judged, wish

PROGRAM = str(Path(__file__).with_name("on_devices.py"))
slow = pytest.mark.slow


def run(devices, case):
    """Return what the program prints of this case."""
    done = subprocess.run([sys.executable, PROGRAM, str(devices), case], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def run_in_two_processes(devices, case):
    """Return what the program prints of this case, which both of its processes print alike."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    commands = ([sys.executable, PROGRAM, str(devices), case, process, str(port)] for process in ("0", "1"))
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for command in commands
    ]
    try:
        printed = [process.communicate(timeout=600) for process in started]
    finally:
        for process in started:
            process.kill()
    assert [process.returncode for process in started] == [0, 0], printed
    one, other = (json.loads(out.splitlines()[-1]) for out, _ in printed)
    assert one == other
    return one


def check_growing(result):
    assert result["living"] > 300
    for lizard, random, wrongly_fired in result["layouts"]:
        # Measured: 4e-6 from the native engine, and nothing from one device.
        assert lizard < 1e-5
        # These grow to tens within four steps, so that rounding is larger.
        assert random < 1e-4
        assert wrongly_fired == 0


@pytest.mark.parametrize(
    ("devices", "edge"),
    [(2, "dead"), *(pytest.param(*case, marks=slow) for case in [(2, "wrap"), (4, "dead"), (8, "dead"), (8, "wrap")])],
)
def test_a_divided_grid_grows_like_a_whole_one(devices, edge):
    check_growing(run(devices, f"growing-{edge}"))


def test_the_compiled_program_exchanges_as_many_bytes_as_the_layout_says():
    compiled, told = run(8, "exchanged-wrap")
    assert compiled == told > 0


@slow
@pytest.mark.parametrize(("devices", "edge"), [(2, "dead"), (2, "wrap"), (4, "wrap"), (8, "dead"), (8, "wrap")])
def test_gradients_of_a_divided_grid_are_those_of_a_whole_one(devices, edge):
    assert max(run(devices, f"gradients-{edge}")) < 1e-4


@slow
@pytest.mark.parametrize("devices", [2, 4])
def test_training_on_several_devices_gives_the_weights_of_one_bit_for_bit(devices):
    assert run(devices, "training-") == 0


@slow
@pytest.mark.parametrize(("devices", "edge"), [(2, "dead"), (4, "wrap")])
def test_two_processes_grow_a_grid_together(devices, edge):
    check_growing(run_in_two_processes(devices, f"growing-{edge}"))


@slow
def test_two_processes_agree_with_one_on_gradients_and_training():
    assert max(run_in_two_processes(2, "gradients-wrap")) < 1e-4
    assert run_in_two_processes(2, "training-") == 0


@slow
def test_grids_computed_together_as_on_a_graphics_card_agree(monkeypatch):
    monkeypatch.setattr(jax_block, "PLATFORMS", {})
    rule = Rule(edge="wrap")
    weights, batch, expected = judged(rule, 6, 11, 12, 0.9)
    engine = JaxEngine()
    assert_close(engine.value_and_grad(rule, weights, batch, 12, wish, 0.9), expected)
    grown = choose_engine("numpy").grow(rule, weights, batch, 10, 0.9)
    np.testing.assert_allclose(engine.grow(rule, weights, batch, 10, 0.9).states, grown.states, rtol=0, atol=1e-5)


def test_more_cells_than_one_chunk_are_computed(monkeypatch):
    monkeypatch.setattr(jax_block, "PLATFORMS", {"cpu": (7, False)})
    rule = Rule()
    weights, batch, expected = judged(rule, 6, 11, 12, 0.9)
    assert_close(JaxEngine().value_and_grad(rule, weights, batch, 12, wish, 0.9), expected)


@pytest.mark.parametrize("shape", [(1, 72, 72, 16), (3, 5, 4, 16), (1, 1, 1, 16), (16, 9, 9, 16), (1, 4, 1000, 16)])
@pytest.mark.parametrize("devices", [1, 2, 3, 6, 8])
def test_every_batch_has_a_layout(devices, shape):
    layout = choose_layout(devices, shape)
    layout.check(devices, shape)
    cells = np.zeros(shape[:3], int)
    grids, rows, columns = layout.parts(shape)
    assert [len(np.unique(part.padded())) for part in (grids, rows, columns)] == list(shape[:3])
    for grid in range(grids.number):
        for row in range(rows.number):
            for column in range(columns.number):
                place = zip((grids, rows, columns), (grid, row, column), strict=True)
                cells[tuple(slice(part.start(number), part.start(number + 1)) for part, number in place)] += 1
    assert (cells == 1).all()


def test_a_layout_that_does_not_fit_is_refused():
    engine, rule = JaxEngine(1, (1, 2, 1)), Rule()
    with pytest.raises(BlastemaError, match=re.escape("the layout (1, 2, 1) is one of 2 devices, not of 1")):
        engine.grow(rule, random_weights(rule), batch_of(rule, 6, 6), 1)
    with pytest.raises(BlastemaError, match="3 rows of a grid cannot be divided among 2 devices, at least 2 for each"):
        Layout(1, 2, 1).check(2, (1, 3, 9, 16))


@pytest.mark.parametrize("number", [0, -1, 1.5, True, "two"])
def test_an_invalid_number_of_devices_is_refused(number):
    with pytest.raises(BlastemaError, match=f"the number of devices is {number!r}; it must be a whole number"):
        JaxEngine(number)


COMMANDS = {
    "grow": ("grow", "🦎", "--steps", "3", "--out", "lizard.gif"),
    "evaluate": ("evaluate", "🦎", "--organisms", "1"),
    "train": ("train", "disc", "--experiment", "growing", "--steps", "1"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_more_devices_than_there_are_are_refused_in_one_line(command, refusal, tmp_path):
    message = refusal(*COMMANDS[command], "--engine", "jax", "--devices", "99", cwd=tmp_path)
    assert message.startswith("blastema: there are not 99 devices: JAX has 1 here (cpu); XLA_FLAGS=")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("engine", ["native", "numpy", None])
def test_devices_need_an_engine_that_can_use_them(command, engine, refusal, tmp_path):
    chosen = ("--engine", engine) if engine else ()
    message = refusal(*COMMANDS[command], *chosen, "--devices", "2", cwd=tmp_path)
    assert message == f"blastema: --devices needs --engine jax; the {engine or 'native'} engine uses one device\n"


def test_no_devices_are_refused(refusal, tmp_path):
    message = refusal(*COMMANDS["grow"], "--engine", "jax", "--devices", "0", cwd=tmp_path)
    assert message == "blastema: the number of devices is 0; it must be a whole number, at least 1\n"


def test_weights_of_another_rule_are_refused():
    rule, other = Rule(), Rule(hidden=64)
    with pytest.raises(BlastemaError, match=re.escape("hidden_weight has shape (48, 64); this rule needs (48, 128)")):
        JaxEngine(1).grow(rule, random_weights(other), batch_of(rule, 6, 6), 1)


@slow
def test_the_script_of_the_page_runs_in_two_processes(tmp_path):
    text = (Path(__file__).parents[1] / "docs/scaling.md").read_text("utf-8")
    (script,) = re.findall(r"```python\n(.*?)```", text, re.S)
    with socket.create_server(("127.0.0.1", 0)) as free:
        address = f"127.0.0.1:{free.getsockname()[1]}"
    (tmp_path / "together.py").write_text(script.replace("10.0.0.1:9999", address).replace("4096", "97"), "utf-8")
    started = [subprocess.Popen([sys.executable, "together.py", number], cwd=tmp_path) for number in "01"]
    try:
        assert [process.wait(timeout=300) for process in started] == [0, 0]
    finally:
        for process in started:
            process.kill()
    batch = seed_batch([3], 97, 97)
    lizard = package.load("🦎")
    expected = choose_engine("native").grow(lizard.rule, lizard.weights, batch, 100)
    np.testing.assert_allclose(np.load(tmp_path / "state.npy"), expected.states[0], rtol=0, atol=1e-5)


@slow
def test_commands_give_the_same_files_on_several_devices(tmp_path):
    # A small target and short rollouts; the files must not even differ in their records.
    train = ("train", "disc", "--experiment", "growing", "--fit", "6", "--pad", "3", "--steps", "3", "--batch", "2")
    simulated = {"XLA_FLAGS": "--xla_force_host_platform_device_count=3"}
    for devices in ("1", "2"):
        done = blastema(
            *train, "--engine", "jax", "--devices", devices, "--out", f"run{devices}", cwd=tmp_path, **simulated
        )
        assert done.returncode == 0, done.stderr
        grow = ("grow", f"run{devices}", "--steps", "20", "--engine", "jax", "--devices", devices)
        done = blastema(*grow, "--out", f"{devices}.npy", cwd=tmp_path, **simulated)
        assert done.returncode == 0, done.stderr
    one, two = ((tmp_path / f"run{devices}" / "organism.safetensors").read_bytes() for devices in "12")
    assert one == two
    assert np.array_equal(*(np.load(tmp_path / f"{devices}.npy") for devices in "12"))
    # With more devices than grids in a batch, gradients depend on their number in the last bits; the record says so.
    done = blastema("train", "--resume", "run1", "--steps", "4", "--devices", "3", cwd=tmp_path, **simulated)
    assert done.returncode == 0, done.stderr
    assert "this run has other versions (devices None -> 3)" in done.stdout + done.stderr
