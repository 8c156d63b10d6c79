"""Bridges that join separate parts of a picture across gaps too wide for life to cross."""

import numpy as np

# Training crosses gaps of up to this many empty cells, but not of three (docs/fidelity.md).
LEAP = 2
# Alpha of a bridge, well above the alive threshold 0.1. Bridges are white, so that they do not show on white.
BRIDGE = 0.3
# Cells with less alpha than this (of 255) belong to no part.
SHOWS = 51
# Parts with fewer cells, or a smaller share of the picture, are ignored as dust.
FEWEST, SMALLEST = 4, 0.01
# Larger pictures get no bridges: life does not spread that far in a rollout.
LARGEST_BRIDGED = 256


def with_bridges(cells: np.ndarray, opacity: np.ndarray) -> np.ndarray:
    """Return the picture with its separate parts joined by white lines, three cells wide and of alpha 0.3.

    A cell is alive only next to one with alpha above 0.1, so a part beyond a wider gap cannot be reached from the seed
    cell. Positions are computed in whole numbers, so that they are the same on every processor.

    Args:
        cells: float32 `(fit, fit, 4)`, premultiplied.
        opacity: its alpha, uint8 `(fit, fit)`.
    """
    lines = bridges(opacity)
    joined = cells.copy()
    joined[lines & (cells[..., 3] < BRIDGE)] = BRIDGE
    return joined


def bridges(opacity: np.ndarray) -> np.ndarray:
    """Return the cells of the shortest bridges that join all parts of a picture, bool `(fit, fit)`."""
    cells = np.zeros(opacity.shape, bool)
    if len(opacity) > LARGEST_BRIDGED:
        return cells
    parts = _parts(opacity >= SHOWS)
    if len(parts) < 2:
        return cells
    joined, rest = parts[0], parts[1:]
    while rest:
        start, end = _nearest(joined, np.any(rest, axis=0))
        cells |= _spread(_line(start, end, opacity.shape), 1)
        joined = joined | next(part for part in rest if part[end])
        rest = [part for part in rest if not part[end]]
    return cells


def _parts(shows: np.ndarray) -> list[np.ndarray]:
    """Return the parts of a picture without dust, ordered by their uppermost cells."""
    left, parts = shows, []
    while left.any():
        part = np.zeros_like(left)
        part.flat[np.flatnonzero(left)[0]] = True
        size = 0
        while int(part.sum()) > size:
            size = int(part.sum())
            part = _spread(part, LEAP + 1) & left
        left = left & ~part
        parts.append(part)
    least = max(FEWEST, SMALLEST * shows.sum())
    return [part for part in parts if part.sum() >= least]


def _spread(cells: np.ndarray, by: int) -> np.ndarray:
    """Return all cells within `by` rows and columns of these (dilation by a square)."""
    padded = np.pad(cells, by)
    for axis in (0, 1):
        padded = np.asarray(np.lib.stride_tricks.sliding_window_view(padded, 2 * by + 1, axis).any(axis=-1))
    return padded


def _nearest(joined: np.ndarray, rest: np.ndarray) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return the nearest pair of cells, one of each; of several, the pair nearest to the middle of the picture."""
    away = LEAP + 1
    while not (reached := _spread(joined, away) & rest).any():
        away += 1
    end = _closest(reached, (len(rest) // 2, len(rest) // 2))
    return _closest(joined, end), end


def _closest(cells: np.ndarray, to: tuple[int, int]) -> tuple[int, int]:
    """Return the cell closest to a position; of several, the uppermost, then the leftmost."""
    ys, xs = np.nonzero(cells)
    closest = np.argmin((ys - to[0]) ** 2 + (xs - to[1]) ** 2)
    return int(ys[closest]), int(xs[closest])


def _line(start: tuple[int, int], end: tuple[int, int], shape: tuple[int, ...]) -> np.ndarray:
    """Return the cells of a straight line, bool in this shape."""
    length = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    steps = np.arange(length + 1)
    line = np.zeros(shape, bool)
    # Rounded in whole numbers.
    ys, xs = (
        begin + (2 * steps * (stop - begin) + length) // (2 * length) for begin, stop in zip(start, end, strict=True)
    )
    line[ys, xs] = True
    return line
