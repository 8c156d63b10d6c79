"""Pictures from image files: any size, with alpha, or with a background colour to take out."""

import io
import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageOps, UnidentifiedImageError

from blastema.errors import BlastemaError
from blastema.targets.fit import what_shows

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_PIXELS = 64_000_000
SVG_SIDE = 1024
# Differences to the background (0 to 255, largest of R, G, B) from which a pixel begins to show, and shows fully.
# Below lies what JPEG makes of an even background.
BEGINS, FULLY = 16, 48


def image_picture(path: Path, background: str | None = None) -> Image.Image:
    """Return the picture in an image file, RGBA, cropped to what shows, so that it fills the cells it is fitted into.

    Of an animation, the first frame. Turned as its EXIF data say. Without alpha and background, the whole rectangle.

    Args:
        path: PNG, JPEG, WebP, GIF; or SVG with the extra `[svg]`. At most 64 megapixels.
        background: a colour to take out wherever it is (`white`, `#00ff00`, ...), `auto` for that of the corners.

    Raises:
        BlastemaError: missing, unreadable, broken, too large, the colour is none, or nothing in it shows.
    """
    colour = None if background in (None, "auto") else _colour(str(background))
    _check_file(path)
    picture = _decode_svg(path) if path.suffix.lower() == ".svg" else _decode(path)
    if background == "auto":
        colour = _corner_colour(picture, path)
    if colour is not None:
        picture = _take_out(picture, colour)
    box = what_shows(picture)
    if box is None:
        what = f" once {background} is taken out" if background else ""
        raise BlastemaError(f"nothing in {shown(path)} is opaque{what}; give a picture with something to grow")
    return picture.crop(box)


def shown(path: Path) -> str:
    """Return a path for a message: as it is, or quoted if it would break the line or the terminal."""
    return str(path) if str(path).isprintable() else repr(str(path))


def _check_file(path: Path) -> None:
    """Raise unless this is a file that can be read; a pipe would make us wait for ever."""
    try:
        if path.is_dir():
            raise BlastemaError(f"{shown(path)} is a folder; give an image file")
        if not path.exists():
            raise BlastemaError(f"there is no file {shown(path)}; check the name, or give an emoji such as 🦎")
        if not path.is_file():
            raise BlastemaError(f"{shown(path)} is a device or a pipe; give an image file")
        with path.open("rb") as opened:
            opened.read(1)
    except OSError as error:
        raise BlastemaError(
            f"cannot read {shown(path)}: {error.strerror}; check the name and the permissions"
        ) from None


def _decode(path: Path) -> Image.Image:
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, odd palettes, broken EXIF data: our limit is stricter, the rest harmless.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise BlastemaError(_too_large(path, f"{opened.width}x{opened.height}"))
                opened.load()
                return _eight_bits(_upright(opened))
    except BlastemaError:
        raise
    except UnidentifiedImageError:
        raise BlastemaError(f"{shown(path)} is no image, or is broken; give PNG, JPEG, WebP, GIF or SVG") from None
    except Image.DecompressionBombError:
        raise BlastemaError(_too_large(path, f"more than {MOST_PIXELS:,}")) from None
    # Decoders raise almost anything for broken files: OSError, SyntaxError, ValueError, struct.error, EOFError.
    except Exception as error:
        raise BlastemaError(f"{shown(path)} is broken: {_first_line(error)}; save it anew, or give another") from None


def _upright(picture: Image.Image) -> Image.Image:
    try:
        return ImageOps.exif_transpose(picture)
    # Broken EXIF data, which raise almost anything, too, are no reason to refuse the picture.
    except Exception:
        return picture


def _too_large(path: Path, size: str) -> str:
    return (
        f"{shown(path)} has {size} pixels; make it smaller, {MOST_PIXELS:,} are allowed and a few thousand are enough"
    )


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return the picture as RGBA; grey of sixteen bits is scaled to eight, which Pillow would cut off at 255."""
    if not picture.mode.startswith("I"):
        return picture.convert("RGBA")
    values = np.asarray(picture).astype(np.float32)
    grey = Image.fromarray((values / 257).round().clip(0, 255).astype(np.uint8)).convert("RGBA")
    if "transparency" in picture.info:
        grey.putalpha(Image.fromarray(np.where(values == picture.info["transparency"], 0, 255).astype(np.uint8)))
    return grey


def _decode_svg(path: Path) -> Image.Image:
    """Return the SVG, drawn with its longer side at 1024 pixels; what it shows must not need fonts of this computer."""
    try:
        import resvg_py
    except ImportError:
        raise BlastemaError(f"to read {shown(path)} an extra is needed: pip install 'blastema[svg]'") from None
    try:
        text = path.read_text("utf-8-sig")
        # Given both, resvg keeps the aspect and fits it in: a long and thin drawing cannot ask for endless memory.
        png = bytes(resvg_py.svg_to_bytes(svg_string=text, width=SVG_SIDE, height=SVG_SIDE))
        return Image.open(io.BytesIO(png)).convert("RGBA")
    except (ValueError, OSError) as error:
        raise BlastemaError(f"{shown(path)} is no SVG that can be drawn: {_first_line(error)}; save it anew") from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _colour(name: str) -> tuple[int, ...]:
    try:
        return ImageColor.getrgb(name)[:3]
    except ValueError:
        raise BlastemaError(f"{name!r} is no colour; write white, #00ff00, or auto for that of the corners") from None


def _corner_colour(picture: Image.Image, path: Path) -> tuple[int, ...] | None:
    """Return the colour of the corners, of at least two that agree; None if they are transparent already."""
    right, bottom = picture.width - 1, picture.height - 1
    pixels = np.array([picture.getpixel(place) for place in ((0, 0), (right, 0), (0, bottom), (right, bottom))])
    opaque = pixels[pixels[:, 3] > 127, :3]
    if not len(opaque):
        return None
    middle = np.median(opaque, axis=0).round().astype(int)
    if (np.abs(opaque - middle).max(axis=1) < FULLY).sum() < min(3, len(opaque)):
        raise BlastemaError(
            f"the corners of {shown(path)} differ in colour; name the colour to take out, such as background=white"
        )
    return tuple(middle.tolist())


def _take_out(picture: Image.Image, colour: tuple[int, ...]) -> Image.Image:
    """Return the picture with a colour made transparent, and colours near it partly, so that edges stay soft."""
    difference = ImageChops.difference(picture.convert("RGB"), Image.new("RGB", picture.size, colour))
    red, green, blue = difference.split()
    away = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    shows = away.point(lambda value: round(255 * min(1, max(0, (value - BEGINS) / (FULLY - BEGINS)))))
    keyed = picture.copy()
    keyed.putalpha(ImageChops.multiply(picture.getchannel("A"), shows))
    return keyed
