"""Emoji by character and by name, from two bundled sets of drawings."""

import difflib
import io
import json
import re
import unicodedata
import zipfile
from functools import cache
from importlib import resources

from PIL import Image

from blastema.errors import BlastemaError

# The article's ten, with the names people give them; each has its own drawing in `article_emoji`.
ARTICLE = {
    "🦎": "lizard",
    "😀": "grinning",
    "💥": "explosion",
    "👁": "eye",
    "🐠": "fish",
    "🦋": "butterfly",
    "🐞": "ladybug",
    "🕸": "web",
    "🥨": "pretzel",
    "🎄": "tree",
}
MARGIN = 2
VARIATION_SELECTORS = "\ufe0e\ufe0f"
JOINER, KEYCAP = "\u200d", "\u20e3"


def emoji_picture(character: str, noto: bool = False) -> Image.Image:
    """Return the drawing of an emoji, RGBA: the article's for its ten unless `noto`, else Noto 2.042's.

    Args:
        character: one that `single_emoji` gave.
        noto: take Noto 2.042 for the article's ten, too.
    """
    folder = resources.files("blastema.targets")
    if character in ARTICLE and not noto:
        content = (folder / "article_emoji" / f"{ord(character):x}.png").read_bytes()
        picture = Image.open(io.BytesIO(content)).convert("RGBA")
        return picture.crop((MARGIN, MARGIN, picture.width - MARGIN, picture.height - MARGIN))
    with _noto() as archive:
        return Image.open(io.BytesIO(archive.read(f"{ord(character):x}.png"))).convert("RGBA")


def single_emoji(text: str) -> str | None:
    """Return the one emoji that the text is, without variation selector; None if it is no emoji at all.

    Raises:
        BlastemaError: it is made of several: a skin tone, a flag, a family, a keycap, or simply more than one.
    """
    plain = "".join(character for character in text.strip() if character not in VARIATION_SELECTORS)
    if len(plain) == 1:
        return plain if plain in _characters() else None
    kind = _sequence(plain)
    if not kind:
        return None
    first = next(
        (
            character
            for character in plain
            if character in _characters() and character != KEYCAP and not _is_indicator(character)
        ),
        None,
    )
    advice = f"take a single one, such as {first}" if first else "take a single one, such as 🦎"
    raise BlastemaError(f"{text.strip()} is {kind}; only emoji of one code point can be grown: {advice}")


def _sequence(plain: str) -> str | None:
    """Return what kind of emoji of several code points this is, or None if it is just text."""
    if any("\U0001f3fb" <= character <= "\U0001f3ff" for character in plain):
        return "an emoji with a skin tone"
    if any(_is_indicator(character) or "\U000e0020" <= character <= "\U000e007f" for character in plain):
        return "a flag"
    if JOINER in plain:
        return "several emoji joined into one, as families are"
    if KEYCAP in plain:
        return "a keycap"
    if len(plain) > 1 and all(character in _characters() for character in plain):
        return "more than one emoji"
    return None


def emoji_named(name: str) -> str | None:
    """Return the emoji of that name, ours or Unicode's, or None; case, spaces, hyphens and underscores do not matter.

    >>> emoji_named("Christmas-Tree")
    '🎄'
    """
    return _names().get(_plain(name))


def near_names(name: str) -> list[str]:
    """Return up to three names of emoji that are spelt much like this one."""
    return difflib.get_close_matches(_plain(name), _names(), 3)


def name_of(character: str) -> str:
    """Return a short lower-case name of an emoji, fit for a file name."""
    plain = character.strip(VARIATION_SELECTORS)
    if plain in ARTICLE:
        return ARTICLE[plain]
    found = next((name for name, its in _names().items() if its == plain), f"u{ord(plain):x}")
    return re.sub(r"\W+", "-", found)


def _is_indicator(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


def _noto() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO((resources.files("blastema.targets") / "noto" / "noto.zip").read_bytes()))


@cache
def _characters() -> frozenset[str]:
    with _noto() as archive:
        return frozenset(
            chr(int(name.removesuffix(".png"), 16)) for name in archive.namelist() if name.endswith(".png")
        )


@cache
def _names() -> dict[str, str]:
    with _noto() as archive:
        table = json.loads(archive.read("names.json"))
    unicode_names = {_plain(name): chr(int(code, 16)) for code, name in table.items()}
    # Ours come last, since Unicode calls 🐟 a fish, too, and the article's is 🐠.
    return unicode_names | {name: character for character, name in ARTICLE.items()}
