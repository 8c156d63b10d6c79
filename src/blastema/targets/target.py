"""From what the user wrote to the picture that is grown."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from blastema.errors import BlastemaError

if TYPE_CHECKING:
    from PIL import Image

FIT, PAD = 40, 16
LARGEST = 4096


def load_target(
    name: str,
    *,
    fit: int = FIT,
    pad: int | None = None,
    height: int | None = None,
    width: int | None = None,
    background: str | None = None,
) -> np.ndarray:
    """Return a target, float32 `(height, width, 4)`, RGB premultiplied by alpha, 0 to 1.

    The picture is fitted into `fit` x `fit` cells (Lanczos, aspect kept), with empty cells around it.

    Args:
        name: in this order: an emoji; an image file; `disc`, `ring`, `planarian`, `text:Hi` or one letter; the name of
            an emoji, ours or Unicode's. `noto:` before an emoji or its name takes the drawing of Noto 2.042.
        fit: cells that the picture may take in either direction.
        pad: empty cells on each side, 16 unless height and width are given.
        height, width: of the grid, instead of `pad`.
        background: colour to take out of an image file, see `blastema.targets.image`.

    Raises:
        BlastemaError: nothing has this name, the file is no picture, or the picture is larger than the grid.

    >>> load_target("🦎").shape
    (72, 72, 4)
    """
    if not 1 <= fit <= LARGEST or not 0 <= (pad or 0) <= LARGEST:
        raise BlastemaError(
            f"a target of {fit} cells with {pad or 0} around it cannot be; fit is 1 to {LARGEST}, pad 0 to {LARGEST}"
        )
    if pad is not None and (height or width):
        raise BlastemaError("give the size of the grid or the padding around the picture, not both")
    around = 2 * (PAD if pad is None else pad)
    height, width = height or width or fit + around, width or height or fit + around
    if fit > min(height, width):
        raise BlastemaError(
            f"a target of {fit}x{fit} cells is too large for a grid of {width}x{height}; "
            f"take a larger size, or fit it into {min(height, width)} or fewer"
        )
    cells = fitted(find_picture(name, background), fit)
    target = np.zeros((height, width, 4), np.float32)
    top, left = (height - fit) // 2, (width - fit) // 2
    target[top : top + fit, left : left + fit] = cells
    return target


def find_picture(name: str, background: str | None = None) -> "Image.Image":
    """Return the picture that a name means, RGBA, of any size; see `load_target`."""
    from blastema.targets import drawn, emoji, image

    plain = name.strip()
    if not plain:
        raise BlastemaError("the target is empty; give an emoji such as 🦎, its name, or an image file")
    of_noto = plain.startswith("noto:")
    character = emoji.single_emoji(plain.removeprefix("noto:"))
    if character is None and not of_noto:
        if _looks_like_file(plain):
            return image.image_picture(Path(plain), background)
        if plain in drawn.DRAWN:
            return drawn.DRAWN[plain]()
        if plain.startswith("text:") or len(plain) == 1:
            return drawn.text(plain.removeprefix("text:"))
    character = character or emoji.emoji_named(plain.removeprefix("noto:"))
    if character is None:
        near = emoji.near_names(plain)
        hint = f"did you mean {', '.join(near)}?" if near else "give an emoji such as 🦎, its name, or an image file"
        raise BlastemaError(f"there is no emoji, image file or drawing {name!r}; {hint}")
    return emoji.emoji_picture(character, of_noto)


def fitted(picture: "Image.Image", fit: int) -> np.ndarray:
    """Return the picture scaled into the middle of `fit` x `fit` cells, float32 `(fit, fit, 4)`, premultiplied."""
    from PIL import Image

    scale = fit / max(picture.size)
    size = [max(1, round(side * scale)) for side in picture.size]
    pixels = np.asarray(picture.convert("RGBA")).astype(np.float32) / 255
    pixels[..., :3] *= pixels[..., 3:]
    # Lanczos overshoots at sharp edges.
    channels = [
        np.asarray(Image.fromarray(pixels[..., channel].copy()).resize(size, Image.Resampling.LANCZOS))
        for channel in range(4)
    ]
    scaled = np.clip(np.stack(channels, axis=-1), 0, 1)
    scaled[..., :3] = np.minimum(scaled[..., :3], scaled[..., 3:])
    cells = np.zeros((fit, fit, 4), np.float32)
    top, left = (fit - size[1]) // 2, (fit - size[0]) // 2
    cells[top : top + size[1], left : left + size[0]] = scaled
    return cells


def short_name(name: str) -> str:
    """Return a name for the target that is fit for a folder: `lizard` for 🦎, `cat` for pictures/cat.png."""
    from blastema.targets import emoji

    plain = name.strip()
    character = emoji.single_emoji(plain.removeprefix("noto:"))
    if character:
        return emoji.name_of(character)
    stem = Path(plain).stem if _looks_like_file(plain) else plain
    return re.sub(r"\W+", "-", stem).strip("-").lower() or "target"


def _looks_like_file(name: str) -> bool:
    from blastema.targets.image import SUFFIXES

    if name.lower().endswith(SUFFIXES) or "/" in name or "\\" in name:
        return True
    try:
        return Path(name).exists()
    except (OSError, ValueError):
        return False
