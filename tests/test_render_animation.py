"""Animations: written files are read back with Pillow and PyAV, frame by frame."""

import sys
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from blastema.errors import BlastemaError
from blastema.render.animation import save_animation
from blastema.render.colour import on_background
from blastema.render.palette import common_palette

IMAGES, ALL = (".gif", ".webp", ".png"), (".gif", ".webp", ".png", ".mp4")


def growing(count: int, height: int = 12, width: int = 16, colours: int = 6) -> list[np.ndarray]:
    """An opaque square of a given number of colours that grows by a column each frame."""
    palette = np.random.default_rng(3).integers(0, 255, (colours, 3)) / 255
    states = np.zeros((count, height, width, 4), np.float32)
    for index, state in enumerate(states):
        side = 1 + index % max(1, width - 1)
        places = np.arange(height * side).reshape(height, side) * 7 + index
        state[:, :side] = np.concatenate([palette[places % colours], np.ones((height, side, 1))], axis=-1)
    return list(states)


def many_colours(count: int) -> list[np.ndarray]:
    """Moving colour gradients below a white half: far more colours than fit into a palette."""
    y, x = np.mgrid[:48, :48] / 48
    waves = [
        np.stack([0.5 + 0.5 * np.sin(6 * x * part + 5 * y / part + index / 9) for part in (1, 2, 3)], axis=-1)
        for index in range(count)
    ]
    return [
        np.where(y[..., None] < 0.5, 0, np.pad(wave, ((0, 0), (0, 0), (0, 1)), constant_values=1)) for wave in waves
    ]


def read(path: Path) -> tuple[np.ndarray, list[float], int | None]:
    """Return frames, the duration of each in seconds, and the number of repetitions (0: forever)."""
    with Image.open(path) as image:
        frames, seconds = [], []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            image.load()
            frames.append(np.asarray(image.convert("RGB")))
            seconds.append(image.info.get("duration", 0) / 1000)
        return np.array(frames), seconds, image.info.get("loop")


def read_video(path: Path) -> np.ndarray:
    """Return the frames of a video."""
    av = pytest.importorskip("av")
    with av.open(str(path)) as container:
        return np.array([frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)])


def about_video(path: Path) -> tuple[tuple[object, ...], float, float]:
    """Return how a video is encoded (codec, pixels, colour space and range), its frames a second, and its seconds."""
    av = pytest.importorskip("av")
    with av.open(str(path)) as container:
        # Nothing of a stream can be read once its file is closed.
        stream = container.streams.video[0]
        codec = stream.codec_context
        encoded = codec.name, codec.pix_fmt, codec.colorspace, codec.color_range
        return encoded, float(stream.average_rate), float(stream.duration * stream.time_base)


# Reading back


@pytest.mark.parametrize("suffix", IMAGES)
def test_frames_of_few_colours_are_exact(tmp_path, suffix):
    states = growing(20)
    save_animation(iter(states), tmp_path / f"a{suffix}", zoom=3)
    frames, _, loop = read(tmp_path / f"a{suffix}")
    assert np.array_equal(frames[:, 1::3, 2::3], on_background(np.array(states)))
    assert frames.shape == (20, 36, 48, 3)
    assert loop == 0


@pytest.mark.parametrize("suffix", [".webp", ".png"])
def test_webp_and_png_are_exact_whatever_the_colours(tmp_path, suffix):
    states = many_colours(6)
    save_animation(states, tmp_path / f"a{suffix}", zoom=2)
    assert np.array_equal(read(tmp_path / f"a{suffix}")[0][:, ::2, ::2], on_background(np.array(states)))


def test_a_gif_of_many_colours_is_close_and_keeps_white(tmp_path):
    states = many_colours(12)
    expected = on_background(np.array(states)).astype(int)
    assert len(np.unique(expected.reshape(-1, 3), axis=0)) > 5000
    save_animation(states, tmp_path / "a.gif", zoom=1)
    pixels = read(tmp_path / "a.gif")[0].astype(int)
    assert (pixels[:, :24] == 255).all()
    difference = np.abs(pixels - expected)
    assert difference.mean() < 6
    assert difference.max() < 48


def test_a_gif_does_not_flicker():
    """A colour is the same in every frame and position: there is one palette, and no dithering."""
    frames = list(on_background(np.array(many_colours(8))))
    frames[5] = frames[2][::-1]
    palette, places = common_palette(frames)
    assert np.array_equal(places[5], places[2][::-1])
    assert len(np.unique(palette, axis=0)) == 256
    assert max(place.max() for place in places) < 255


@given(st.lists(hnp.arrays(np.uint8, (3, 4, 3)), min_size=1, max_size=20))
def test_up_to_255_colours_are_kept_exactly(frames):
    palette, places = common_palette(frames)
    assert all(np.array_equal(palette[place], frame) for place, frame in zip(places, frames, strict=True))


@pytest.mark.parametrize("suffix", IMAGES)
@pytest.mark.parametrize(("fps", "hold"), [(25, 1.0), (30, 0.5), (7, 0.0), (50, 2.5), (0.5, 0.0), (23.976, 60)])
def test_the_total_duration_is_right_and_the_last_frame_is_held(tmp_path, suffix, fps, hold):
    save_animation(growing(14), tmp_path / f"a{suffix}", fps=fps, zoom=1, hold=hold)
    _, seconds, _ = read(tmp_path / f"a{suffix}")
    assert len(seconds) == 14
    assert sum(seconds[:-1]) == pytest.approx(13 / fps, abs=0.006)
    assert seconds[-1] == pytest.approx(1 / fps + hold, abs=0.011)
    # GIF delays are in hundredths of a second, so frames differ by one at most.
    assert max(seconds[:-1]) - min(seconds[:-1]) < 0.0101
    assert min(seconds) >= 0.02


@pytest.mark.parametrize("suffix", IMAGES)
def test_the_duration_is_right_if_nothing_changes(tmp_path, suffix):
    save_animation([np.zeros((4, 4, 4), np.float32)] * 9 + growing(1, 4, 4), tmp_path / f"a{suffix}", fps=10, hold=1)
    frames, seconds, _ = read(tmp_path / f"a{suffix}")
    assert sum(seconds) == pytest.approx(1 + 1)
    assert (frames[-1] != 255).any()


@pytest.mark.parametrize("suffix", ALL)
def test_a_single_frame_can_be_animated(tmp_path, suffix):
    if suffix == ".mp4":
        pytest.importorskip("av")
    state = growing(1, 1, 1)
    save_animation(state, tmp_path / f"a{suffix}", zoom=8, hold=0)
    frames = read_video(tmp_path / "a.mp4") if suffix == ".mp4" else read(tmp_path / f"a{suffix}")[0]
    assert frames.shape == (1, 8, 8, 3)
    assert np.abs(frames[0, 4, 4].astype(int) - on_background(state[0])[0, 0]).max() < (5 if suffix == ".mp4" else 1)


@pytest.mark.parametrize("suffix", IMAGES)
def test_the_same_states_give_the_same_bytes(tmp_path, suffix):
    for name in ("a", "b"):
        save_animation(many_colours(5), tmp_path / f"{name}{suffix}", zoom=2)
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", IMAGES)
def test_non_finite_states_are_animated(tmp_path, suffix):
    states = growing(3)
    states[1][2:5] = np.nan
    states[2][2:5] = np.inf
    save_animation(states, tmp_path / f"a{suffix}", zoom=1)
    assert np.array_equal(read(tmp_path / f"a{suffix}")[0], on_background(np.array(states)))


# Video


@pytest.mark.parametrize(("fps", "hold", "count"), [(25, 1.0, 10 + 25), (30, 0, 10), (12.5, 0.4, 10 + 5)])
def test_a_video_has_every_frame_and_plays_in_browsers(tmp_path, fps, hold, count):
    pytest.importorskip("av")
    save_animation(iter(growing(10)), tmp_path / "a.mp4", fps=fps, hold=hold)
    assert read_video(tmp_path / "a.mp4").shape == (count, 48, 64, 3)
    encoded, rate, seconds = about_video(tmp_path / "a.mp4")
    assert encoded == ("h264", "yuv420p", 1, 1)
    assert rate == fps
    assert seconds == pytest.approx(count / fps, abs=0.001)
    content = (tmp_path / "a.mp4").read_bytes()
    # The index precedes the frames, so that players can start while loading.
    assert content.index(b"moov") < content.index(b"mdat")


def test_a_video_shows_the_colours_of_the_states(tmp_path):
    pytest.importorskip("av")
    states = [np.zeros((8, 8, 4), np.float32) for _ in range(6)]
    for state, colour in zip(
        states, ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0), (0.9, 0.6, 0.1), (1, 1, 1)), strict=True
    ):
        state[:, :4] = (*colour, 1)
    save_animation(states, tmp_path / "a.mp4", zoom=8, hold=0)
    frames = read_video(tmp_path / "a.mp4")
    middles = frames[:, 28:36, [12, 52]].astype(float).mean(axis=1)
    assert np.abs(middles - on_background(np.array(states))[:, 4, [1, 6]]).max() < 4


def test_a_video_of_odd_size_is_padded_with_white(tmp_path):
    pytest.importorskip("av")
    save_animation(growing(3, 15, 17), tmp_path / "a.mp4", zoom=1, hold=0)
    assert read_video(tmp_path / "a.mp4").shape == (3, 16, 18, 3)
    save_animation([np.ones((5, 7, 4), np.float32) * (0, 0, 0, 1)] * 3, tmp_path / "b.mp4", zoom=9, hold=0)
    frames = read_video(tmp_path / "b.mp4")
    assert frames.shape == (3, 46, 64, 3)
    assert frames[:, 45, :].min() > 200
    assert frames[:, :, 63].min() > 200
    assert frames[:, :44, :62].max() < 50


def test_a_video_holds_one_frame_at_a_time(tmp_path):
    pytest.importorskip("av")
    alive: list[weakref.ref[np.ndarray]] = []
    most = 0

    def one_by_one() -> Iterator[np.ndarray]:
        nonlocal most
        for _ in range(40):
            state = np.random.default_rng(len(alive)).random((8, 8, 4))
            alive.append(weakref.ref(state))
            most = max(most, sum(reference() is not None for reference in alive))
            yield state

    save_animation(one_by_one(), tmp_path / "a.mp4")
    assert len(alive) == 40
    assert most <= 2


# Atomic writes, and refusals


@pytest.mark.parametrize("suffix", ALL)
@pytest.mark.parametrize("before", [0, 3])
@pytest.mark.parametrize("interruption", [RuntimeError("failed"), KeyboardInterrupt()])
def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path, suffix, before, interruption):
    if suffix == ".mp4":
        pytest.importorskip("av")
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"old")

    def states() -> Iterator[np.ndarray]:
        yield from growing(before)
        raise interruption

    with pytest.raises(type(interruption)):
        save_animation(states(), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


SUFFIXES = "use one of .gif, .webp, .png, .mp4"


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("a.avi", {}, "{path} has the suffix '.avi'; " + SUFFIXES),
        ("a", {}, "{path} has no suffix; " + SUFFIXES),
        ("a.gif", {"fps": 60}, "a GIF shows at most 50 frames per second, not 60; use another format"),
        ("a.webp", {"fps": 0}, "fps is 0; it must be between 0.1 and 60"),
        ("a.png", {"fps": 61}, "fps is 61; it must be between 0.1 and 60"),
        ("a.gif", {"fps": float("nan")}, "fps is nan; it must be between 0.1 and 60"),
        ("a.gif", {"hold": -1}, "hold is -1 s; it must be between 0 and 60"),
        ("a.gif", {"hold": float("inf")}, "hold is inf s; it must be between 0 and 60"),
        ("a.gif", {"zoom": 0}, "zoom is 0; it must be a whole number of pixels per cell from 1 to 64"),
        ("b/a.gif", {}, "cannot write {path}: No such file or directory; choose a folder that exists and is writable"),
    ],
)
def test_invalid_requests_are_refused_before_any_state_is_grown(tmp_path, name, options, text):
    def states() -> Iterator[np.ndarray]:
        raise AssertionError("a state was asked for")
        yield

    with pytest.raises(BlastemaError) as refused:
        save_animation(states(), tmp_path / name, **options)
    assert str(refused.value) == text.format(path=tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", ALL)
@pytest.mark.parametrize(
    ("states", "options", "text"),
    [
        ([], {}, "no frames given for {path}; give at least one"),
        (
            [*growing(2), *growing(1, 9)], {},
            "frame 2 of {path} is (9, 16, 3), the first one (12, 16, 3); all frames must have one size",
        ),
        (
            [np.zeros((2, 5, 5, 4))], {},
            "frame 0 of {path} has 4 dimensions; give a state (height, width, channel) per frame",
        ),
        (
            [np.zeros((1, 300, 4))], {"zoom": 60},
            "{path} would be 18,000 pixels wide or high; at most 16,383 are allowed: use a smaller zoom",
        ),
    ],
)  # fmt: skip
def test_invalid_states_are_refused(tmp_path, suffix, states, options, text):
    if suffix == ".mp4":
        pytest.importorskip("av")
    path = tmp_path / f"a{suffix}"
    with pytest.raises(BlastemaError) as refused:
        save_animation(states, path, **options)
    assert str(refused.value) == text.format(path=path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", IMAGES)
def test_an_animation_too_large_for_memory_is_refused_early(tmp_path, suffix):
    seen = 0

    def states() -> Iterator[np.ndarray]:
        nonlocal seen
        for _ in range(1000):
            seen += 1
            yield np.zeros((100, 100, 4), np.float32)

    with pytest.raises(BlastemaError) as refused:
        save_animation(states(), tmp_path / f"a{suffix}", zoom=64)
    assert str(refused.value) == (
        "the animation has more than 256,000,000 pixels in all frames; use a smaller zoom, fewer frames, or write .mp4"
    )
    assert seen == 7


def test_a_gif_longer_than_the_format_allows_is_refused(tmp_path):
    with pytest.raises(BlastemaError) as refused:
        save_animation([np.zeros((1, 1, 4))] * 70, tmp_path / "a.gif", fps=0.1, zoom=1)
    assert str(refused.value) == "a GIF lasts at most 655 s, not 701; use more frames per second"


def test_mp4_without_its_extra_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)  # how Python marks a module that cannot be imported
    with pytest.raises(BlastemaError) as refused:
        save_animation(growing(2), tmp_path / "a.mp4")
    assert str(refused.value) == "writing .mp4 needs an extra: pip install 'blastema[video]'"
    assert list(tmp_path.iterdir()) == []
