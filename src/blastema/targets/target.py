"""Targets from what the user gives: names, files, sizes."""

import difflib
import re
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from blastema.errors import BlastemaError

if TYPE_CHECKING:
    from PIL import Image

    from blastema.targets.place import Place

FIT, PAD, COLOURS = 40, 16, 4
LARGEST_TARGET = 4096
# Alpha of 255, slightly below the alive threshold 0.1.
FAINT = 25
URL = r"[a-z][a-z0-9+.-]+://|data:"
ADVICE = "give an emoji such as 🦎, its name, or an image file"


def load_target(
    name: str | Path,
    *,
    fit: int = FIT,
    pad: int | None = None,
    height: int | None = None,
    width: int | None = None,
    background: str | None = None,
) -> np.ndarray:
    """Return a target, float32 `(height, width, 4)`, RGB premultiplied by alpha, 0 to 1.

    As in the article's notebook, the picture is scaled to fit `fit` x `fit` cells (Lanczos, aspect ratio kept), with
    empty cells around it. It is first cropped to its visible pixels; the article's ten emoji keep their margins.

    The seed cell is `(height // 2, width // 2)`. A picture that is empty there could not grow, so it is moved until it
    is opaque there; separate parts are joined by faint white lines. See docs/fidelity.md.

    Args:
        name: in this order: an emoji; an image file (it has a suffix or a folder); `disc`, `ring`, `planarian`,
            `text:Hi` or a single letter; the name of an emoji. `noto:` before an emoji or its name selects Noto
            2.042's picture, which differs for the article's ten: `noto:🦎`, `noto:lizard`.
        fit: longer side of the picture in cells, 1 to 4096.
        pad: empty cells on each side, 16 unless height or width are given. If a moved picture would leave the grid, the
            grid is larger than `fit + 2 * pad`.
        height, width: of the grid, instead of `pad`; one alone makes a square. The grid has exactly this size.
        background: colour to remove from an image file: `white`, `#00ff00`, ..., or `auto` for that of the corners.

    Raises:
        BlastemaError: the name is unknown, the file is not a picture, the picture is larger than the grid, or it is so
            faint that no cell would live.

    >>> load_target("🦎").shape
    (72, 72, 4)
    >>> load_target("christmas tree", fit=20, height=32, width=48).shape
    (32, 48, 4)
    """
    _grid_size(fit, pad, height, width)
    # Imported here, so that `import blastema` does not load Pillow.
    from blastema.targets.bridge import with_bridges
    from blastema.targets.fit import fitted, opacity

    picture = find_picture(name, background)
    alpha = opacity(picture, fit)
    if alpha.max() <= FAINT:
        raise BlastemaError(
            f"{name} is too faint: its alpha is at most {alpha.max() / 255:.2f}, and cells live only above 0.1; "
            "use a more opaque picture"
        )
    cells = with_bridges(fitted(picture, fit), alpha)
    (height, width, top, left), _ = laid_out(alpha, fit, pad, height, width)
    target = np.zeros((height, width, 4), np.float32)
    # Only empty cells can lie outside: `place` keeps the visible ones in the grid.
    part = cells[max(0, -top) : height - top, max(0, -left) : width - left]
    target[max(0, top) :, max(0, left) :][: part.shape[0], : part.shape[1]] = part
    return target


def load_targets(names: Sequence[str | Path], **placement: Any) -> np.ndarray:
    """Return several targets in grids of one size, `(target, height, width, 4)`; arguments as for `load_target`.

    Grids become as large as the largest that one of the pictures needs; all keep their seed cell in the middle.
    """
    pictures = [load_target(name, **placement) for name in names]
    height, width = (max(picture.shape[axis] for picture in pictures) for axis in (0, 1))
    targets = np.zeros((len(pictures), height, width, COLOURS), np.float32)
    for target, picture in zip(targets, pictures, strict=True):
        top, left = height // 2 - picture.shape[0] // 2, width // 2 - picture.shape[1] // 2
        target[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return targets


def laid_out(
    opacity: np.ndarray, fit: int, pad: int | None, height: int | None, width: int | None
) -> tuple["Place", tuple[int, int]]:
    """Return the placement of a picture in its grid, and the requested (height, width).

    Args:
        opacity: alpha of the picture, uint8 `(fit, fit)`.
        fit, pad, height, width: as for `load_target`.

    Raises:
        BlastemaError: the sizes are out of range or too small.
    """
    from blastema.targets.place import place

    requested = _grid_size(fit, pad, height, width)
    fixed = height is not None or width is not None
    return place(opacity, *requested, None if fixed else PAD if pad is None else pad), requested


def find_picture(name: str | Path, background: str | None = None) -> "Image.Image":
    """Return the picture of a name, RGBA, of any size; see `load_target`.

    Raises:
        BlastemaError: the name is unknown, or the file is not a picture.
    """
    from blastema.targets import drawn, emoji, image

    kind, plain = _kind_and_name(name)
    if not kind and re.match(URL, str(name).strip(), re.IGNORECASE):
        raise BlastemaError(
            f"{str(name).strip()!r} is a URL, and URLs are not fetched; download the file and give its path"
        )
    character = None if kind == "text" else emoji.single_emoji(plain)
    if character is None and not kind and looks_like_file(plain):
        return image.image_picture(Path(plain), background)
    if background is not None:
        raise BlastemaError(
            f"{name} is not an image file, so it has no background to remove; leave out --background {background}"
        )
    if kind == "text" or (character is None and not kind and len(plain) == 1):
        return drawn.text(plain)
    if character is None and not kind and plain.casefold() in drawn.DRAWN:
        return drawn.DRAWN[plain.casefold()]()
    character = character or emoji.emoji_named(plain)
    if character is None:
        raise BlastemaError(f"there is no emoji, image file or drawing {str(name)!r}; {_hint(plain)}")
    return emoji.emoji_picture(character, noto=kind == "noto")


def short_name(name: str | Path) -> str:
    """Return a name of the target for folders: `lizard` for 🦎, `cat` for pictures/cat.png.

    >>> short_name("Christmas Tree"), short_name("noto:🎄"), short_name("text:Hi")
    ('tree', 'noto-tree', 'text-hi')
    """
    from blastema.targets import emoji

    kind, plain = _kind_and_name(name)
    if kind == "text":
        return _for_folder(f"text-{plain}")
    character = emoji.single_emoji(plain)
    if character is None and looks_like_file(plain):
        return _for_folder(Path(plain).stem)
    character = character or emoji.emoji_named(plain)
    own = emoji.name_of(character) if character else plain
    return _for_folder(f"noto-{own}" if kind == "noto" else own)


def is_file_name(name: str) -> bool:
    """Return whether `load_target` reads an image file for this name."""
    from blastema.targets import emoji

    kind, plain = _kind_and_name(name)
    return not kind and emoji.single_emoji(plain) is None and looks_like_file(plain)


def looks_like_file(name: str) -> bool:
    """Return whether a name means a file: it has a suffix or a folder, unlike names of emoji and drawings.

    The content of the current folder does not matter, so that a command means the same everywhere.

    >>> looks_like_file("cat.png"), looks_like_file("./cat"), looks_like_file("cat")
    (True, True, False)
    """
    return bool(Path(name).suffix) or "/" in name or "\\" in name


def _grid_size(fit: int, pad: int | None, height: int | None, width: int | None) -> tuple[int, int]:
    """Return (height, width) of the grid; raise if an argument is out of range."""
    _check("--fit", fit, 1, LARGEST_TARGET)
    if pad is not None:
        _check("--pad", pad, 0, (LARGEST_TARGET - fit) // 2)
    for what, side in (("the height of the grid", height), ("the width of the grid", width)):
        if side is not None:
            _check(what, side, 1, LARGEST_TARGET)
    if height is None and width is None:
        around = 2 * (PAD if pad is None else pad)
        return fit + around, fit + around
    if pad is not None:
        raise BlastemaError(
            "give either --size, the size of the grid, or --pad, the padding around the picture, not both"
        )
    height, width = height or width or fit, width or height or fit
    if fit > min(height, width):
        raise BlastemaError(
            f"a target of {fit}x{fit} cells is too large for a grid of {width}x{height}; "
            f"use --fit {min(height, width)} or less, or a larger --size"
        )
    return height, width


def _check(what: str, value: object, least: int, most: int) -> None:
    if not (isinstance(value, Integral) and least <= int(value) <= most):
        raise BlastemaError(f"{what} must be a whole number from {least} to {most}, not {value!r}")


def _kind_and_name(name: str | Path) -> tuple[str, str]:
    """Return the prefix `text` or `noto`, or an empty one, and the rest of the name."""
    plain = str(name).strip()
    kind, colon, rest = plain.partition(":")
    result = (kind.casefold(), rest.strip()) if colon and kind.casefold() in ("noto", "text") else ("", plain)
    if not result[1]:
        raise BlastemaError(f"the target {str(name)!r} is empty; {ADVICE}")
    return result


def _hint(name: str) -> str:
    """Return advice with up to three similar names: first those that contain its words, then those spelt alike."""
    from blastema.targets import drawn, emoji

    if _is_file(name):
        return f"if you mean the file, write ./{name}"
    plain = emoji.plain_name(name)
    known = dict.fromkeys(drawn.DRAWN, "") | emoji.names()
    has_words = sorted(
        (entry for entry in known if set(plain.split()) <= set(entry.split())), key=lambda entry: (len(entry), entry)
    )
    near = list(dict.fromkeys(has_words + difflib.get_close_matches(plain, known, 3)))[:3]
    if near:
        return f"did you mean {', '.join(f'{entry} {known[entry]}'.strip() for entry in near)}?"
    return ADVICE


def _is_file(name: str) -> bool:
    try:
        return Path(name).is_file()
    except OSError:
        # The name is too long for a file.
        return False


def _for_folder(text: str) -> str:
    return re.sub(r"\W+", "-", text).strip("-").lower() or "target"
