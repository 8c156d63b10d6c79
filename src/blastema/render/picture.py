"""Still pictures: one state, or many side by side."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from blastema.atomic import replacing
from blastema.errors import BlastemaError
from blastema.render.colour import WHITE, on_background

GAP, CAPTION = 4, 16
GREY = (110, 110, 110)


def picture(state: np.ndarray, zoom: int = 4) -> Image.Image:
    """Return the state on white, each cell `zoom` x `zoom` pixels."""
    return Image.fromarray(enlarge(on_background(state), zoom))


def enlarge(pixels: np.ndarray, zoom: int) -> np.ndarray:
    """Return an image `(height, width, 3)` with each pixel repeated `zoom` times in both directions."""
    return pixels.repeat(zoom, axis=0).repeat(zoom, axis=1)


def sheet(
    states: Sequence[np.ndarray] | np.ndarray, columns: int, zoom: int, labels: Sequence[str] | None = None
) -> Image.Image:
    """Return a contact sheet: states of one size in rows of `columns`, on white, with a label under each if given."""
    tiles = [picture(state, zoom) for state in states]
    columns = min(columns, len(tiles))
    rows = -(-len(tiles) // columns)
    width, height = tiles[0].width + GAP, tiles[0].height + GAP + (CAPTION if labels else 0)
    whole = Image.new("RGB", (columns * width + GAP, rows * height + GAP), WHITE)
    draw, font = ImageDraw.Draw(whole), ImageFont.load_default(CAPTION - 4)
    for index, tile in enumerate(tiles):
        left, top = GAP + index % columns * width, GAP + index // columns * height
        whole.paste(tile, (left, top))
        if labels:
            draw.text((left + tile.width / 2, top + tile.height + 1), labels[index], GREY, font, anchor="ma")
    return whole


def save(image: Image.Image, path: Path | str) -> None:
    """Write the picture in the format of its suffix, whole or not at all.

    Raises:
        BlastemaError: it cannot be written there, or the suffix is not that of a picture.
    """
    with replacing(path) as temporary:
        try:
            image.save(temporary)
        except ValueError:
            raise BlastemaError(f"{path} has the suffix {Path(path).suffix!r}; give .png, .webp or .jpg") from None
