"""The terminal: states in colour, two cells per character, or as plain characters; and sentences."""

from functools import lru_cache

import numpy as np
from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.text import Span, Text

from blastema.render.colour import displayable
from blastema.rule import ALPHA

# Cells with less alpha than this show the terminal's background.
FAINT = 0.3
# Brightness is limited to this range, so that black cells are visible on black terminals and white ones on white.
BRIGHTNESS = (0.22, 0.89)
# Colours have 32 levels per channel, not visibly different from 256, so that few styles, slow to create, are needed.
LEVELS = 31
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
UPPER, LOWER = "▀", "▄"
# Marks a cell that is not drawn; colours are 0xRRGGBB.
EMPTY = -1
# Cells around the content of a window.
MARGIN = 2
SHADES = np.array(list(" .:-=+*#%@"))


class Window:
    """The part of a grid that is shown: the picture and all visible cells, with a small margin.

    It never shrinks, so that the output does not jump while an organism grows.

    Args:
        height, width: of the grid.
        fit: size of the picture in the middle, in cells.
    """

    def __init__(self, height: int, width: int, fit: int) -> None:
        self.height, self.width = height, width
        top, left = (height - fit) // 2, (width - fit) // 2
        self.box = self._within(top, top + fit, left, left + fit)

    def of(self, state: np.ndarray) -> np.ndarray:
        """Return the part of the state `(height, width, channel)` in the window, enlarged first if needed."""
        lives = displayable(state)[..., ALPHA] > FAINT
        rows, columns = np.flatnonzero(lives.any(axis=1)), np.flatnonzero(lives.any(axis=0))
        if len(rows):
            needed = self._within(rows[0], rows[-1] + 1, columns[0], columns[-1] + 1)
            (top, bottom, left, right), (upper, lower, west, east) = self.box, needed
            self.box = min(top, upper), max(bottom, lower), min(left, west), max(right, east)
        top, bottom, left, right = self.box
        return state[top:bottom, left:right]

    def _within(self, top: int, bottom: int, left: int, right: int) -> tuple[int, int, int, int]:
        """Return the box with its margin, clipped to the grid."""
        return (
            max(0, int(top) - MARGIN), min(self.height, int(bottom) + MARGIN),
            max(0, int(left) - MARGIN), min(self.width, int(right) + MARGIN),
        )  # fmt: skip


def half_blocks(state: np.ndarray, max_columns: int, max_rows: int) -> Text:
    """Return the state as coloured text; each row ends in a newline.

    A character shows two cells, one above the other. States that are too large are reduced by averaging areas. Cells
    with alpha below 0.3 show the terminal's background; others show their opaque colour, with limited brightness, so
    that the output works on dark and light terminals.

    Args:
        state: `(height, width, channel)`.
        max_columns, max_rows: available characters, 1 or more.
    """
    cells = _even(reduced(state, max_columns, 2 * max_rows))
    colours = np.where(cells[..., ALPHA] > FAINT, _terminal_colours(cells), EMPTY)
    upper, lower = colours[::2], colours[1::2]
    marks = np.where(upper != EMPTY, UPPER, np.where(lower != EMPTY, LOWER, " "))
    plain = "".join("".join(row) + "\n" for row in marks.tolist())
    return Text(plain, no_wrap=True, spans=_spans(upper, lower))


def _terminal_colours(cells: np.ndarray) -> np.ndarray:
    """Return straight colours 0xRRGGBB with limited brightness."""
    alpha = np.maximum(cells[..., ALPHA:], FAINT)
    colours = (cells[..., :ALPHA] / alpha).clip(0, 1)
    brightness = (colours @ LUMA)[..., None]
    levels = ((colours + brightness.clip(*BRIGHTNESS) - brightness).clip(0, 1) * LEVELS).round()
    return (levels * 255 / LEVELS).round().astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])


def _spans(upper: np.ndarray, lower: np.ndarray) -> list[Span]:
    """Return a span for each run of equal pairs of colours; newlines have no style."""
    pairs = np.pad(np.stack([upper, lower], axis=-1), ((0, 0), (0, 1), (0, 0)), constant_values=EMPTY).reshape(-1, 2)
    begins = np.flatnonzero(np.r_[True, (pairs[1:] != pairs[:-1]).any(axis=1)])
    ends = np.r_[begins[1:], len(pairs)]
    runs = zip(begins.tolist(), ends.tolist(), pairs[begins].tolist(), strict=True)
    return [Span(begin, end, _style(*pair)) for begin, end, pair in runs if pair != [EMPTY, EMPTY]]


@lru_cache(65536)
def _style(upper: int, lower: int) -> Style:
    """Return the style of a character that shows one or two cells."""
    if upper == EMPTY:
        return Style.from_color(_colour(lower))
    return Style.from_color(_colour(upper), None if lower == EMPTY else _colour(lower))


@lru_cache(65536)
def _colour(packed: int) -> Color:
    return Color.from_rgb(packed >> 16, packed >> 8 & 255, packed & 255)


def characters(state: np.ndarray, max_columns: int, max_rows: int) -> str:
    """Return the state as plain characters, denser for darker and more opaque cells, for output without colours.

    Args:
        state: `(height, width, channel)`.
        max_columns, max_rows: available characters, 1 or more.

    Returns:
        Lines without trailing spaces, joined by newlines.
    """
    # Characters are about twice as high as wide.
    cells = _even(reduced(state, max_columns, 2 * max_rows))
    cells = cells.reshape(len(cells) // 2, 2, cells.shape[1], -1).mean(axis=1)
    alpha = cells[..., ALPHA]
    brightness = (cells[..., :ALPHA].clip(0, 1) @ LUMA) / np.maximum(alpha, 1e-6)
    ink = alpha * (1 - 0.7 * brightness.clip(0, 1))
    shade = np.where(alpha > FAINT, np.ceil(ink * (len(SHADES) - 1)), 0).astype(int)
    return "\n".join("".join(row).rstrip() for row in SHADES[shade].tolist())


def reduced(state: np.ndarray, max_width: int, max_height: int) -> np.ndarray:
    """Return the displayable RGBA, `(height, width, 4)`, reduced in proportion, by averaging areas, to fit."""
    cells = displayable(state)
    height, width, _ = cells.shape
    scale = min(1.0, max(1, max_width) / width, max(1, max_height) / height)
    if scale == 1:
        return cells
    # 1e-6 corrects rounding errors, as in 72 * (48 / 72).
    down, across = (_areas(length, max(1, int(length * scale + 1e-6))) for length in (height, width))
    lower = (down @ cells.reshape(height, -1)).reshape(len(down), width, -1)
    return across @ lower


@lru_cache(32)
def _areas(length: int, parts: int) -> np.ndarray:
    """Return the share of each cell in each of `parts` equal intervals, `(parts, length)`; rows sum to 1."""
    edges = np.linspace(0, length, parts + 1)
    begins, ends = edges[:-1, None], edges[1:, None]
    places = np.arange(length)
    overlap = np.minimum(ends, places + 1) - np.maximum(begins, places)
    return (overlap.clip(min=0) / (length / parts)).astype(np.float32)


def _even(cells: np.ndarray) -> np.ndarray:
    """Return the cells with an even number of rows, by adding an empty one."""
    return np.pad(cells, ((0, len(cells) % 2), (0, 0), (0, 0)))


def say(console: Console, text: str) -> None:
    """Print text literally: names of files and targets may look like Rich markup or emoji codes."""
    console.print(Text(text), soft_wrap=True)
