"""Still pictures: one state, or a contact sheet of several."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from blastema.errors import BlastemaError
from blastema.io.arguments import suffix_named
from blastema.io.atomic import replacing
from blastema.render.colour import WHITE, on_background
from blastema.render.lettering import Font, font, legible

LARGEST_ZOOM = 64
# Of a contact sheet, in pixels.
GAP, CAPTION, CAPTION_FONT, SMALLEST_FONT = 4, 16, 12, 9
FRAME, INK = (232, 232, 232), (90, 90, 90)
# Formats, with the options that preserve colours best.
FORMATS: dict[str, dict[str, Any]] = {
    ".png": {},
    ".webp": {"lossless": True},
    ".jpg": {"quality": 95, "subsampling": 0},
    ".jpeg": {"quality": 95, "subsampling": 0},
    ".gif": {},
    ".bmp": {},
    ".tiff": {},
}
# Formats in full colour that every browser reads.
STILLS = (".png", ".webp", ".jpg", ".jpeg")
# Limits of an animation or a contact sheet: Pillow holds it in memory (1.9 GB for a PNG of 234 million pixels), and
# WebP allows no longer sides.
MOST_PIXELS, LONGEST_SIDE = 256_000_000, 16383


def enlarge(rgb: np.ndarray, zoom: int) -> np.ndarray:
    """Return pixels `(..., height, width, channel)` with each repeated `zoom` times to the right and downward.

    >>> enlarge(np.zeros((2, 3, 3), np.uint8), 4).shape
    (8, 12, 3)

    Raises:
        BlastemaError: zoom is not a whole number from 1 to 64.
    """
    check_zoom(zoom)
    return rgb.repeat(zoom, axis=-3).repeat(zoom, axis=-2)


def check_zoom(zoom: int) -> None:
    """Raise a BlastemaError unless this is a valid number of pixels per cell."""
    if not (isinstance(zoom, int | np.integer) and 1 <= zoom <= LARGEST_ZOOM):
        raise BlastemaError(f"zoom is {zoom!r}; it must be a whole number of pixels per cell from 1 to {LARGEST_ZOOM}")


def picture(state: np.ndarray, zoom: int = 4) -> Image.Image:
    """Return the state `(height, width, channel)` on white, RGB, each cell `zoom` x `zoom` pixels."""
    return Image.fromarray(enlarge(on_background(state), zoom))


def sheet(
    states: Iterable[np.ndarray] | np.ndarray, columns: int, zoom: int, labels: Sequence[str] | None = None
) -> Image.Image:
    """Return a contact sheet of states on white, in rows of `columns`, with captions if labels are given.

    Args:
        states: `(height, width, channel)` each, or one array of a batch; all of one size.
        columns: tiles in a row, 1 or more; fewer states make a narrower sheet.
        zoom: pixels per cell.
        labels: one per state, written in ASCII.

    Raises:
        BlastemaError: there are no states, they differ in size, or the number of labels is not that of states.
    """
    return mosaic([picture(state, zoom) for state in states], columns, labels)


def mosaic(tiles: Sequence[Image.Image], columns: int, labels: Sequence[str] | None = None) -> Image.Image:
    """Return a contact sheet of pictures of one size; see `sheet`."""
    _check_sheet(tiles, columns, labels)
    columns, captions = min(columns, len(tiles)), [legible(label) for label in labels or ()]
    width, height = tiles[0].width + GAP, tiles[0].height + GAP + (CAPTION if labels else 0)
    whole = Image.new("RGB", (columns * width + GAP, -(-len(tiles) // columns) * height + GAP), WHITE)
    draw, letters = ImageDraw.Draw(whole), _caption_font(captions, tiles[0].width)
    for index, tile in enumerate(tiles):
        left, top = GAP + index % columns * width, GAP + index // columns * height
        # A thin frame, since the edges of tiles, and empty tiles, are invisible on white.
        draw.rectangle((left - 1, top - 1, left + tile.width, top + tile.height), outline=FRAME)
        whole.paste(tile, (left, top))
        if captions:
            draw.text((left + tile.width / 2, top + tile.height + CAPTION / 2 + 1), captions[index], INK, letters, "mm")
    return whole


def check_sheet_size(count: int, columns: int, height: int, width: int, zoom: int) -> None:
    """Raise a BlastemaError if a contact sheet of this many states would be too large; see `sheet`."""
    columns = min(columns, count)
    rows = -(-count // columns)
    size = columns * (width * zoom + GAP) + GAP, rows * (height * zoom + GAP + CAPTION) + GAP
    if max(size) > LONGEST_SIDE or size[0] * size[1] > MOST_PIXELS:
        raise BlastemaError(
            f"the contact sheet would be {size[0]:,} x {size[1]:,} pixels; at most {LONGEST_SIDE:,} per side and "
            f"{MOST_PIXELS:,} in all are allowed: use a smaller zoom or a smaller grid"
        )


def _check_sheet(tiles: Sequence[Image.Image], columns: int, labels: Sequence[str] | None) -> None:
    if not tiles:
        raise BlastemaError("no states given for a contact sheet; give at least one")
    if columns < 1:
        raise BlastemaError(f"columns is {columns}; it must be 1 or more")
    if len({tile.size for tile in tiles}) > 1:
        raise BlastemaError("the states of a contact sheet differ in size; give states of one size")
    if labels is not None and len(labels) != len(tiles):
        raise BlastemaError(f"{len(labels)} labels given for {len(tiles)} states; give one per state")


def _caption_font(captions: Sequence[str], width: int) -> Font:
    """Return the largest font in which all captions fit their tiles, or else the smallest legible one."""
    sizes = range(CAPTION_FONT, SMALLEST_FONT, -1)
    fitting = (size for size in sizes if all(font(size).getlength(text) <= width + GAP - 2 for text in captions))
    return font(next(fitting, SMALLEST_FONT))


def save(image: Image.Image, path: Path | str) -> None:
    """Write a picture atomically, in the format of the suffix; WebP is lossless, JPEG nearly so.

    Args:
        image: RGB or RGBA.
        path: `.png`, `.webp`, `.jpg`, `.gif`, `.bmp`, `.tiff`.

    Raises:
        BlastemaError: the suffix is unknown, or the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise BlastemaError(f"{path} has {suffix_named(path)}; use one of {', '.join(FORMATS)}")
    if suffix in (".jpg", ".jpeg") and image.mode == "RGBA":
        # JPEG has no alpha; transparent pixels would come out black.
        image = Image.alpha_composite(Image.new("RGBA", image.size, WHITE), image).convert("RGB")
    with replacing(path) as temporary:
        try:
            image.save(temporary, **FORMATS[suffix])
        except (OSError, ValueError) as error:
            raise BlastemaError(f"cannot write {path}: {error}; try .png, or another folder") from error
