"""Still pictures: enlarged cells, contact sheets, files."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from blastema.errors import BlastemaError
from blastema.render.colour import on_background, rgba
from blastema.render.lettering import legible
from blastema.render.picture import CAPTION, FRAME, GAP, enlarge, picture, save, sheet
from blastema.targets import load_target


def some_states(count: int, height: int = 8, width: int = 10) -> np.ndarray:
    return np.random.default_rng(1).random((count, height, width, 5), np.float32)


@given(hnp.arrays(np.uint8, hnp.array_shapes(min_dims=3, max_dims=4, max_side=5)), st.integers(1, 7))
def test_enlarging_and_subsampling_gives_the_original(pixels, zoom):
    large = enlarge(pixels, zoom)
    for down in (0, zoom - 1):
        for right in (0, zoom - 1):
            assert np.array_equal(large[..., down::zoom, right::zoom, :], pixels)


@pytest.mark.parametrize("zoom", [0, -1, 65, 1.5, "4"])
def test_an_invalid_zoom_is_refused(zoom):
    with pytest.raises(BlastemaError) as refused:
        picture(some_states(1)[0], zoom)
    assert str(refused.value) == f"zoom is {zoom!r}; it must be a whole number of pixels per cell from 1 to 64"


def test_a_picture_is_the_state_on_white():
    state = some_states(1)[0]
    image = picture(state, 3)
    assert (image.mode, image.size) == ("RGB", (30, 24))
    assert np.array_equal(np.asarray(image)[1::3, 1::3], on_background(state))


def test_a_target_is_drawn_unchanged():
    target = load_target("🦎")
    image = np.asarray(picture(target, 1))
    assert image.shape == (72, 72, 3)
    assert np.abs(image - (target[..., :3] + 1 - target[..., 3:]) * 255).max() <= 0.501


# Contact sheets


def tile(whole: np.ndarray, row: int, column: int, high: int, wide: int, caption: int) -> np.ndarray:
    top, left = GAP + row * (high + GAP + caption), GAP + column * (wide + GAP)
    return whole[top : top + high, left : left + wide]


@pytest.mark.parametrize("labels", [None, list("abcde")])
def test_a_sheet_shows_every_state_in_its_place(labels):
    states = some_states(5)
    whole = np.asarray(sheet(states, columns=3, zoom=2, labels=labels))
    caption = CAPTION if labels else 0
    assert whole.shape == (2 * (16 + GAP + caption) + GAP, 3 * (20 + GAP) + GAP, 3)
    for index, state in enumerate(states):
        pixels = tile(whole, index // 3, index % 3, 16, 20, caption)
        assert np.array_equal(pixels[::2, ::2], on_background(state))
    assert (tile(whole, 1, 2, 16, 20, caption) == 255).all()


def test_an_empty_tile_has_a_visible_frame():
    whole = np.asarray(sheet(np.zeros((1, 8, 8, 4), np.float32), columns=1, zoom=2))
    assert (whole[GAP - 1, GAP : GAP + 16] == FRAME).all()
    assert (whole[0] == 255).all()


def test_few_states_make_a_narrow_sheet():
    assert sheet(some_states(2), columns=9, zoom=1).width == 2 * (10 + GAP) + GAP


def test_each_caption_is_under_its_tile_and_fits():
    states = np.zeros((3, 20, 36, 4), np.float32)
    whole = np.asarray(sheet(states, columns=3, zoom=1, labels=["1,000", "", "step 9"]))
    under = whole[GAP + 20 + 1 :]
    dark = [(under[:, GAP + at * 40 : GAP + at * 40 + 36].min(axis=2) < 160).sum() for at in range(3)]
    assert dark[0] > 20
    assert dark[1] == 0
    assert dark[2] > 20
    # The gaps between tiles have no dark pixels, so no caption overlaps the next one.
    assert under[:, GAP + 37 : GAP + 39].min() > 160


def test_captions_leave_out_what_the_font_lacks():
    assert legible("Größe 48×48 — café 🦎…") == "Grosse 48x48 - cafe …"
    with_emoji = sheet(some_states(1), columns=1, zoom=4, labels=["a 🦎"])
    assert with_emoji == sheet(some_states(1), columns=1, zoom=4, labels=["a"])


@pytest.mark.parametrize(
    ("states", "columns", "labels", "text"),
    [
        ([], 3, None, "no states given for a contact sheet; give at least one"),
        (some_states(2), 0, None, "columns is 0; it must be 1 or more"),
        (some_states(2), 2, ["a"], "1 labels given for 2 states; give one per state"),
        (
            [some_states(1)[0], some_states(1, 4)[0]], 2, None,
            "the states of a contact sheet differ in size; give states of one size",
        ),
    ],
)  # fmt: skip
def test_an_invalid_sheet_is_refused(states, columns, labels, text):
    with pytest.raises(BlastemaError) as refused:
        sheet(states, columns, 2, labels)
    assert str(refused.value) == text


# Files


@pytest.mark.parametrize("suffix", [".png", ".webp", ".PNG", ".bmp", ".tiff"])
def test_a_saved_picture_is_exact(tmp_path, suffix):
    image = picture(some_states(1)[0], 3)
    save(image, tmp_path / f"a{suffix}")
    with Image.open(tmp_path / f"a{suffix}") as loaded:
        assert np.array_equal(loaded.convert("RGB"), image)


@pytest.mark.parametrize("suffix", [".png", ".webp"])
def test_a_transparent_picture_stays_transparent(tmp_path, suffix):
    pixels = rgba(some_states(1)[0])
    save(Image.fromarray(pixels), tmp_path / f"a{suffix}")
    with Image.open(tmp_path / f"a{suffix}") as loaded:
        assert np.array_equal(loaded, pixels)


def test_a_jpeg_of_a_transparent_picture_is_on_white(tmp_path):
    save(Image.fromarray(rgba(np.zeros((16, 16, 4), np.float32))), tmp_path / "a.jpg")
    with Image.open(tmp_path / "a.jpg") as loaded:
        assert np.asarray(loaded).min() > 250


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "{path} has the suffix '.txt'; use one of .png, .webp, .jpg, .jpeg, .gif, .bmp, .tiff"),
        ("a", "{path} has no suffix; use one of .png, .webp, .jpg, .jpeg, .gif, .bmp, .tiff"),
        ("b/a.png", "cannot write {path}: No such file or directory; choose a folder that exists and is writable"),
    ],
)
def test_a_picture_that_cannot_be_saved_is_refused_and_leaves_nothing(tmp_path, name, text):
    with pytest.raises(BlastemaError) as refused:
        save(picture(some_states(1)[0]), tmp_path / name)
    assert str(refused.value) == text.format(path=tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_picture_too_large_for_its_format_is_refused_and_leaves_the_old_file(tmp_path):
    path = tmp_path / "a.webp"
    path.write_bytes(b"old")
    with pytest.raises(BlastemaError, match=r"a\.webp: .*16383.*; try \.png, or another folder"):
        save(Image.new("RGB", (16384, 1)), path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]
