"""Scaling of a picture to cells."""

import numpy as np
from PIL import Image

# Pictures more than this many times finer than the cells are averaged before Lanczos, since 64 megapixels would take
# gigabytes as 32-bit numbers.
FINE = 8


def fitted(picture: Image.Image, fit: int) -> np.ndarray:
    """Return the picture scaled to fit a square of `fit` x `fit` cells, centred, float32 `(fit, fit, 4)`.

    RGB is premultiplied by alpha before scaling, so that colours hidden under transparent pixels do not leak; values
    are 0 to 1, and RGB is at most alpha.
    """
    size = _size(picture, fit)
    premultiplied = _reduced(picture.convert("RGBA").convert("RGBa"), fit)
    scaled = np.stack([_scaled(channel, size) for channel in premultiplied.split()], axis=-1)
    # Lanczos overshoots at sharp edges.
    scaled = scaled.clip(0, 1)
    scaled[..., :3] = np.minimum(scaled[..., :3], scaled[..., 3:])
    return _in_square(scaled, fit)


def opacity(picture: Image.Image, fit: int) -> np.ndarray:
    """Return the alpha of `fitted` in whole numbers, equal on every processor, uint8 `(fit, fit)`."""
    alpha = _reduced(picture.convert("RGBA").getchannel("A"), fit)
    return _in_square(np.asarray(alpha.resize(_size(picture, fit), Image.Resampling.LANCZOS)), fit)


def visible_box(picture: Image.Image) -> tuple[int, int, int, int] | None:
    """Return the bounding box (left, top, right, bottom) of the visible pixels; None if there are none.

    Alpha of 1/255 counts as invisible, since some programs leave it all over an empty layer.
    """
    return picture.convert("RGBA").getchannel("A").point(lambda alpha: 255 if alpha > 1 else 0).getbbox()


def _size(picture: Image.Image, fit: int) -> tuple[int, int]:
    """Return the (width, height) of the picture in cells."""
    scale = fit / max(picture.size)
    return max(1, round(picture.width * scale)), max(1, round(picture.height * scale))


def _reduced(image: Image.Image, fit: int) -> Image.Image:
    times = max(image.size) // (FINE * fit)
    return image.reduce(times) if times > 1 else image


def _in_square(scaled: np.ndarray, fit: int) -> np.ndarray:
    """Return the picture centred in a square of `fit` cells."""
    height, width = scaled.shape[:2]
    cells = np.zeros((fit, fit, *scaled.shape[2:]), scaled.dtype)
    top, left = (fit - height) // 2, (fit - width) // 2
    cells[top : top + height, left : left + width] = scaled
    return cells


def _scaled(channel: Image.Image, size: tuple[int, int]) -> np.ndarray:
    # Scaled as floats: eight bits would round, and clip the overshoot too early.
    values = Image.fromarray(np.asarray(channel, np.float32) / 255)
    return np.asarray(values.resize(size, Image.Resampling.LANCZOS))
