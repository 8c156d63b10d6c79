"""Cut the single-code-point glyphs out of Noto Color Emoji into one zip.

    apt-get install fonts-noto-color-emoji
    python tools/bundle_emoji.py /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf src/blastema/targets/noto/noto.zip

A glyph is bundled if the font's character map assigns it to a single code point and it has its own bitmap. The twelve
signs `0` to `9`, `#` and `*` are left out: they are plain text. Needs fonttools. The same font gives the same bytes, on
any Python, system and date.
"""

import hashlib
import json
import sys
import unicodedata
import zipfile
from pathlib import Path

from fontTools.ttLib import TTFont

from blastema.io.atomic import replacing

PLAIN_SIGNS = frozenset("#*0123456789")
# The emoji of Unicode 15, which Python 3.11 does not know yet. Unicode never changes a name.
NEWEST_NAMES = {
    0x1F6DC: "wireless",
    0x1FA75: "light blue heart",
    0x1FA76: "grey heart",
    0x1FA77: "pink heart",
    0x1FA87: "maracas",
    0x1FA88: "flute",
    0x1FAAD: "folding hand fan",
    0x1FAAE: "hair pick",
    0x1FAAF: "khanda",
    0x1FABB: "hyacinth",
    0x1FABC: "jellyfish",
    0x1FABD: "wing",
    0x1FABF: "goose",
    0x1FACE: "moose",
    0x1FACF: "donkey",
    0x1FADA: "ginger root",
    0x1FADB: "pea pod",
    0x1FAE8: "shaking face",
    0x1FAF7: "leftwards pushing hand",
    0x1FAF8: "rightwards pushing hand",
}


def glyphs(font: Path) -> dict[str, bytes]:
    """Return the PNG of each character that has its own bitmap, in order of code points."""
    with TTFont(font) as opened:
        bitmaps = opened["CBDT"].strikeData[0]
        return {
            chr(code): bitmaps[name].imageData
            for code, name in sorted(opened.getBestCmap().items())
            if name in bitmaps and chr(code) not in PLAIN_SIGNS
        }


def names(characters: list[str]) -> dict[str, str]:
    """Return the lower-case Unicode names by hexadecimal code point; private-use characters have none."""
    known = {letter: unicodedata.name(letter, "").lower() or NEWEST_NAMES.get(ord(letter), "") for letter in characters}
    return {f"{ord(letter):x}": name for letter, name in known.items() if name}


def bundle(font: Path, path: Path) -> tuple[int, str]:
    """Write the zip; return its number of glyphs and its SHA-256."""
    pngs = glyphs(font)
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for character, png in pngs.items():
            _add(archive, f"{ord(character):x}.png", png)
        _add(archive, "names.json", json.dumps(names(list(pngs)), indent=0, sort_keys=True).encode())
    return len(pngs), hashlib.sha256(path.read_bytes()).hexdigest()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # A ZipInfo's date is 1980 by default. Stored: PNGs do not shrink, and deflate differs between zlib implementations.
    entry = zipfile.ZipInfo(name)
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content, zipfile.ZIP_STORED)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    number, digest = bundle(Path(sys.argv[1]), Path(sys.argv[2]))
    print(f"{number:,} glyphs, {Path(sys.argv[2]).stat().st_size:,} bytes, SHA-256 {digest}")
