"""Emoji by character and by name, from two bundled sets of drawings."""

import io
import json
import re
import unicodedata
import zipfile
from functools import cache
from importlib import resources

from PIL import Image

from blastema.errors import BlastemaError
from blastema.targets.fit import what_shows

# The article's ten, each with a short name; in `article_emoji` they are drawn as in the article.
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
    """Return the drawing of an emoji, RGBA: the article's for its ten unless `noto`, else Noto 2.042's.

    Args:
        character: one that `single_emoji` or `emoji_named` gave.
        noto: take Noto 2.042 for the article's ten, too.
    """
    if character in ARTICLE_EMOJI and not noto:
        path = resources.files("blastema.targets") / "article_emoji" / f"{ord(character):x}.png"
        picture = Image.open(io.BytesIO(path.read_bytes())).convert("RGBA")
        return picture.crop((MARGIN, MARGIN, picture.width - MARGIN, picture.height - MARGIN))
    picture = Image.open(io.BytesIO(_noto().read(f"{ord(character):x}.png"))).convert("RGBA")
    return picture.crop(what_shows(picture))


def single_emoji(text: str) -> str | None:
    """Return the one emoji that the text is, without variation selector; None if it is no emoji at all.

    Raises:
        BlastemaError: it is made of several (a skin tone, a flag, a family, a keycap, more than one), or too new.
    """
    plain = "".join(one for one in text if one not in VARIATION_SELECTORS and not one.isspace())
    if plain in characters():
        return plain
    found = _refusal(plain)
    if found:
        raise BlastemaError(f"{text.strip()} is {found}")
    return None


def _refusal(plain: str) -> str | None:
    """Return why this emoji cannot be taken and what to do, or None if it is no emoji."""
    if re.fullmatch(f"[0-9#*]{KEYCAP}", plain):
        return f"a keycap; use the plain {plain[0]}"
    if not plain or not all(_is_part(one) for one in plain):
        return None
    drawn = [one for one in dict.fromkeys(plain) if one in characters() and one not in SKIN_TONES]
    drawn = [one for one in drawn if one != KEYCAP and not _is_indicator(one)]
    advice = f"use a single one, {' or '.join(drawn)}" if drawn else "use a single one, such as 🦎"
    if JOINER in plain:
        return f"several emoji joined into one, as families are; {advice}"
    if any(_is_indicator(one) or _is_tag(one) for one in plain):
        return "a flag, which is several characters; use an image file of it, or an emoji such as 🏁"
    if any(one in SKIN_TONES for one in plain):
        return f"an emoji with a skin tone; use the plain {drawn[0] if drawn else '👋'}"
    if len(plain) == 1:
        return "not among the emoji of Noto 2.042 (Unicode 15); use another one, or an image file of it"
    return f"more than one emoji; {advice}"


def emoji_named(name: str) -> str | None:
    """Return the emoji of that name, ours or Unicode's, or None; case, spaces, hyphens and underscores do not matter.

    >>> emoji_named("Christmas-Tree")
    '🎄'
    """
    return names().get(plain_name(name))


def name_of(character: str) -> str:
    """Return the name of an emoji, ours for the article's ten, else Unicode's in lower case.

    >>> name_of("🦎"), name_of("🚀")
    ('lizard', 'rocket')
    """
    if character in ARTICLE_EMOJI:
        return ARTICLE_EMOJI[character]
    return next((name for name, its in names().items() if its == character), f"u{ord(character):x}")


def plain_name(name: str) -> str:
    """Return a name as `names` has it: lower case, single spaces instead of hyphens and underscores."""
    return re.sub(r"[\s_-]+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()


@cache
def names() -> dict[str, str]:
    """Return all names of emoji, plain, and what they mean."""
    table = json.loads(_noto().read("names.json"))
    unicode_names = {plain_name(name): chr(int(code, 16)) for code, name in table.items()}
    # Ours come last, since Unicode calls 🐟 a fish, too, and the article's is 🐠.
    return unicode_names | {name: character for character, name in ARTICLE_EMOJI.items()} | OTHER_NAMES


@cache
def characters() -> frozenset[str]:
    """Return the emoji of one character that we have a drawing of, 1,434."""
    pictures = [name for name in _noto().namelist() if name.endswith(".png")]
    return frozenset(chr(int(name.removesuffix(".png"), 16)) for name in pictures)


@cache
def _noto() -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO((resources.files("blastema.targets") / "noto" / "noto.zip").read_bytes()))


def _is_part(one: str) -> bool:
    """Return whether an emoji may consist of this character; the range is where Unicode adds new ones."""
    return one in characters() or one == JOINER or _is_tag(one) or "\U0001f000" <= one <= "\U0001faff"


def _is_indicator(one: str) -> bool:
    return "\U0001f1e6" <= one <= "\U0001f1ff"


def _is_tag(one: str) -> bool:
    return "\U000e0020" <= one <= "\U000e007f"
