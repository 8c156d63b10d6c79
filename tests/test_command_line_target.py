"""The target before a training: `blastema target`, and what a training shows of it."""

import io

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from blastema.cli.training_screen import LiveScreen
from blastema.render.colour import rgba
from blastema.render.picture import picture
from blastema.reporting.album import picture_target
from blastema.targets import load_target
from blastema.training.run import Config, Run
from conftest import blastema


def test_it_is_shown_as_cells_with_their_number(tmp_path):
    shown = blastema("target", "disc", "--fit", "10", "--pad", "3", cwd=tmp_path)
    assert (shown.returncode, shown.stderr) == (0, "")
    target = load_target("disc", fit=10, pad=3)
    living = int((target[..., 3] > 0.1).sum())
    assert shown.stdout.splitlines()[-1] == f"disc: {living} living cells in 16x16, up to 5 from the seed cell"
    assert len(shown.stdout.splitlines()) > 5
    assert not list(tmp_path.iterdir())


def test_what_a_training_would_warn_about_is_told(tmp_path):
    shown = blastema("target", "🍩", "--fit", "150", cwd=tmp_path)
    assert shown.returncode == 0
    assert "training will probably fail; use --fit" in shown.stderr


@pytest.mark.parametrize("zoom", [(), ("--zoom", "1")])
def test_the_picture_has_the_target_with_its_transparency(zoom, tmp_path):
    photograph = Image.new("RGB", (30, 20), "white")
    photograph.paste("green", (6, 4, 24, 16))
    photograph.save(tmp_path / "photograph.png")
    flags = ("--background", "auto", "--fit", "12", "--pad", "4")
    shown = blastema("target", "photograph.png", *flags, "--out", "t.png", *zoom, cwd=tmp_path)
    assert (shown.returncode, shown.stdout) == (0, "")
    target = load_target(tmp_path / "photograph.png", background="auto", fit=12, pad=4)
    every = int(zoom[1]) if zoom else 8
    with Image.open(tmp_path / "t.png") as written:
        np.testing.assert_array_equal(np.asarray(written)[::every, ::every], rgba(target))
        assert written.size == (20 * every, 20 * every)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nope",), "there is no emoji, image file or drawing 'nope'"),
        (("🦎", "--zoom", "3"), "--zoom has no effect in the terminal; write to a file with --out"),
        (("🦎", "--out", "t.gif"), "--out t.gif has the suffix '.gif'; use .png, .webp, .jpg or .jpeg"),
        (("🦎", "--out", "t.png", "--zoom", "0"), "--zoom is 0; it must be between 1 and 64"),
        (("🦎", "--size", "20"), "a target of 40x40 cells is too large for a grid of 20x20"),
    ],
)
def test_mistakes_are_told_in_one_line(refusal, arguments, message, tmp_path):
    assert message in refusal("target", *arguments, cwd=tmp_path)


@pytest.fixture
def two_bodies(tmp_path):
    """A run that has not started, with a target for each of two signals."""
    return Run.begin(tmp_path / "run", Config(("disc", "ring"), fit=10, pad=4, steps=3))


def test_a_run_has_a_picture_of_its_targets(two_bodies):
    picture_target(two_bodies)
    with Image.open(two_bodies.directory / "target.png") as written:
        pixels = np.asarray(written)
    for target in two_bodies.targets:
        tile = np.asarray(picture(target, 4))
        windows = np.lib.stride_tricks.sliding_window_view(pixels, tile.shape)
        assert any((window == tile).all() for window in windows[4:6, :, 0].reshape(-1, *tile.shape))


@pytest.mark.parametrize(("rows", "visible"), [(40, True), (20, False)])
def test_the_training_screen_has_the_target_where_there_is_room(two_bodies, rows, visible):
    console = Console(file=io.StringIO(), width=100, height=rows, force_terminal=True, color_system="truecolor")
    screen = LiveScreen(two_bodies, console)
    training = two_bodies.train()
    drawn = Console(file=io.StringIO(), width=100, color_system=None)
    drawn.print(screen._draw(next(training)))
    training.close()
    lines = drawn.file.getvalue().splitlines()
    assert any("target" in line for line in lines) == visible
    assert any("▀▀▀▀▀▀▀▀" in line for line in lines) == visible
    assert len(lines) <= rows
