"""The command line as a user meets it."""

import os
import stat
import subprocess
import sys

import numpy as np
import pytest
import safetensors.numpy
from PIL import Image

from blastema import Organism, Rule, load
from blastema.cli.commands import COMMANDS, FIRST_EXAMPLES
from blastema.cli.size import parse_size
from blastema.cli.training_screen import sparkline
from blastema.engines import ENGINES
from blastema.errors import BlastemaError
from conftest import blastema, random_weights

QUICK = ("--experiment", "growing", "--fit", "6", "--pad", "4", "--steps", "3")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder in which a short training was run."""
    folder = tmp_path_factory.mktemp("trained")
    run = blastema("train", "🎄", *QUICK, "--experiment", "regenerating", cwd=folder)
    assert run.returncode == 0, run.stderr
    return folder


def test_training_writes_all_files(trained):
    run = trained / "runs/tree-regenerating"
    names = {path.name for path in run.iterdir()}
    assert {
        "config.json",
        "log.jsonl",
        "checkpoint.safetensors",
        "organism.safetensors",
        "target.png",
        "loss.png",
        "growth.gif",
    } <= names
    assert any(name.startswith("events.out.tfevents") for name in names)
    assert {path.name for path in (run / "pictures").iterdir()} == {
        f"{kind}-{step:06d}.png" for kind in ("pool", "batch") for step in (1, 2, 3)
    }
    with Image.open(run / "growth.gif") as growth:
        assert growth.n_frames > 1
        assert growth.size == (14 * 4, 14 * 4)
    assert load(run).training["target"] == "🎄"


def test_another_run_gets_another_name(trained):
    again = blastema("train", "tree", *QUICK, "--experiment", "regenerating", cwd=trained)
    assert again.returncode == 0
    assert "runs/tree-regenerating-2" in again.stderr


def test_a_finished_run_says_so_and_continues_if_asked(trained):
    done = blastema("train", "--resume", "runs/tree-regenerating", cwd=trained)
    assert done.returncode == 0
    assert "has already finished its 3 steps; use --steps N to train further" in done.stderr
    further = blastema("train", "--resume", "runs/tree-regenerating", "--steps", "5", cwd=trained)
    assert further.returncode == 0
    assert load(trained / "runs/tree-regenerating").training["steps"] == 5


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".mp4"])
def test_growing_writes_animations(trained, tmp_path, suffix):
    out = tmp_path / f"a{suffix}"
    grown = blastema(
        "grow",
        "runs/tree-regenerating",
        "--out",
        str(out),
        "--steps",
        "9",
        "--zoom",
        "3",
        "--size",
        "21x14",
        cwd=trained,
    )
    assert grown.returncode == 0, grown.stderr
    if suffix == ".mp4":
        import av

        with av.open(str(out)) as video:
            assert (video.streams.video[0].width, video.streams.video[0].height) == (64, 42)
            assert sum(1 for _ in video.decode(video=0)) == 10 + 25
        return
    with Image.open(out) as animation:
        assert animation.size == (63, 42)
        assert animation.n_frames == 10 or suffix == ".gif"


def test_growing_writes_states_and_contact_sheets(trained, tmp_path):
    arguments = ("grow", "runs/tree-regenerating", "--steps", "12", "--seed", "4", "--size", "20")
    assert blastema(*arguments, "--out", str(tmp_path / "a.npy"), cwd=trained).returncode == 0
    expected = load(trained / "runs/tree-regenerating").grow(12, 20, 20, seed=4)
    assert np.array_equal(np.load(tmp_path / "a.npy"), expected)
    assert blastema(*arguments, "--out", str(tmp_path / "a.png"), "--sheet", cwd=trained).returncode == 0
    with Image.open(tmp_path / "a.png") as sheet:
        assert sheet.size == (6 * (40 + 4) + 4, 3 * (40 + 4 + 16) + 4)


def test_flags_of_grow_do_what_they_say(tmp_path):
    rule = Rule()
    weights = random_weights(rule)
    # It grows in all directions, so that every flag shows.
    weights.update_bias[3] = 0.1
    organism = Organism(weights, rule)
    organism.save(tmp_path / "a.safetensors")

    def state(*flags):
        run = blastema("grow", "a.safetensors", "--out", "a.npy", "--steps", "12", "--size", "8", *flags, cwd=tmp_path)
        assert run.returncode == 0, run.stderr
        return np.load(tmp_path / "a.npy")

    plain, turned = state(), state("--angle", "90")
    assert np.array_equal(turned, organism.grow(12, 8, 8, angle=np.pi / 2))
    assert not np.array_equal(plain, turned)
    assert not np.array_equal(plain, state("--fire-rate", "1.0"))
    assert not np.array_equal(plain, state("--edge", "wrap"))
    assert not state("--damage", "lower@12")[4:].any()
    assert not state("--damage", "upper@12", "lower@12").any()
    np.testing.assert_allclose(plain, state("--engine", "numpy"), atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("engine", ENGINES)
def test_growing_takes_every_engine(tmp_path, engine):
    run = blastema("grow", "🦎", "--engine", engine, "--steps", "9", "--size", "12", "--out", "a.npy", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    np.testing.assert_allclose(np.load(tmp_path / "a.npy"), load("🦎").grow(9, 12, 12), atol=1e-4)


def test_without_a_terminal_growing_prints_plain_characters(trained):
    grown = blastema("grow", "runs/tree-regenerating", "--steps", "0", cwd=trained)
    assert grown.returncode == 0
    assert "\x1b" not in grown.stdout
    assert grown.stdout.strip()


@pytest.fixture(scope="module")
def corner(tmp_path_factory):
    """A folder with everything a user may get wrong."""
    folder = tmp_path_factory.mktemp("corner")
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n123")
    Image.new("RGBA", (9, 9)).save(folder / "empty.png")
    (folder / "mine").mkdir()
    (folder / "mine/thesis.txt").write_text("years of work")
    good = random_weights(Rule())
    Organism(good).save(folder / "good.safetensors")
    with safetensors.safe_open(folder / "good.safetensors", "numpy") as file:
        metadata = file.metadata()
    tensors = safetensors.numpy.load_file(folder / "good.safetensors")
    safetensors.numpy.save_file(tensors, folder / "unknown.safetensors", metadata | {"gravity": "1"})
    safetensors.numpy.save_file(
        tensors | {"hidden.bias": np.full(128, np.nan, np.float32)}, folder / "nan.safetensors", metadata
    )
    (folder / "model.json").write_text("{}")
    return folder


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("train", "🇩🇪"), "is a flag"),
        (("train", "👋🏽"), "is an emoji with a skin tone"),
        (("train", "lizzard"), "did you mean lizard"),
        (("train", "missing.png"), "there is no file missing.png"),
        (("train", "broken.png"), "broken.png"),
        (("train", "empty.png"), "empty.png is completely transparent"),
        (("train", "🦎", "--size", "32"), "a target of 40x40 cells is too large for a grid of 32x32"),
        (("train", "🦎", "--size", "big"), "--size 'big' is not a size; write 72 or 96x64"),
        (("train", "🦎", "--size", "5000"), "--size '5000' is too large; each side must be between 1 and 4096"),
        (("train", "🦎", "--out", "mine"), "mine already exists and is not empty; choose another --out"),
        (("train", "🦎", "--out", "mine/thesis.txt"), "already exists"),
        (("train", "🦎", "--out", "mine/thesis.txt/run"), "cannot create"),
        (
            ("train", "🦎", "--out", "/dev/null/run"),
            "cannot create /dev/null/run: Not a directory; choose another --out",
        ),
        (("train", "🦎", "--batch", "2"), "batch is 2"),
        (("train", "🦎", "--engine", "abacus"), "there is no engine 'abacus'; choose one of native, numpy, jax"),
        (("train",), "no target given"),
        (("train", "--resume", "mine"), "is not the directory of a run"),
        (("train", "🦎", "--resume", "mine"), "leave out TARGET"),
        (("train", "--resume", "mine", "--seed", "3"), "leave out --seed"),
        (("grow", "missing.safetensors"), "there is no file"),
        (("grow", "mine"), "there is no organism in mine"),
        (("grow", "unknown.safetensors"), "has unknown keys gravity"),
        (("grow", "nan.safetensors"), "not finite"),
        (("grow", "model.json"), "model.json is not a graph model: it has no list of nodes"),
        (("grow", "broken.png"), "broken.png is in none of the formats that can be read"),
        (("grow", "good.safetensors", "--out", "a.txt"), "has the suffix '.txt'; use .gif, .webp, .png, .mp4 or .npy"),
        (("grow", "good.safetensors", "--out", "none/a.gif"), "there is no folder none"),
        (
            ("grow", "good.safetensors", "--out", "a.mp4", "--sheet"),
            "has the suffix '.mp4'; use .png, .webp, .jpg or .jpeg",
        ),
        (("grow", "good.safetensors", "--damage", "middle"), "--damage 'middle' is not valid"),
        (("grow", "good.safetensors", "--damage", "disc@900"), "would come after the last step, 200"),
        (("grow", "good.safetensors", "--fire-rate", "2"), "--fire-rate is 2.0; it must be between 0 and 1"),
        (("grow", "good.safetensors", "--steps", "-1"), "--steps is -1"),
        (("grow", "good.safetensors", "--seed", "-1"), "--seed is -1"),
        (("grow", "good.safetensors", "--out", "a.gif", "--fps", "0"), "--fps is 0.0; it must be between 0.1 and 50"),
        (("grow", "good.safetensors", "--out", "a.gif", "--zoom", "0"), "--zoom is 0"),
    ],
)
def test_a_mistake_is_one_line_and_writes_nothing(refusal, corner, arguments, says):
    assert says in refusal(*arguments, cwd=corner)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="not here: root may write everywhere")
def test_a_folder_that_cannot_be_written_to(corner):
    locked = corner / "locked"
    locked.mkdir(exist_ok=True)
    locked.chmod(stat.S_IRUSR | stat.S_IXUSR)
    run = blastema("train", "🦎", "--out", "locked/run", cwd=corner)
    assert run.returncode == 2
    assert "cannot make locked/run: Permission denied; choose another --out" in run.stderr


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_help_ends_in_two_commands_to_paste(command, tmp_path):
    run = blastema(*command.split(), "--help", cwd=tmp_path)
    assert run.returncode == 0
    last = run.stdout.rstrip().splitlines()[-2:]
    examples = COMMANDS[command].examples if command else FIRST_EXAMPLES
    assert last == [f"  {example}" for example in examples]
    assert all(line.startswith("  blastema ") for line in last)


def test_doctor_shows_what_is_installed(tmp_path):
    run = blastema("doctor", cwd=tmp_path)
    assert run.returncode == 0
    assert f"numpy {np.__version__}" in run.stdout
    assert f"{len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()}" in run.stdout
    assert "the default" in run.stdout
    assert "instruction set" in run.stdout


@pytest.mark.parametrize("code", [["-c", "import blastema"], ["-m", "blastema", "--help"]], ids=["import", "help"])
def test_the_start_is_quick(code, tmp_path):
    def processor_seconds(code):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *code], check=True, capture_output=True, cwd=tmp_path)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    resource = pytest.importorskip("resource", reason="not here: Windows counts no processor time of children")
    # We promise 0.3 s on an idle machine of today. Others are slower or busy: what counts is the processor time, beside
    # that of NumPy alone; measured 0.3 times (import) and 2.7 times (help).
    numpy, ours = (min(processor_seconds(code) for _ in range(3)) for code in (["-c", "import numpy"], code))
    assert ours < 4 * numpy


def test_sizes():
    assert parse_size("72") == (72, 72)
    assert parse_size("96x64") == (64, 96)
    for wrong in ("", "0", "7x", "x7", "-3", "1e3", "99999", "3x4x5"):
        with pytest.raises(BlastemaError, match="1 and 4096"):
            parse_size(wrong)


def test_an_organism_grows_where_it_was_trained():
    def size(**training):
        return Organism(random_weights(Rule()), training=training).trained_size

    assert size() == (72, 72)
    assert size(fit=10, pad=3, height=None) == (16, 16)
    assert size(height=30, width=50) == (30, 50)
    for odd in ({"height": "tall"}, {"fit": 40, "pad": "some"}, {"width": 10**9}, {"fit": [1]}, {"height": -3}):
        assert size(**odd) == (72, 72)


def test_the_loss_curve_in_a_line():
    assert sparkline([1.0, 0.1, 0.01], 3) == "█▅▁"
    assert len(sparkline(list(np.linspace(1, 0, 1000)), 28)) == 28
    assert sparkline([0.5], 28) == "▁"
