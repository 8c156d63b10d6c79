"""Targets: emoji, image files, drawings, and what is said when there is none."""

import hashlib
import importlib.util
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blastema.errors import BlastemaError
from blastema.targets import load_target, short_name
from blastema.targets.emoji import ARTICLE, emoji_named, single_emoji

PROJECT = Path(__file__).resolve().parents[1]
NOTO = PROJECT / "src/blastema/targets/noto/noto.zip"
FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")


def refusal(name, **options):
    with pytest.raises(BlastemaError) as refused:
        load_target(str(name), **options)
    assert "\n" not in str(refused.value)
    return str(refused.value)


@given(
    st.sampled_from([*ARTICLE, "🦄", "disc", "ring", "planarian", "A", "text:NCA"]),
    st.integers(1, 50),
    st.integers(0, 9),
)
def test_targets_are_premultiplied_and_surrounded_by_nothing(name, fit, pad):
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


def test_the_default_is_the_articles_size():
    assert load_target("🦎").shape == (72, 72, 4)


def test_a_grid_of_another_shape_has_the_picture_in_its_middle():
    target = load_target("disc", fit=10, height=20, width=30)
    rows, columns = np.nonzero(target[..., 3])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (5, 14, 10, 19)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (
            {"fit": 40, "height": 30, "width": 64},
            "40x40 cells is too large for a grid of 64x30; take a larger size, or fit it into 30",
        ),
        ({"pad": 3, "height": 64}, "the size of the grid or the padding around the picture, not both"),
        ({"fit": 0}, "fit is 1 to 4096"),
        ({"pad": -1}, "pad 0 to 4096"),
    ],
)
def test_sizes_that_cannot_be_are_refused(options, says):
    assert says in refusal("🦎", **options)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        (
            "👋🏽",
            "is an emoji with a skin tone; only emoji of one code point can be grown: take a single one, such as 👋",
        ),
        ("🇩🇪", "is a flag;"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "is a flag;"),
        ("👨‍👩‍👧", "is several emoji joined into one, as families are; "),
        ("1️⃣", "is a keycap;"),
        ("🦎🐠", "is more than one emoji;"),
        ("lizzard", "there is no emoji, image file or drawing 'lizzard'; did you mean lizard"),
        ("text:toolong", "give 1 to 4 letters"),
        ("text:", "give 1 to 4 letters"),
        (" ", "the target is empty"),
    ],
)
def test_what_cannot_be_grown_is_refused_by_what_it_is(name, says):
    assert says in refusal(name)


@pytest.mark.parametrize(
    ("name", "character"),
    [("lizard", "🦎"), ("Christmas-Tree", "🎄"), ("fish", "🐠"), ("T_REX", "🦖"), ("shaking face", "🫨"), ("web", "🕸")],
)
def test_names_find_their_emoji(name, character):
    assert emoji_named(name) == character
    assert np.array_equal(load_target(name), load_target(character))


def test_a_variation_selector_changes_nothing():
    assert single_emoji("🕸\ufe0f") == "🕸"
    assert np.array_equal(load_target("🕸\ufe0f"), load_target("🕸"))


def test_the_articles_ten_have_two_drawings():
    for character, name in ARTICLE.items():
        assert np.array_equal(load_target(f"noto:{character}"), load_target(f"noto:{name}"))
        assert np.abs(load_target(f"noto:{character}") - load_target(character)).mean() > 0.005


def test_runs_have_short_names():
    names = {"🦎": "lizard", "🦖": "t-rex", "a/My cat.png": "my-cat", "text:Hi": "text-hi", "planarian": "planarian"}
    assert {target: short_name(target) for target in names} == names


def test_the_bundle_is_the_one_we_made():
    assert (
        hashlib.sha256(NOTO.read_bytes()).hexdigest()
        == "710003cbead6dc398d5a843a74b914cd0c01ed7c258eef3b08d9449de109f3bb"
    )
    with zipfile.ZipFile(NOTO) as archive:
        assert sum(name.endswith(".png") for name in archive.namelist()) == 1434


def test_the_bundle_is_cut_unchanged_from_the_font():
    if not FONT.exists():
        pytest.skip("the font is not on this machine: apt-get install fonts-noto-color-emoji")
    spec = importlib.util.spec_from_file_location("bundle_emoji", PROJECT / "tools/bundle_emoji.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    glyphs = tool.glyphs(FONT)
    with zipfile.ZipFile(NOTO) as archive:
        assert {f"{ord(c):x}.png": png for c, png in glyphs.items()} == {
            name: archive.read(name) for name in archive.namelist() if name.endswith(".png")
        }
        names = json.loads(archive.read("names.json"))
    assert tool.names(list(glyphs)).items() <= names.items()


# Image files


def square(mode="RGBA", size=(30, 20)):
    """A red rectangle in the middle, the rest transparent."""
    image = Image.new("RGBA", size)
    image.paste((255, 0, 0, 255), (size[0] // 4, size[1] // 4, 3 * size[0] // 4, 3 * size[1] // 4))
    return image.convert(mode)


@pytest.mark.parametrize("suffix", [".png", ".webp", ".gif"])
def test_pictures_with_alpha_fill_the_target(tmp_path, suffix):
    square().save(tmp_path / f"a{suffix}", **({"lossless": True} if suffix == ".webp" else {}))
    target = load_target(str(tmp_path / f"a{suffix}"), fit=15, pad=2)
    # 15x10 red cells, the transparent margin cropped away.
    assert target[..., 3].sum() == pytest.approx(150, abs=1)
    np.testing.assert_allclose(target[9, 9], [1, 0, 0, 1], atol=0.02)


@pytest.mark.parametrize("background", ["white", "#ffffff", "auto"])
def test_a_background_is_taken_out(tmp_path, background):
    image = Image.new("RGB", (40, 40), "white")
    image.paste((0, 0, 200), (10, 10, 30, 30))
    image.save(tmp_path / "a.jpg", quality=95)
    target = load_target(str(tmp_path / "a.jpg"), fit=20, pad=5, background=background)
    np.testing.assert_allclose(target[15, 15], [0, 0, 200 / 255, 1], atol=0.03)
    assert target[..., 3].sum() == pytest.approx(400, abs=40)


def test_a_photo_without_background_is_a_rectangle(tmp_path):
    Image.new("RGB", (80, 40), "green").save(tmp_path / "a.jpg")
    assert (load_target(str(tmp_path / "a.jpg"), fit=20, pad=0)[..., 3] == 1).sum() == 200


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "CMYK", "I;16"])
def test_every_kind_of_pixel_is_read(tmp_path, mode):
    grey = np.full((12, 12), 0.5)
    if mode == "I;16":
        image = Image.fromarray((grey * 65535).astype(np.uint16))
    else:
        image = Image.fromarray((grey * 255).astype(np.uint8)).convert(mode)
    path = tmp_path / ("a.jpg" if mode == "CMYK" else "a.png")
    image.save(path)
    middle = load_target(str(path), fit=12, pad=0)[6, 6]
    assert middle[3] == 1
    if mode != "1":
        np.testing.assert_allclose(middle[:3], 0.5, atol=0.02)


def test_a_turned_photo_is_turned_back(tmp_path):
    image = Image.new("RGB", (20, 10), "green")
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(tmp_path / "a.jpg", exif=exif)
    alpha = load_target(str(tmp_path / "a.jpg"), fit=20, pad=0)[..., 3]
    assert alpha[:, 10].sum() == 20
    assert alpha[10].sum() == 10


def test_the_first_frame_of_an_animation_is_taken(tmp_path):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    np.testing.assert_allclose(load_target(str(tmp_path / "a.gif"), fit=8, pad=0)[4, 4], [1, 0, 0, 1], atol=0.02)


def test_drawings_in_svg(tmp_path):
    path = tmp_path / "a.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><circle cx="2" cy="2" r="2" fill="lime"/></svg>'
    )
    target = load_target(str(path), fit=20, pad=0)
    np.testing.assert_allclose(target[10, 10], [0, 1, 0, 1], atol=0.02)
    assert target[..., 3].sum() == pytest.approx(np.pi * 100, rel=0.03)
    path.write_text("<svg")
    assert "is not an SVG that can be drawn" in refusal(path)


def test_files_that_are_no_picture_are_refused(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    square().save(tmp_path / "whole.png")
    cut_off = tmp_path / "broken.png"
    cut_off.write_bytes((tmp_path / "whole.png").read_bytes()[:60])
    Image.new("RGBA", (9, 9)).save(tmp_path / "empty.png")
    Image.new("RGB", (9, 9), "white").save(tmp_path / "white.png")
    assert "there is no file" in refusal(tmp_path / "missing.png")
    assert "is a folder" in refusal(tmp_path)
    assert "is not an image that can be read" in refusal(tmp_path / "text.png")
    assert "broken.png" in refusal(cut_off)
    assert "nothing in" in refusal(tmp_path / "empty.png")
    assert "is opaque once white is taken out" in refusal(tmp_path / "white.png", background="white")
    assert "'mauvish' is no colour" in refusal(tmp_path / "white.png", background="mauvish")


def test_a_bomb_of_a_picture_is_refused_before_it_is_decoded(tmp_path):
    Image.new("1", (9000, 9000)).save(tmp_path / "bomb.png")
    assert "9000x9000 pixels; make it smaller" in refusal(tmp_path / "bomb.png")
