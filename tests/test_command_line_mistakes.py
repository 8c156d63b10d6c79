"""What goes wrong on the command line is one line, and loses nothing."""

import importlib.resources
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
import venv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import blastema as package
from blastema import Organism, Rule
from blastema.cli.commands import COMMANDS
from blastema.cli.main import BROKEN_PIPE, INTERRUPTED, main
from blastema.render.colour import on_background
from blastema.render.picture import enlarge
from conftest import blastema, random_weights


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with an organism that lives and one that soon explodes."""
    monkeypatch.chdir(tmp_path)
    Organism(random_weights(Rule())).save("good.safetensors")
    # In each step that it acts, a cell's alpha and all else grow without bound.
    Organism(random_weights(Rule())._replace(update_bias=np.full(16, 6e37, np.float32))).save("bomb.safetensors")
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("grwo", "🦎"), "there is no command 'grwo'; did you mean grow?"),
        (("fly",), f"there is no command 'fly'; choose one of {', '.join(COMMANDS)}"),
        (("--stpes", "3"), "a command comes first, such as blastema grow; --stpes is not one"),
        (("grow",), "grow needs ORGANISM; see blastema grow --help"),
        (("export", "🦎"), "export needs --to and --out; see blastema export --help"),
        (("grow", "🦎", "🐠"), "grow takes only ORGANISM; '🐠' is one too many"),
        (("zoo", "🦎"), "zoo takes no arguments; '🦎' is one too many"),
        (("grow", "🦎", "--stpes", "9"), "grow has no flag --stpes, did you mean --steps? see blastema grow --help"),
        (("grow", "🦎", "--experiment", "growing"), "grow has no flag --experiment; see blastema grow --help"),
        (("grow", "🦎", "-s", "9"), "grow has no flag -s; see blastema grow --help"),
        (("grow", "🦎", "--no-out"), "grow has no flag --no-out"),
        (("grow", "🦎", "--steps"), "--steps needs a value"),
        (("grow", "🦎", "--steps", "--sheet"), "--steps needs a value"),
        (("grow", "🦎", "--steps", "1e4"), "--steps is '1e4'; it must be a whole number, such as 10000"),
        (("grow", "🦎", "--steps=2.5"), "--steps is '2.5'; it must be a whole number, such as 2"),
        (("grow", "🦎", "--seed", "six"), "--seed is 'six'; it must be a whole number;"),
        (("grow", "🦎", "--fire_rate", "half"), "--fire-rate is 'half'; it must be a number;"),
        (("grow", "🦎", "--sheet=yes"), "--sheet takes no value"),
        (("grow", "🦎", "--edge", "round"), "--edge is 'round'; it must be one of dead, wrap;"),
        (("figure", "teaser", "--format", "avi"), "--format is 'avi'; it must be one of mp4, webp, gif, png;"),
        (("export", "🦎", "--to", "pdf", "--out", "a"), "--to is 'pdf'; it must be one of c, cell, distill,"),
    ],
)
def test_arguments_that_a_command_does_not_take_are_named(refusal, folder, arguments, says):
    line = refusal(*arguments, cwd=folder)
    assert says in line
    assert "None" not in line


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--sheet",), "--sheet has no effect in the terminal; write to a file with --out"),
        (("--zoom", "9"), "--zoom has no effect in the terminal; write to a file with --out"),
        (("--zoom", "9", "--out", "a.npy"), "--zoom has no effect on a.npy, which holds numbers; leave out --zoom"),
        (("--fps", "9", "--out", "a.npy"), "--fps has no effect on a.npy, which holds numbers; leave out --fps"),
        (("--fps", "9", "--sheet", "--out", "a.png"), "--fps has no effect on a contact sheet; leave out --fps"),
        (("--fps", "51", "--out", "a.gif"), "--fps is 51.0; it must be between 0.1 and 50"),
        (("--fps", "nan"), "--fps is nan; it must be between 0.1 and 1000"),
        (("--zoom", "65", "--out", "a.png"), "--zoom is 65; it must be between 1 and 64"),
        (("--size", "5000"), "--size '5000' is too large; each side must be between 1 and 4096"),
        (("--size", "0x9"), "--size '0x9' is too small; each side must be between 1 and 4096"),
        (("--size", "9" * 9999), "is too large; each side must be between 1 and 4096"),
        (("--fire-rate", "2"), "--fire-rate is 2.0; it must be between 0 and 1"),
        (("--fire-rate", "nan"), "--fire-rate is nan; it must be between 0 and 1"),
        (("--angle", "inf"), "--angle is inf; it must be a finite number of degrees"),
        (("--steps", "-1"), "--steps is -1; it must be between 0 and 10,000,000"),
        (("--seed", "4294967296"), "--seed is 4294967296; it must be between 0 and 4,294,967,295"),
        (("--damage", "lower@" + "9" * 9999), "--damage 'lower@999"),
        (("--out", "none/a.gif"), "there is no folder none to write a.gif to; create it first"),
        (("--out", "n" * 300 + ".gif"), "File name too long; choose another --out"),
        (("--out", "folder.gif"), "--out folder.gif is a folder; give the name of a file"),
        (("--out", "a.png", "--size", "4096"), "a.png would be 16,384 pixels wide or high; at most 16,383"),
        (("--out", "a.webp", "--size", "1000"), "the animation has more than 256,000,000 pixels"),
        (("--out", "a.gif", "--fps", "0.1"), "a GIF lasts at most 655 s, not 2011; use more frames per second"),
        (("--out", "a.png", "--sheet", "--size", "4096"), "the contact sheet would be 49,180 x 32,852 pixels"),
    ],
)
def test_flags_without_effect_and_values_out_of_range_are_refused_before_the_work(refusal, folder, flags, says):
    (folder / "folder.gif").mkdir()
    assert says in refusal("grow", "good.safetensors", *flags, cwd=folder)


def test_a_figure_whose_file_cannot_be_written_is_refused_before_it_is_drawn(refusal, folder):
    (folder / "teaser.webp").mkdir()
    line = refusal("figure", "all", "--out", ".", "--format", "webp", cwd=folder)
    assert "--out teaser.webp is a folder; give the name of a file" in line


def test_a_still_figure_has_no_format(refusal, tmp_path):
    assert "figure step is a still picture, always .png; leave out --format" in refusal(
        "figure", "step", "--format", "webp", cwd=tmp_path
    )


def test_a_grid_that_memory_cannot_hold_is_refused(refusal, folder, monkeypatch):
    monkeypatch.setattr("blastema.machine.memory.available", lambda: 10**9)
    line = refusal("grow", "good.safetensors", "--size", "4096", cwd=folder)
    assert "growing 1 x 4096x4096 cells takes at least 4.3 GB" in line


@pytest.mark.parametrize(
    "flags", [("--out", "a.gif", "--zoom", "1"), ("--out", "a.npy"), ("--out", "a.png", "--sheet"), ()]
)
def test_an_organism_that_explodes_is_written_up_to_the_step_at_which_it_does(folder, capsys, flags):
    main(["grow", "bomb.safetensors", "--steps", "200", "--size", "9", *flags])
    printed = capsys.readouterr()
    exploded_at = int(re.search(r"it exploded at step (\d+): its values are no longer finite", printed.err)[1])
    assert 2 < exploded_at < 20
    last = package.load("bomb.safetensors").grow(exploded_at - 1, 9, 9)
    if "a.npy" in flags:
        assert np.array_equal(np.load("a.npy"), last)
    elif "a.gif" in flags:
        with Image.open("a.gif") as animation:
            animation.seek(animation.n_frames - 1)
            assert np.array_equal(np.asarray(animation.convert("RGB")), on_background(last))
    elif "a.png" in flags:
        with Image.open("a.png") as sheet:
            assert np.array_equal(np.asarray(sheet)[4:22, -22:-4], enlarge(on_background(last), 2))
    else:
        assert printed.out.strip()


def test_characters_that_the_encoding_lacks_are_replaced(tmp_path):
    listed = blastema("zoo", cwd=tmp_path, PYTHONIOENCODING="cp1252")
    assert listed.returncode == 0, listed.stderr
    assert re.search(r"\? +regenerating/lizard", listed.stdout)
    # Not a number that would be mistaken for a loss.
    assert re.search(r"growing/explosion .*exploded", listed.stdout)
    assert "exploded: the worst organism's numbers grew without bound" in listed.stdout
    refused = blastema("grow", "🐙", cwd=tmp_path, PYTHONIOENCODING="ascii")
    assert (refused.returncode, refused.stderr) == (2, "blastema: ? is not in the zoo; train it: blastema train ?\n")


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (MemoryError("Unable to allocate 9 GiB"), 1, "not enough memory (Unable to allocate 9 GiB); choose a smaller"),
        (MemoryError(), 1, "not enough memory; choose a smaller size or fewer organisms"),
        (OSError(28, "No space left\non device"), 1, "[Errno 28] No space left on device"),
        (KeyboardInterrupt(), INTERRUPTED, "interrupted"),
    ],
)
@pytest.mark.parametrize("command", [("zoo",), ("grow", "good.safetensors"), ("evaluate", "good.safetensors")])
def test_an_error_that_ends_a_command_is_one_line(folder, capsys, monkeypatch, command, error, code, line):
    def fail(*_):
        raise error

    monkeypatch.setattr("blastema.organism_file.read_tensors", fail)
    with pytest.raises(SystemExit) as stopped:
        main(command)
    printed = capsys.readouterr()
    assert stopped.value.code == code
    assert printed.err.startswith(f"blastema: {line}")
    assert printed.err.count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="not here: Windows has no SIGINT for one process")
def test_ctrl_c_leaves_nothing_half_written(folder):
    arguments = [sys.executable, "-m", "blastema", "grow", "good.safetensors", "--steps", "10000000", "--out", "a.gif"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not any(path.name.startswith(".") for path in folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    try:
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert (process.returncode, out, err) == (INTERRUPTED, "", "blastema: interrupted\n")
    assert sorted(path.name for path in folder.iterdir()) == ["bomb.safetensors", "good.safetensors"]


SWALLOWED = """
import signal
from blastema.cli import main

class Named:
    def __set_name__(self, owner, name):
        signal.raise_signal(signal.SIGINT)

def run(arguments):
    class Column:
        flexible = Named()

main._run = run
main.main([])
"""


def test_an_interrupt_is_one_line_even_if_it_becomes_another_error(tmp_path):
    run = subprocess.run([sys.executable, "-c", SWALLOWED], cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (INTERRUPTED, "", "blastema: interrupted\n")
    plain = SWALLOWED.replace("signal.raise_signal(signal.SIGINT)", "raise ValueError")
    run = subprocess.run([sys.executable, "-c", plain], cwd=tmp_path, capture_output=True, text=True)
    # A fault of the program itself is not hidden.
    assert run.returncode == 1
    assert "Traceback" in run.stderr


IGNORED = """
import signal, time
from blastema.cli import main

class Ignoring:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

def run(arguments):
    Ignoring()
    for _ in range(200):
        time.sleep(0.1)

main._run = run
main.main([])
"""


def test_an_interrupt_that_python_ignores_comes_again(tmp_path):
    run = subprocess.run([sys.executable, "-c", IGNORED], cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (INTERRUPTED, "", "blastema: interrupted\n")


EARLY = """
import threading

class Early(threading.Timer):
    started = 0

    def start(self):
        Early.started += 1
        if Early.started == 1:
            signal.raise_signal(signal.SIGINT)
        super().start()

main.Timer = Early
main._run = run
"""


def test_an_interrupt_that_python_ignores_comes_again_even_if_it_comes_too_early(tmp_path):
    program = IGNORED.replace("main._run = run\n", EARLY)
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (INTERRUPTED, "", "blastema: interrupted\n")


def test_an_interrupt_while_a_string_is_executed_has_the_code_of_any_other(tmp_path):
    (tmp_path / "program.py").write_text(
        "from blastema.cli import main\n"
        "main._run = lambda _: exec('import signal; signal.raise_signal(signal.SIGINT)')\n"
        "main.main([])\n"
    )
    run = subprocess.run([sys.executable, "-m", "program"], cwd=tmp_path, capture_output=True, text=True)
    assert (run.returncode, run.stdout, run.stderr) == (INTERRUPTED, "", "blastema: interrupted\n")


@pytest.mark.skipif(sys.platform == "win32", reason="not here: this system has no POSIX pipes")
@pytest.mark.parametrize("arguments", [("--help",), ("grow", "good.safetensors", "--steps", "1")])
def test_a_pipe_that_nobody_reads_is_no_error(folder, arguments):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "blastema", *arguments]
    run = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True)
    os.close(writer)
    assert run.returncode in (1, BROKEN_PIPE)
    assert run.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="not here: only Linux has a device that is always full")
def test_a_full_disk_behind_standard_output_is_one_line(tmp_path):
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "blastema", "--version"]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True)
    assert (run.returncode, run.stderr) == (1, "blastema: [Errno 28] No space left on device\n")


def test_the_generated_page_has_every_command(monkeypatch):
    tool = importlib.import_module("write_cli_docs")
    monkeypatch.setattr(tool, "help_text", lambda command: f"help of {command}")
    headings = [line for line in tool.page().splitlines() if line.startswith("## ")]
    assert headings == ["## blastema", *(f"## blastema {command}" for command in COMMANDS)]


def test_the_package_says_that_it_is_typed_and_under_which_licences_it_is():
    files = importlib.resources.files("blastema")
    assert (files / "py.typed").is_file()
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["license"] == "Apache-2.0 AND OFL-1.1"
    licences = [path for pattern in project["license-files"] for path in Path(__file__).parents[1].glob(pattern)]
    assert any("SIL OPEN FONT LICENSE" in path.read_text("utf-8") for path in licences)


@pytest.mark.slow
def test_a_users_program_is_checked_against_the_types_of_the_package(tmp_path):
    """In a virtual environment that has the package's files as an installation has them."""
    venv.create(tmp_path / "venv", with_pip=False)
    (site,) = (tmp_path / "venv").glob("**/site-packages")
    source = Path(package.__file__).parent
    shutil.copytree(source, site / "blastema", ignore=shutil.ignore_patterns("*.safetensors", "*.zip"))
    (tmp_path / "user.py").write_text(
        "import blastema\norganism = blastema.load('lizard')\norganism.grow(steps='many')\nreveal_type(organism)\n"
    )
    python = next((tmp_path / "venv").glob("[bS]*/python*"))
    command = [sys.executable, "-m", "mypy", "--python-executable", str(python), "--follow-imports=silent", "user.py"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "py.typed" not in run.stdout
    assert 'user.py:3: error: Argument "steps" to "grow" of "Organism" has incompatible type "str"' in run.stdout
    assert 'Revealed type is "blastema.organism.Organism"' in run.stdout
