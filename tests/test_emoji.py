"""Emoji: two bundled sets, names, and errors for unsupported emoji."""

import hashlib
import io
import json
import subprocess
import sys
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from PIL import Image

from blastema.errors import BlastemaError
from blastema.targets import load_target
from blastema.targets.emoji import ARTICLE_EMOJI, characters, emoji_named, name_of, names, single_emoji

PROJECT = Path(__file__).resolve().parents[1]
BUNDLE = PROJECT / "src/blastema/targets/noto/noto.zip"
BUNDLE_SHA256 = "7475b953ecfe3ccb01cf244ae723030fe8116fd0a7971f513c629a502b1a4bda"
FONT = Path("/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf")


def refusal(name: str) -> str:
    with pytest.raises(BlastemaError) as refused:
        load_target(name)
    assert "\n" not in str(refused.value)
    return str(refused.value)


# The pictures


def test_the_articles_ten_are_the_articles_targets(published):
    # RGB in the file is premultiplied, so it is nowhere above alpha; straight colours would be at every soft edge.
    with Image.open(published / "targets.png") as opened:
        tiles = np.asarray(opened.convert("RGBA")).astype(np.float32) / 255
    assert (tiles[..., :3] <= tiles[..., 3:]).all()
    for number, character in enumerate(ARTICLE_EMOJI):
        article = tiles[:, 40 * number : 40 * (number + 1)]
        difference = np.abs(load_target(character, fit=40, pad=0) - article).mean()
        assert difference < (0.03 if character == "🕸" else 0.015), f"{character} differs by {difference:.4f}"


def test_the_articles_ten_have_noto_pictures_too():
    for character, name in ARTICLE_EMOJI.items():
        noto = load_target(f"noto:{character}")
        assert np.array_equal(noto, load_target(f"noto:{name}"))
        assert np.abs(noto - load_target(character)).mean() > 0.005


def test_noto_before_any_other_emoji_changes_nothing():
    assert np.array_equal(load_target("noto:🚀"), load_target("🚀"))


@given(st.sampled_from(sorted(characters())))
def test_every_emoji_can_be_grown_and_fills_the_picture(character):
    alpha = load_target(character, fit=40, pad=0)[..., 3]
    assert alpha.max() > 0.1
    rows, columns = np.nonzero(alpha > 0)
    assert 40 in (np.ptp(rows) + 1, np.ptp(columns) + 1)


# The bundle


def test_the_bundle_has_its_checksum():
    assert hashlib.sha256(BUNDLE.read_bytes()).hexdigest() == BUNDLE_SHA256
    assert len(characters()) == 1434
    with zipfile.ZipFile(BUNDLE) as archive:
        for entry in archive.infolist():
            assert entry.date_time == (1980, 1, 1, 0, 0, 0)
            if entry.filename.endswith(".png"):
                assert Image.open(io.BytesIO(archive.read(entry))).size == (136, 128)


def test_the_tool_makes_the_same_bundle_from_the_font(tmp_path):
    if not FONT.exists():
        pytest.skip("not installed: the font Noto Color Emoji (Debian: fonts-noto-color-emoji)")
    from fontTools.ttLib import TTFont

    with TTFont(FONT) as font:
        version = font["name"].getDebugName(5)
    if not version.startswith("Version 2.042"):
        pytest.skip(f"not here: the bundle is of Noto Color Emoji 2.042, the font on this machine is of {version}")
    made = tmp_path / "noto.zip"
    printed = subprocess.run(
        [sys.executable, PROJECT / "tools/bundle_emoji.py", FONT, made], check=True, capture_output=True, text=True
    )
    assert made.read_bytes() == BUNDLE.read_bytes()
    assert printed.stdout == f"1,434 glyphs, 3,200,239 bytes, SHA-256 {BUNDLE_SHA256}\n"
    assert [path.name for path in tmp_path.iterdir()] == ["noto.zip"]


def test_both_sets_come_with_their_licence():
    folder = BUNDLE.parents[1]
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "noto/LICENSE.txt").read_text("utf-8")
    assert "Apache License" in (folder / "article_emoji/LICENSE.txt").read_text("utf-8")
    assert sorted(path.stem for path in (folder / "article_emoji").glob("*.png")) == sorted(
        f"{ord(character):x}" for character in ARTICLE_EMOJI
    )


# Names


def test_names_agree_with_unicode():
    with zipfile.ZipFile(BUNDLE) as archive:
        table = json.loads(archive.read("names.json"))
    # The other glyphs, of flags and keycaps, have private code points.
    assert {code for code in characters() if f"{ord(code):x}" not in table} == {
        code for code in characters() if unicodedata.category(code) == "Co"
    }
    for code, name in table.items():
        # Older versions of Python do not know the newest emoji.
        assert unicodedata.name(chr(int(code, 16)), name.upper()).lower() == name


@pytest.mark.parametrize(
    ("name", "character"),
    [
        *((name, character) for character, name in ARTICLE_EMOJI.items()),
        ("smiley", "😀"), ("collision", "💥"), ("spiderweb", "🕸"), ("spider web", "🕸"), ("christmas tree", "🎄"),
        ("Christmas-Tree", "🎄"), ("  GRINNING_face ", "😀"), ("t-rex", "🦖"), ("T_REX", "🦖"), ("shaking face", "🫨"),
    ],
)  # fmt: skip
def test_an_emoji_is_found_by_its_name(name, character):
    assert emoji_named(name) == character
    assert np.array_equal(load_target(name), load_target(character))


@given(st.sampled_from(sorted(characters())))
def test_the_name_of_an_emoji_finds_it_again(character):
    # Private code points have no name, and `fish` is the article's 🐠.
    assume(unicodedata.category(character) != "Co" and character != "🐟")
    assert names()[name_of(character)] == character


# Unsupported emoji


def test_variation_selectors_are_ignored():
    for text in ("🕸", "🕸\ufe0f", "🕸\ufe0e", " 🕸\ufe0f "):
        assert single_emoji(text) == "🕸"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("👋🏽", "👋🏽 is an emoji with a skin tone; use the plain 👋"),
        ("☝🏿", "☝🏿 is an emoji with a skin tone; use the plain ☝"),
        ("🇩🇪", "🇩🇪 is a flag, which has several characters; use an image file, or an emoji such as 🏁"),
        ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿 is a flag, which has several characters; use an image file, or an emoji such as 🏁"),
        ("👨‍👩‍👧", "👨‍👩‍👧 is several emoji joined into one, like a family; use a single one, 👨 or 👩 or 👧"),
        ("👩🏽‍🚀", "👩🏽‍🚀 is several emoji joined into one, like a family; use a single one, 👩 or 🚀"),
        ("1️⃣", "1️⃣ is a keycap; use the plain 1"),
        ("#⃣", "#⃣ is a keycap; use the plain #"),
        ("🦎🐠", "🦎🐠 is more than one emoji; use a single one, 🦎 or 🐠"),
        ("🦎 🦎", "🦎 🦎 is more than one emoji; use a single one, 🦎"),
        ("🫩", "🫩 is not among the emoji of Noto 2.042 (Unicode 15); use another one, or an image file"),
    ],
)  # fmt: skip
def test_unsupported_emoji_are_refused_with_the_reason(text, says):
    assert refusal(text) == says
    assert refusal(f"noto:{text}") == says


@given(st.text(st.sampled_from("👋🏽🇩👩\u200d\ufe0f1⃣🦎"), min_size=1), st.sampled_from(["a{}.png", "{}/", "the {}"]))
def test_other_text_may_have_any_emoji_in_it(emoji, pattern):
    assert single_emoji(pattern.format(emoji)) is None
