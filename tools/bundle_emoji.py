"""Cut the single-code-point glyphs out of Noto Color Emoji into one zip.

    apt-get install fonts-noto-color-emoji
    python tools/bundle_emoji.py /usr/share/fonts/truetype/noto/NotoColorEmoji.ttf src/blastema/targets/noto/noto.zip

Needs fonttools, and a Python whose unicodedata knows Unicode 15 (3.12 or later) for the names of the newest emoji.
Same font, same bytes.
"""

import hashlib
import json
import sys
import unicodedata
import zipfile
from pathlib import Path

from fontTools.ttLib import TTFont

# These are only the lower half of a keycap, not an emoji by themselves.
KEYCAP_BASES = frozenset("#*0123456789")


def glyphs(font: Path) -> dict[str, bytes]:
    """Return the PNG of each character that has a bitmap of its own."""
    opened = TTFont(font)
    bitmaps = opened["CBDT"].strikeData[0]
    return {
        chr(code): bitmaps[name].imageData
        for code, name in sorted(opened.getBestCmap().items())
        if name in bitmaps and chr(code) not in KEYCAP_BASES
    }


def names(characters: list[str]) -> dict[str, str]:
    """Return the lower-case Unicode name of each character that has one, by hexadecimal code point."""
    return {f"{ord(c):x}": unicodedata.name(c).lower() for c in characters if unicodedata.name(c, "")}


def bundle(font: Path, path: Path) -> None:
    """Write the zip; dates are fixed, PNGs are stored as they are."""
    found = glyphs(font)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for character, png in found.items():
            archive.writestr(zipfile.ZipInfo(f"{ord(character):x}.png"), png)
        text = json.dumps(names(list(found)), indent=0, sort_keys=True)
        archive.writestr(zipfile.ZipInfo("names.json"), text, zipfile.ZIP_DEFLATED)
    print(f"{len(found)} glyphs, {path.stat().st_size} bytes, SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    if unicodedata.unidata_version < "15":
        sys.exit(f"this Python knows Unicode {unicodedata.unidata_version}; take 3.12 or later, which knows 15")
    bundle(Path(sys.argv[1]), Path(sys.argv[2]))
