"""Emoji by character and by name, from two bundled sets of pictures."""

import io
import json
import re
import unicodedata
import zipfile
from functools import cache
from importlib import resources

from PIL import Image

from blastema.errors import BlastemaError
from blastema.targets.fit import visible_box

# The article's ten emoji, with short names; the folder `article_emoji` has the article's pictures of them.
ARTICLE_EMOJI = {
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
OTHER_NAMES = {"smiley": "😀", "collision": "💥", "spiderweb": "🕸"}
MARGIN = 2
VARIATION_SELECTORS = "\ufe0e\ufe0f"
JOINER, KEYCAP = "\u200d", "\u20e3"
SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"


def emoji_picture(character: str, noto: bool = False) -> Image.Image:
    """Return the picture of an emoji, RGBA: the article's for its ten emoji, Noto 2.042's for others.

    Args:
        character: as returned by `single_emoji` or `emoji_named`.
        noto: use Noto 2.042 for the article's ten, too.
    """
    if character in ARTICLE_EMOJI and not noto:
        path = resources.files("blastema.targets") / "article_emoji" / f"{ord(character):x}.png"
        picture = Image.open(io.BytesIO(path.read_bytes())).convert("RGBA")
        return picture.crop((MARGIN, MARGIN, picture.width - MARGIN, picture.height - MARGIN))
    picture = Image.open(io.BytesIO(_noto().read(f"{ord(character):x}.png"))).convert("RGBA")
    return picture.crop(visible_box(picture))


def single_emoji(text: str) -> str | None:
    """Return the emoji if the text is a single one, without variation selector; None if it is not an emoji.

    Raises:
        BlastemaError: it has several characters (a skin tone, a flag, a family, a keycap, several emoji), or is too
            new.
    """
    plain = "".join(character for character in text if character not in VARIATION_SELECTORS and not character.isspace())
    if plain in characters():
        return plain
    problem = _refusal(plain)
    if problem:
        raise BlastemaError(f"{text.strip()} is {problem}")
    return None


def _refusal(plain: str) -> str | None:
    """Return what kind of unsupported emoji the text is and what to do, or None if it is not an emoji."""
    if re.fullmatch(f"[0-9#*]{KEYCAP}", plain):
        return f"a keycap; use the plain {plain[0]}"
    if not plain or not all(_is_part(part) for part in plain):
        return None
    drawn = [part for part in dict.fromkeys(plain) if part in characters() and part not in SKIN_TONES]
    drawn = [part for part in drawn if part != KEYCAP and not _is_indicator(part)]
    advice = f"use a single one, {' or '.join(drawn)}" if drawn else "use a single one, such as 🦎"
    if JOINER in plain:
        return f"several emoji joined into one, like a family; {advice}"
    if any(_is_indicator(part) or _is_tag(part) for part in plain):
        return "a flag, which has several characters; use an image file, or an emoji such as 🏁"
    if any(part in SKIN_TONES for part in plain):
        return f"an emoji with a skin tone; use the plain {drawn[0] if drawn else '👋'}"
    if len(plain) == 1:
        return "not among the emoji of Noto 2.042 (Unicode 15); use another one, or an image file"
    return f"more than one emoji; {advice}"


def emoji_named(name: str) -> str | None:
    """Return the emoji of that name, or None; case, spaces, hyphens and underscores do not matter.

    Names are those of `ARTICLE_EMOJI` and `OTHER_NAMES`, and Unicode's.

    >>> emoji_named("Christmas-Tree")
    '🎄'
    """
    return names().get(plain_name(name))


def name_of(character: str) -> str:
    """Return the name of an emoji: the short one for the article's ten, else Unicode's in lower case.

    >>> name_of("🦎"), name_of("🚀")
    ('lizard', 'rocket')
    """
    if character in ARTICLE_EMOJI:
        return ARTICLE_EMOJI[character]
    return next((name for name, emoji in names().items() if emoji == character), f"u{ord(character):x}")


def plain_name(name: str) -> str:
    """Return a name in the form of `names`: lower case, with single spaces for hyphens and underscores."""
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


@cache
def names() -> dict[str, str]:
    """Return all names of emoji, in plain form, with their emoji."""
    table = json.loads(_noto().read("names.json"))
    unicode_names = {plain_name(name): chr(int(code, 16)) for code, name in table.items()}
    # The short names take precedence: Unicode's fish is 🐟, the article's 🐠.
    return unicode_names | {name: character for character, name in ARTICLE_EMOJI.items()} | OTHER_NAMES


@cache
def characters() -> frozenset[str]:
    """Return the 1,434 emoji of one character that have a picture."""
    pictures = [name for name in _noto().namelist() if name.endswith(".png")]
    return frozenset(chr(int(name.removesuffix(".png"), 16)) for name in pictures)


@cache
def _noto() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO((resources.files("blastema.targets") / "noto" / "noto.zip").read_bytes()))


def _is_part(character: str) -> bool:
    """Return whether the character can be part of an emoji; the range is where Unicode adds new ones."""
    return (
        character in characters()
        or character == JOINER
        or _is_tag(character)
        or "\U0001f000" <= character <= "\U0001faff"
    )


def _is_indicator(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_tag(character: str) -> bool:
    return "\U000e0020" <= character <= "\U000e007f"
