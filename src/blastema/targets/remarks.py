"""Remarks on a target that a user should read before a long training."""

import numpy as np

from blastema.targets.bridge import bridges
from blastema.targets.fit import opacity
from blastema.targets.target import find_picture, is_file_name, laid_out

# Alpha in whole numbers from which a cell is visible, and more than half opaque.
SHOWS, HALF = 5, 128


def remarks(
    name: str,
    *,
    fit: int,
    pad: int | None = None,
    height: int | None = None,
    width: int | None = None,
    background: str | None = None,
) -> list[str]:
    """Return remarks on the target that `load_target` makes of the same arguments, one line each.

    They tell that the picture was moved, that its parts were joined, that an image file fills its rectangle, or that
    most of it is translucent.
    """
    alpha = opacity(find_picture(name, background), fit)
    lines = [_moved(name, alpha, pad, height, width)]
    if bridges(alpha).any():
        lines.append(
            f"{name} has separate parts; white lines of alpha 0.3 join them, so that growth can reach all of them"
        )
    if is_file_name(name):
        lines += [_rectangle(name, alpha, background), _translucent(name, alpha, background)]
    return [line for line in lines if line]


def _moved(name: str, alpha: np.ndarray, pad: int | None, height: int | None, width: int | None) -> str:
    fit = len(alpha)
    place, (asked_height, asked_width) = laid_out(alpha, fit, pad, height, width)
    down = place.top - (place.height - fit) // 2
    right = place.left - (place.width - fit) // 2
    ways = [f"{abs(down)} {'down' if down > 0 else 'up'}"] if down else []
    ways += [f"{abs(right)} {'right' if right > 0 else 'left'}"] if right else []
    if not ways:
        return ""
    larger = (place.height, place.width) != (asked_height, asked_width)
    grid = f", in a grid of {place.width}x{place.height}" if larger else ""
    return f"{name} is empty in its middle, where growth starts, so it is moved (cells: {', '.join(ways)}){grid}"


def _rectangle(name: str, alpha: np.ndarray, background: str | None) -> str:
    rows, columns = (np.flatnonzero((alpha >= SHOWS).any(axis=axis)) for axis in (1, 0))
    inside = alpha[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if (inside < HALF).any():
        return ""
    advice = "name the colour to remove" if background else "to remove its background, try --background auto"
    return f"{name} has no transparent parts, so the whole rectangle is grown; {advice}"


def _translucent(name: str, alpha: np.ndarray, background: str | None) -> str:
    shows = alpha >= SHOWS
    share = float((alpha[shows] < HALF).mean())
    if share <= 0.5:
        return ""
    kept = (
        f"once {background} is removed, {shows.mean():.0%} of the cells are still visible, and " if background else ""
    )
    advice = "name the colour, as in --background white, or use" if background else "use"
    advice += " an image with clear outlines"
    return f"{name}: {kept}{share:.0%} of the visible cells are less than half opaque; {advice}"
