"""Targets: names, scaling into the grid, and pictures drawn by code."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blastema.errors import BlastemaError
from blastema.targets import load_target, short_name
from blastema.targets.fit import fitted


def refusal(name, **options) -> str:
    with pytest.raises(BlastemaError) as refused:
        load_target(name, **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


# Scaling and placement

NAMES = st.sampled_from(["🦎", "🕸", "🦄", "disc", "planarian", "H", "noto:👁"])


@given(NAMES, st.integers(5, 50), st.integers(0, 9))
def test_targets_are_premultiplied_and_padded_with_zeros(name, fit, pad):
    target = load_target(name, fit=fit, pad=pad)
    assert target.shape == (fit + 2 * pad, fit + 2 * pad, 4)
    assert target.dtype == np.float32
    assert target.min() >= 0
    assert (target[..., :3] <= target[..., 3:]).all()
    assert target[..., 3].max() <= 1
    around = np.ones(target.shape[:2], bool)
    around[pad : pad + fit, pad : pad + fit] = False
    assert not target[around].any()
    assert target[..., 3].any()


# In fewer cells than five hardly anything is opaque around the seed cell, so that pictures are moved.
@given(NAMES, st.integers(5, 20), st.integers(20, 45), st.integers(20, 45))
def test_the_picture_is_centred_in_a_grid_of_any_shape(name, fit, height, width):
    target = load_target(name, fit=fit, height=height, width=width)
    top, left = (height - fit) // 2, (width - fit) // 2
    expected = np.zeros((height, width, 4), np.float32)
    expected[top : top + fit, left : left + fit] = load_target(name, fit=fit, pad=0)
    assert np.array_equal(target, expected)


def test_the_default_size_is_the_articles():
    assert np.array_equal(load_target("🦎"), load_target("🦎", fit=40, pad=16))
    assert load_target("🦎").shape == (72, 72, 4)


def test_one_side_alone_gives_a_square_grid():
    assert np.array_equal(load_target("🦎", height=50), load_target("🦎", height=50, width=50))
    assert np.array_equal(load_target("🦎", width=50), load_target("🦎", height=50, width=50))


@given(st.integers(1, 300), st.integers(1, 300), st.integers(1, 40))
def test_the_aspect_ratio_is_kept(width, height, fit):
    alpha = fitted(Image.new("RGBA", (width, height), "green"), fit)[..., 3]
    rows, columns = np.nonzero(alpha)
    long, short = max(width, height), min(width, height)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == fit
    assert abs((min(np.ptp(rows), np.ptp(columns)) + 1) - max(1, fit * short / long)) <= 0.5
    np.testing.assert_allclose(alpha[rows, columns], 1, atol=1e-5)


def test_colours_hidden_under_transparent_pixels_do_not_leak():
    picture = Image.new("RGBA", (400, 400), (0, 255, 0, 0))
    picture.paste((255, 0, 0, 255), (100, 100, 300, 300))
    assert fitted(picture, 37)[..., 1].max() == 0


def test_pictures_much_finer_than_the_cells_are_scaled_correctly():
    fine = Image.effect_mandelbrot((1200, 1200), (-2, -1.5, 1, 1.5), 60).convert("RGBA")
    by_lanczos_alone = np.asarray(fine.resize((40, 40), Image.Resampling.LANCZOS), np.float32) / 255
    assert np.abs(fitted(fine, 40) - by_lanczos_alone).mean() < 0.005


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"height": 30, "width": 64},
            "a target of 40x40 cells is too large for a grid of 64x30; use --fit 30 or less, or a larger --size",
        ),
        (
            {"pad": 3, "height": 64},
            "give either --size, the size of the grid, or --pad, the padding around the picture, not both",
        ),
        (
            {"pad": 0, "width": 64},
            "give either --size, the size of the grid, or --pad, the padding around the picture, not both",
        ),
        ({"fit": 0}, "--fit must be a whole number from 1 to 4096, not 0"),
        ({"fit": 40.5}, "--fit must be a whole number from 1 to 4096, not 40.5"),
        ({"fit": None}, "--fit must be a whole number from 1 to 4096, not None"),
        ({"pad": -1}, "--pad must be a whole number from 0 to 2028, not -1"),
        ({"height": 0}, "the height of the grid must be a whole number from 1 to 4096, not 0"),
        ({"width": "72"}, "the width of the grid must be a whole number from 1 to 4096, not '72'"),
        (
            {"background": "white"},
            "🦎 is not an image file, so it has no background to remove; leave out --background white",
        ),
    ],
)
def test_invalid_sizes_are_refused(options, says):
    assert refusal("🦎", **options) == says


# Names


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("lizrd", "there is no emoji, image file or drawing 'lizrd'; did you mean lizard 🦎, bird 🐦, libra ♎?"),
        ("pizza", "there is no emoji, image file or drawing 'pizza'; did you mean slice of pizza 🍕?"),
        ("planaria", "there is no emoji, image file or drawing 'planaria'; did you mean planarian, placard 🪧?"),
        (
            "xyzzy",
            "there is no emoji, image file or drawing 'xyzzy'; give an emoji such as 🦎, its name, or an image file",
        ),
        ("noto:A", "there is no emoji, image file or drawing 'noto:A'; "),
        (" ", "the target ' ' is empty; give an emoji such as 🦎, its name, or an image file"),
        ("text:", "the target 'text:' is empty; "),
        ("text:Hello", "the text 'Hello' has 5 characters; give 1 to 4, as in text:Hi"),
        ("text:H i", "' ' is neither an emoji nor a character that can be drawn; use printable ASCII, such as A to Z"),
        ("é", "'é' is neither an emoji nor a character that can be drawn; use printable ASCII, such as A to Z"),
        (
            "\ud800",
            "'\\ud800' is neither an emoji nor a character that can be drawn; use printable ASCII, such as A to Z",
        ),
        (None, "there is no emoji, image file or drawing 'None'; "),
        (
            "https://example.org/cat.png",
            "'https://example.org/cat.png' is a URL, and URLs are not fetched; download the file and give its path",
        ),
        ("data:image/png;base64,AAAA", "'data:image/png;base64,AAAA' is a URL, and URLs are not fetched; "),
    ],
)
def test_unknown_names_are_refused_with_similar_names(name, says):
    assert refusal(name).startswith(says)


def test_names_with_the_same_word_come_first():
    assert refusal("heart").endswith("did you mean blue heart 💙, grey heart 🩶, pink heart 🩷?")


def test_names_mean_the_same_in_every_folder(tmp_path, monkeypatch):
    lizard = load_target("lizard")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lizard").mkdir()
    (tmp_path / "disc").write_text("a file of this name")
    (tmp_path / "mine").write_text("a file that no name means")
    assert np.array_equal(load_target("lizard"), lizard)
    load_target("disc")
    assert refusal("mine").endswith("if you mean the file, write ./mine")


def test_letters_and_drawings_ignore_case():
    assert np.array_equal(load_target("Disc"), load_target("disc"))
    assert np.array_equal(load_target("TEXT:a"), load_target("a"))
    assert not np.array_equal(load_target("text:disc"), load_target("disc"))
    assert not np.array_equal(load_target("a"), load_target("A"))


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("🦎", "lizard"), ("🕸\ufe0f", "web"), ("Grinning Face", "grinning"), ("🦖", "t-rex"), ("🎄", "tree"),
        ("noto:🎄", "noto-tree"), ("a/My cat.png", "my-cat"), ("text:Hi", "text-hi"), ("planarian", "planarian"),
        ("text:!!", "text"), ("!", "target"),
    ],
)  # fmt: skip
def test_runs_have_short_names(name, short):
    assert short_name(name) == short


def test_pillow_is_loaded_only_with_a_picture():
    code = "import sys, blastema, blastema.targets; sys.exit('PIL' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


# Pictures drawn by code


def test_the_disc_is_round_and_the_ring_has_a_hole_half_as_wide():
    disc = load_target("disc", fit=40, pad=0)[..., 3]
    ring = load_target("ring", fit=40, pad=0)[..., 3]
    assert disc.sum() == pytest.approx(np.pi * 20**2, rel=0.01)
    assert ring.sum() == pytest.approx(np.pi * (20**2 - 10**2), rel=0.01)
    assert disc[20, 20] == 1
    # The seed cell is on the ring, not in its hole.
    assert ring[ring.shape[0] // 2, ring.shape[1] // 2] == 1


def test_the_planarian_has_the_same_head_at_both_ends():
    worm = load_target("planarian", fit=40, pad=0)
    np.testing.assert_allclose(worm, worm[::-1, ::-1], atol=0.15)
    for head in (worm[:13], worm[-13:]):
        dark, light = head[..., :3].max(axis=-1) < 0.3, head[..., :3].min(axis=-1) > 0.85
        opaque = head[..., 3] > 0.95
        assert (dark & opaque).sum() >= 4
        assert (light & opaque).sum() >= 4
    assert worm[20, 20, 3] == 1


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=4))
def test_every_text_of_four_letters_can_be_drawn(letters):
    alpha = load_target(f"text:{letters}", fit=40, pad=0)[..., 3]
    rows, columns = np.nonzero(alpha)
    assert 40 in (np.ptp(rows) + 1, np.ptp(columns) + 1)
    assert alpha.max() > 0.5


def test_letters_do_not_touch():
    # With more alpha than the bridges between them.
    columns = load_target("text:Illi", fit=80, pad=0)[..., 3].max(axis=0) > 0.4
    assert (np.diff(columns.astype(int)) == 1).sum() + columns[0] == 4
