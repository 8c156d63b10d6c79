"""Pictures from image files: any size, with alpha, or with a background colour to take out."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor, ImageOps, UnidentifiedImageError

from blastema.errors import BlastemaError

SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".gif", ".svg")
MOST_PIXELS = 64_000_000
SVG_SIDE = 512
# Differences to the background (0 to 255, largest of R, G, B) from which a pixel begins to show, and shows fully.
BEGINS, FULLY = 16, 48


def image_picture(path: Path, background: str | None = None) -> Image.Image:
    """Return the picture in an image file, RGBA, cropped to what shows.

    Of an animation, the first frame. Turned as its EXIF data say.

    Args:
        path: PNG, JPEG, WebP, GIF; or SVG with the extra `[svg]`.
        background: a colour to take out (`white`, `#00ff00`, ...), `auto` for that of the corners, None for nothing.

    Raises:
        BlastemaError: missing, unreadable, broken, too large, or nothing in it shows.
    """
    picture = _decode(path)
    if background is not None:
        picture = key_out(picture, background)
    # Below half a percent alpha nothing can be seen, and cells below the threshold of life could not grow there.
    box = picture.getchannel("A").point(lambda alpha: 255 if alpha > 1 else 0).getbbox()
    if box is None:
        what = f" once {background} is taken out" if background else ""
        raise BlastemaError(f"nothing in {path} is opaque{what}; give a picture with something to grow")
    return picture.crop(box)


def _decode(path: Path) -> Image.Image:
    if path.suffix.lower() == ".svg":
        return _decode_svg(path)
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures before it refuses still larger ones; our own limit is stricter.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG", "WEBP", "GIF")) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise BlastemaError(
                        f"{path} has {opened.width}x{opened.height} pixels; make it smaller, at most {MOST_PIXELS:,}"
                    )
                return _eight_bit(ImageOps.exif_transpose(opened))
    except FileNotFoundError:
        raise BlastemaError(f"there is no file {path}") from None
    except IsADirectoryError:
        raise BlastemaError(f"{path} is a folder; give an image file") from None
    except UnidentifiedImageError:
        raise BlastemaError(f"{path} is not an image that can be read; give PNG, JPEG, WebP, GIF or SVG") from None
    except Image.DecompressionBombError:
        raise BlastemaError(f"{path} is larger than {MOST_PIXELS:,} pixels; make it smaller") from None
    except BlastemaError:
        raise
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, SyntaxError, EOFError, MemoryError, IndexError) as error:
        raise BlastemaError(f"{path} is broken: {error}") from None


def _eight_bit(picture: Image.Image) -> Image.Image:
    """Return the picture as RGBA; sixteen bits a pixel are brought to eight, which Pillow would cut off at 255."""
    if picture.mode.startswith("I"):
        values = np.asarray(picture).astype(np.float32) / 257
        picture = Image.fromarray(values.round().clip(0, 255).astype(np.uint8))
    return picture.convert("RGBA")


def _decode_svg(path: Path) -> Image.Image:
    try:
        import resvg_py
    except ImportError:
        raise BlastemaError(f"to read {path} the extra for SVG is needed: pip install 'blastema[svg]'") from None
    try:
        text = path.read_text("utf-8")
        return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=text, width=SVG_SIDE)))).convert("RGBA")
    except FileNotFoundError:
        raise BlastemaError(f"there is no file {path}") from None
    except OSError as error:
        raise BlastemaError(f"cannot read {path}: {error.strerror or error}") from None
    except ValueError as error:
        raise BlastemaError(f"{path} is not an SVG that can be drawn: {str(error).splitlines()[0]}") from None


def key_out(picture: Image.Image, background: str) -> Image.Image:
    """Return the picture with the pixels of a colour made transparent, edges soft.

    Raises:
        BlastemaError: the colour is none.
    """
    pixels = np.asarray(picture).astype(np.float32)
    if background == "auto":
        colour = np.median(pixels[[0, 0, -1, -1], [0, -1, 0, -1], :3], axis=0)
    else:
        try:
            colour = np.array(ImageColor.getrgb(background)[:3], np.float32)
        except ValueError:
            raise BlastemaError(
                f"{background!r} is no colour; write white, #00ff00, or auto for that of the corners"
            ) from None
    away = np.abs(pixels[..., :3] - colour).max(axis=-1)
    shows = np.clip((away - BEGINS) / (FULLY - BEGINS), 0, 1)
    pixels[..., 3] *= shows
    return Image.fromarray(pixels.round().astype(np.uint8))
