"""Pictures from image files of any size, with alpha or with a background colour to remove."""

import stat
import warnings
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageChops, ImageColor, UnidentifiedImageError

from blastema.errors import BlastemaError
from blastema.io.found import mode_at
from blastema.targets.file_kind import file_kind
from blastema.targets.fit import visible_box
from blastema.targets.svg import draw_svg

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
READABLE = "PNG, JPEG, WebP, GIF, BMP, TIFF or SVG"
# WebP is decoded as a whole, in three copies: 30 megapixels take 480 MB.
MOST_PIXELS, MOST_PIXELS_WEBP = 64_000_000, 30_000_000
# Pictures with more pixels than this are reduced to sides below `WORKING_SIDE` before anything else.
LARGE, WORKING_SIDE, STRIP = 16_000_000, 4000, 64
MOST_SVG_BYTES = 20_000_000
# Differences to the background (0 to 255, largest of R, G, B) from which a pixel is partly and fully opaque. The noise
# of JPEG on an even background is below.
BEGINS, FULLY = 16, 48
# How to transpose a picture for each orientation in EXIF data.
ORIENTATIONS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def image_picture(path: Path, background: str | None = None) -> Image.Image:
    """Return the picture in an image file, RGBA, cropped to its visible pixels, so that it fills its cells.

    Of an animation or several pages, the first is used. EXIF orientation is applied. Without alpha and background, the
    picture is the whole rectangle.

    Args:
        path: PNG, JPEG, WebP, GIF, BMP, TIFF; or SVG, also .svgz, with the extra `[svg]`. At most 64 megapixels, 30 for
            WebP. Those above 16 are reduced first, so that reading takes less than 600 MB, or 900 MB for a progressive
            JPEG in CMYK.
        background: colour to remove wherever it is (`white`, `#00ff00`, ...), or `auto` for that of the corners.

    Raises:
        BlastemaError: the file is missing, unreadable, damaged, too large or of another kind, the colour is invalid, or
            nothing in the picture is visible.
    """
    colour = None if background in (None, "auto") else _colour(str(background))
    _check_file(path)
    picture = _decode(path, background, colour)
    box = visible_box(picture)
    if box is None:
        if background:
            raise BlastemaError(
                f"{shown(path)} is empty once its background ({background}) is removed; use a picture with something "
                "visible in it"
            )
        raise BlastemaError(f"{shown(path)} is completely transparent; use a picture with something visible in it")
    return picture.crop(box)


def shown(path: Path) -> str:
    """Return a path for a message, quoted if it has unprintable characters."""
    return str(path) if str(path).isprintable() else repr(str(path))


def _check_file(path: Path) -> None:
    """Raise unless this is a readable file; reading a pipe could block forever."""
    try:
        mode = mode_at(path)
        if mode is None:
            raise BlastemaError(f"there is no file {shown(path)}; check the name, or give an emoji such as 🦎")
        if stat.S_ISDIR(mode):
            raise BlastemaError(f"{shown(path)} is a folder; give an image file")
        if not stat.S_ISREG(mode):
            raise BlastemaError(f"{shown(path)} is a device or a pipe; give an image file")
        with path.open("rb") as opened:
            opened.read(1)
    except OSError as error:
        raise BlastemaError(
            f"cannot read {shown(path)}: {error.strerror}; check the name and the permissions"
        ) from None


def _decode(path: Path, background: str | None, colour: tuple[int, ...] | None) -> Image.Image:
    """Return the picture in a file, RGBA, with its background removed."""
    kind = file_kind(path)
    if kind == "SVG" or path.suffix.lower() in (".svg", ".svgz"):
        if path.stat().st_size > MOST_SVG_BYTES:
            raise BlastemaError(
                f"{shown(path)} is larger than {MOST_SVG_BYTES:,} bytes; simplify it, or save it as PNG"
            )
        return _without_background(draw_svg(path.read_bytes(), shown(path)), path, background, colour)
    if kind == "empty":
        raise BlastemaError(f"{shown(path)} is an empty file; give {READABLE}")
    if kind is not None:
        raise BlastemaError(f"{shown(path)} is {kind}, which is not supported; save it as {READABLE}")
    try:
        with warnings.catch_warnings():
            # Pillow warns of large pictures, odd palettes, broken EXIF data: sizes are checked here, others harmless.
            warnings.simplefilter("ignore")
            with Image.open(path, formats=FORMATS) as opened:
                return _read(opened, path, background, colour)
    except BlastemaError:
        raise
    except UnidentifiedImageError:
        raise BlastemaError(f"{shown(path)} is not an image, or is damaged; give {READABLE}") from None
    except Image.DecompressionBombError:
        raise BlastemaError(_too_large(path, f"more than {MOST_PIXELS:,}", MOST_PIXELS)) from None
    # For damaged files decoders raise OSError, SyntaxError, ValueError, struct.error, EOFError and others.
    except Exception as error:
        raise BlastemaError(
            f"{shown(path)} is damaged: {_first_line(error)}; save it again, or use another file"
        ) from None


def _read(opened: Image.Image, path: Path, background: str | None, colour: tuple[int, ...] | None) -> Image.Image:
    most = MOST_PIXELS_WEBP if opened.format == "WEBP" else MOST_PIXELS
    if opened.width * opened.height > most:
        raise BlastemaError(_too_large(path, f"{opened.width}x{opened.height}", most))
    if opened.width * opened.height > LARGE:
        # JPEG can be decoded at 1/2, 1/4 or 1/8 of its size; other formats ignore this.
        scale = WORKING_SIDE / max(opened.size)
        opened.draft(None, (round(opened.width * scale), round(opened.height * scale)))
    opened.load()
    if opened.mode == "F":
        raise BlastemaError(
            f"{shown(path)} has floating-point pixels, which are not supported; save it with 8 or 16 bits"
        )
    return _upright(_without_background(opened, path, background, colour), opened)


def _without_background(
    picture: Image.Image, path: Path, background: str | None, colour: tuple[int, ...] | None
) -> Image.Image:
    """Return the picture as RGBA with the background colour removed; reduced if it is large."""
    if background == "auto":
        colour = _corner_colour(picture, path)
    if picture.width * picture.height <= LARGE:
        return _keyed(_eight_bits(picture), colour)
    times = -(-max(picture.size) // WORKING_SIDE)
    small = Image.new("RGBa", (-(-picture.width // times), -(-picture.height // times)))
    # In strips, since copies of the whole take gigabytes; premultiplied, so that hidden colours do not leak.
    for top in range(0, picture.height, STRIP * times):
        bottom = min(picture.height, top + STRIP * times)
        strip = _keyed(_eight_bits(picture.crop((0, top, picture.width, bottom))), colour).convert("RGBa")
        small.paste(strip.reduce(times), (0, top // times))
    return small.convert("RGBA")


def _upright(picture: Image.Image, opened: Image.Image) -> Image.Image:
    try:
        transposition = ORIENTATIONS.get(opened.getexif().get(ExifTags.Base.Orientation, 1))
    # Broken EXIF data, which can raise almost anything, are ignored.
    except Exception:
        return picture
    return picture if transposition is None else picture.transpose(transposition)


def _too_large(path: Path, size: str, most: int) -> str:
    return f"{shown(path)} has {size} pixels; at most {most:,} are allowed, and a few thousand are enough"


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return the picture as RGBA; 16-bit grey is scaled to 8 bits, where Pillow would clip it at 255."""
    if not picture.mode.startswith("I"):
        return picture.convert("RGBA")
    values = np.asarray(picture).astype(np.float32)
    grey = Image.fromarray((values / 257).round().clip(0, 255).astype(np.uint8)).convert("RGBA")
    if "transparency" in picture.info:
        grey.putalpha(Image.fromarray(np.where(values == picture.info["transparency"], 0, 255).astype(np.uint8)))
    return grey


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _colour(name: str) -> tuple[int, ...]:
    try:
        return ImageColor.getrgb(name)[:3]
    except ValueError:
        raise BlastemaError(
            f"{name!r} is not a colour; use white, #00ff00 and the like, or auto for that of the corners"
        ) from None


def _corner_colour(picture: Image.Image, path: Path) -> tuple[int, ...] | None:
    """Return the colour that the corners agree on; None if they are transparent."""
    right, bottom = picture.width - 1, picture.height - 1
    corners = [_eight_bits(picture.crop((x, y, x + 1, y + 1))) for x in (0, right) for y in (0, bottom)]
    pixels = np.array([corner.getpixel((0, 0)) for corner in corners])
    opaque = pixels[pixels[:, 3] > 127, :3]
    if not len(opaque):
        return None
    middle = np.median(opaque, axis=0).round().astype(int)
    if (np.abs(opaque - middle).max(axis=1) < FULLY).sum() < min(3, len(opaque)):
        raise BlastemaError(
            f"the corners of {shown(path)} differ in colour; name the colour to remove, such as --background white"
        )
    return tuple(middle.tolist())


def _keyed(picture: Image.Image, colour: tuple[int, ...] | None) -> Image.Image:
    """Return the picture with a colour made transparent, and similar colours partly, so that edges stay soft."""
    if colour is None:
        return picture
    difference = ImageChops.difference(picture.convert("RGB"), Image.new("RGB", picture.size, colour))
    red, green, blue = difference.split()
    distance = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    alpha = distance.point(lambda value: round(255 * min(1, max(0, (value - BEGINS) / (FULLY - BEGINS)))))
    keyed = picture.copy()
    keyed.putalpha(ImageChops.multiply(picture.getchannel("A"), alpha))
    return keyed
