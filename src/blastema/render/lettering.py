"""Text in pictures, in the font bundled with Pillow, so that it looks the same on every computer."""

import unicodedata

from PIL import ImageFont

Font = ImageFont.ImageFont | ImageFont.FreeTypeFont

# The font has ASCII and very little more; missing characters would show as boxes.
PRESENT = frozenset(map(chr, range(32, 127))) | frozenset("·°…")
INSTEAD = str.maketrans({"×": "x", "−": "-", "–": "-", "—": "-", "’": "'", "ß": "ss", "ø": "o", "ł": "l", "\n": " "})


def font(size: int) -> Font:
    """Return Pillow's bundled font; `size` in pixels."""
    return ImageFont.load_default(size)


def legible(text: str) -> str:
    """Return the text with characters that the font has: without accents; other characters are left out.

    >>> legible("café 48×48 🦎 · growing")
    'cafe 48x48 · growing'
    """
    plain = unicodedata.normalize("NFKD", text.translate(INSTEAD).replace("…", "\0")).replace("\0", "…")
    return " ".join("".join(letter for letter in plain if letter in PRESENT).split())
