"""Pictures: every colour where it belongs, and files that are whole."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageSequence
from rich.console import Console

from blastema.errors import BlastemaError
from blastema.render.animation import save_animation
from blastema.render.colour import on_background
from blastema.render.loss_picture import loss_picture, round_steps, running_median
from blastema.render.picture import enlarge, picture, save, sheet
from blastema.render.terminal import characters, half_blocks, reduced
from blastema.rule import Rule
from blastema.targets import load_target
from conftest import random_states

COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


def plain(colour, alpha=1.0, size=(4, 6)):
    """A state of one colour, premultiplied."""
    state = np.zeros((*size, 16), np.float32)
    state[..., :3] = np.array(colour) / 255 * alpha
    state[..., 3] = alpha
    return state


@given(COLOURS, COLOURS)
def test_what_is_opaque_shows_its_colour_and_what_is_empty_the_background(colour, background):
    assert (on_background(plain(colour), background) == colour).all()
    assert (on_background(plain(colour, 0.0), background) == background).all()


def test_half_transparent_is_half_way():
    np.testing.assert_allclose(
        on_background(plain((200, 0, 0), 0.5)), np.broadcast_to((228, 128, 128), (4, 6, 3)), atol=1
    )


def test_the_sick_still_give_a_picture():
    state = plain((1, 2, 3))
    state[0, 0], state[0, 1], state[0, 2] = np.nan, np.inf, -np.inf
    assert picture(state).size == (24, 16)
    assert half_blocks(state, 80, 40).plain
    assert characters(state, 80, 40)


@given(st.integers(1, 5))
def test_enlarging_repeats_pixels(zoom):
    pixels = np.random.default_rng(zoom).integers(0, 256, (3, 5, 3), dtype=np.uint8)
    large = enlarge(pixels, zoom)
    assert large.shape == (3 * zoom, 5 * zoom, 3)
    for row in range(zoom):
        assert np.array_equal(large[row::zoom, ::zoom], pixels)


def test_a_sheet_has_all_states_in_order():
    states = [plain((index * 50, 0, 0)) for index in range(5)]
    pixels = np.asarray(sheet(states, columns=3, zoom=2))
    assert pixels.shape == (2 * (8 + 4) + 4, 3 * (12 + 4) + 4, 3)
    reds = [pixels[4 + 12 * (index // 3) + 3, 4 + 16 * (index % 3) + 3, 0] for index in range(5)]
    assert reds == [0, 50, 100, 150, 200]
    assert (pixels[-8, -8] == 255).all()


FRAMES = [plain(colour) for colour in ((255, 0, 0), (0, 255, 0), (0, 0, 255), (90, 90, 90))]


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_animations_come_back_as_they_were_shown(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    save_animation(iter(FRAMES), path, fps=30, zoom=3, hold=0.5)
    with Image.open(path) as animation:
        shown = [(frame.convert("RGB"), frame.info["duration"]) for frame in ImageSequence.Iterator(animation)]
        assert animation.info["loop"] == 0
    assert [image.getpixel((5, 5)) for image, _ in shown] == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (90, 90, 90)]
    assert {image.size for image, _ in shown} == {(18, 12)}
    assert sum(duration for _, duration in shown) == pytest.approx(1000 * 4 / 30 + 500, abs=11)


def test_video_comes_back_as_it_was_shown(tmp_path):
    import av

    save_animation(FRAMES, tmp_path / "a.mp4", fps=25, zoom=11, hold=0.2)
    with av.open(str(tmp_path / "a.mp4")) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt, stream.average_rate) == ("h264", "yuv420p", 25)
        shown = [frame.to_ndarray(format="rgb24") for frame in video.decode(video=0)]
    assert len(shown) == 4 + 5
    assert shown[0].shape == (44, 66, 3)
    for index, colour in enumerate(((255, 0, 0), (0, 255, 0), (0, 0, 255))):
        assert np.abs(shown[index][20, 30].astype(int) - colour).max() < 30


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png"])
def test_the_same_states_give_the_same_bytes(tmp_path, suffix):
    states = random_states(Rule(), 5, 12, 12)
    for name in "ab":
        save_animation(states, tmp_path / f"{name}{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".mp4"])
def test_what_goes_wrong_leaves_nothing_behind_and_what_was_there_before(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_text("before")

    def interrupted():
        yield FRAMES[0]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        save_animation(interrupted(), path)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_animations_that_cannot_be_are_refused(tmp_path):
    for options, says in (
        ({"path": "a.avi"}, "'.avi'; an animation is one of .gif, .webp, .png, .mp4"),
        ({"states": []}, "no states came"),
        ({"fps": 1000.0}, "1000.0 pictures a second cannot be"),
        ({"fps": 60.0}, "a GIF shows at most 50 pictures a second"),
        ({"path": "none/a.gif"}, "cannot write"),
    ):
        arguments = {"states": FRAMES, "path": "a.gif"} | options
        with pytest.raises(BlastemaError) as refused:
            save_animation(arguments.pop("states"), tmp_path / arguments.pop("path"), **arguments)
        assert says in str(refused.value)
    with pytest.raises(BlastemaError, match=r"has the suffix '.tiger'"):
        save(Image.new("RGB", (3, 3)), tmp_path / "a.tiger")
    assert not list(tmp_path.iterdir())


@given(st.integers(1, 100), st.integers(1, 100), st.integers(1, 60), st.integers(1, 40))
def test_the_terminal_never_gets_more_than_its_room(height, width, columns, rows):
    lines = half_blocks(plain((9, 9, 9), size=(height, width)), columns, rows).plain.splitlines()
    assert len(lines) <= rows
    assert {len(line) for line in lines} <= set(range(1, columns + 1))


def test_half_blocks_show_two_cells_in_a_character():
    state = np.concatenate([plain((255, 0, 0), size=(1, 1)), plain((0, 0, 255), size=(1, 1))])
    console = Console(force_terminal=True, color_system="truecolor", width=20)
    with console.capture() as captured:
        console.print(half_blocks(state, 10, 10), end="")
    assert "\x1b[38;2;255;0;0;48;2;0;0;255m▀" in captured.get()


def test_empty_cells_show_the_terminal_itself():
    state = np.concatenate([plain((255, 0, 0), size=(1, 2)), plain((0, 0, 0), 0.0, size=(1, 2))])
    assert half_blocks(state, 10, 10).plain == "▀▀\n"
    assert half_blocks(state[::-1], 10, 10).plain == "▄▄\n"
    assert half_blocks(np.zeros((4, 3, 16), np.float32), 10, 10).plain == "   \n   \n"


def test_reducing_keeps_the_mean():
    state = random_states(Rule(), 1, 12, 12)[0].clip(0, 1)
    np.testing.assert_allclose(reduced(state, 6, 6).mean(axis=(0, 1)), state[..., :4].mean(axis=(0, 1)), atol=1e-6)


def test_the_loss_falls_to_the_right():
    image = np.asarray(loss_picture(range(1, 2001), np.geomspace(0.1, 0.001, 2000), "disc")).astype(int)
    blue = np.argwhere((abs(image - (8, 81, 156)) < 40).all(-1))
    left, right = (blue[(blue[:, 1] > begin) & (blue[:, 1] < begin + 60), 0].mean() for begin in (100, 800))
    assert right > left + 200


@pytest.mark.parametrize("losses", [[], [0.1], [0.0, 0.0], [np.nan, 0.1, np.inf], [1e-30] * 5])
def test_any_losses_give_a_picture(losses):
    assert loss_picture(range(len(losses)), losses).size == (900, 500)


def test_running_medians_and_round_steps():
    np.testing.assert_allclose(running_median(np.array([1, 9, 2, 3.0]), 1), [5, 2, 3, 2.5])
    assert round_steps(300) == [0, 50, 100, 150, 200, 250, 300]
    assert round_steps(1) == [0, 1]


def test_a_target_is_pictured_as_it_is():
    target = load_target("🦎")
    assert np.array_equal(np.asarray(picture(target, 1)), on_background(target))
