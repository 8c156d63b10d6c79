"""The kind of a file by its first bytes, for files that are not read as pixels."""

import re
from pathlib import Path

# Regular expressions for the first bytes of files, and names of their kinds.
BEGINNINGS = (
    (rb"%PDF-", "a PDF document"),
    (rb"%!PS", "a PostScript document"),
    (rb"\x00\x00\x01\x00", "an ICO icon"),
    (rb"\x00\x00\x02\x00", "a CUR cursor"),
    (rb"icns", "an ICNS icon"),
    (rb"....ftypavi[fs]", "an AVIF image"),
    (rb"....ftyp(heic|heix|heim|heis|hevc|mif1|msf1)", "a HEIC image"),
    (rb"....ftyp", "an MP4 video"),
    (rb"\x1aE\xdf\xa3", "a WebM or Matroska video"),
    (rb"\xff\x0a|\x00\x00\x00\x0cJXL ", "a JPEG XL image"),
    (rb"\x00\x00\x00\x0cjP  |\xff\x4f\xff\x51", "a JPEG 2000 image"),
    (rb"8BPS", "a Photoshop document"),
    (rb"gimp xcf", "a GIMP document"),
    (rb"qoif", "a QOI image"),
    (rb"P[1-7]\s", "a PNM image"),
    (rb"DDS ", "a DDS texture"),
    (rb"\x76\x2f\x31\x01", "an OpenEXR image"),
    (rb"#\?RADIANCE", "a Radiance image"),
    (rb"PK\x03\x04", "a ZIP archive or a document of an office or drawing program"),
    (rb"(\xef\xbb\xbf)?\s*(<\?xml[^>]*>\s*)?(?><!--.*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]", "SVG"),
    (rb"(\xef\xbb\xbf)?\s*<(!doctype\s+)?html", "an HTML page"),
)


def file_kind(path: Path) -> str | None:
    """Return the kind of a file that is not read as pixels, such as `a PDF document` or `SVG`.

    `empty` means a file of zero bytes; None leaves the file to Pillow.
    """
    with path.open("rb") as opened:
        begin = opened.read(2048)
    if not begin:
        return "empty"
    return next((kind for start, kind in BEGINNINGS if re.match(start, begin, re.DOTALL | re.IGNORECASE)), None)
