"""Words in pictures, in the one font that comes with Pillow, so that they look the same on every computer."""

import unicodedata

from PIL import ImageFont

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

# That font has the letters of ASCII and very few more; what it lacks would show as boxes.
PRESENT = frozenset(map(chr, range(32, 127))) | frozenset("·°…")
INSTEAD = str.maketrans({"×": "x", "−": "-", "–": "-", "—": "-", "’": "'", "ß": "ss", "ø": "o", "ł": "l", "\n": " "})


def font(size: int) -> Font:
    """Return Pillow's bundled font; `size` in pixels."""
    return ImageFont.load_default(size)


def legible(text: str) -> str:
    """Return the text as that font can write it: letters without accents, the rest left out.

    >>> legible("café 48×48 🦎 · growing")
    'cafe 48x48 · growing'
    """
    plain = unicodedata.normalize("NFKD", text.translate(INSTEAD).replace("…", "\0")).replace("\0", "…")
    return " ".join("".join(letter for letter in plain if letter in PRESENT).split())
