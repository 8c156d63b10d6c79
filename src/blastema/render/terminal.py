"""Organisms in the terminal: two cells in a character, the upper half block in two colours."""

import numpy as np
from rich.color import Color
from rich.style import Style
from rich.text import Text

from blastema.render.colour import on_background
from blastema.rule import ALPHA

# Cells fainter than this show the terminal's own background, whatever its colour is.
FAINT = 0.35
SHADES = " .:-=+*#%@"


def half_blocks(state: np.ndarray, max_columns: int, max_rows: int) -> Text:
    """Return the state as coloured text of at most so many columns and rows, reduced to fit, each line ended."""
    cells = reduced(state, max_columns, 2 * max_rows)
    cells = np.pad(cells, ((0, len(cells) % 2), (0, 0), (0, 0)))
    # Edges are blended with a middle grey, which does on dark and on light terminals.
    colours = on_background(cells, (96, 96, 96))
    shows = np.nan_to_num(cells[..., ALPHA]) > FAINT
    text = Text(no_wrap=True)
    for upper in range(0, len(cells), 2):
        for column in range(cells.shape[1]):
            character, style = _cell_pair(colours[upper : upper + 2, column], shows[upper : upper + 2, column])
            text.append(character, style)
        text.append("\n")
    return text


def _cell_pair(colours: np.ndarray, shows: np.ndarray) -> tuple[str, Style | None]:
    """Return the character and style of an upper and a lower cell."""
    if not shows.any():
        return " ", None
    upper, lower = (Color.from_rgb(*colour) for colour in colours.tolist())
    if shows.all():
        return "▀", Style(color=upper, bgcolor=lower)
    return ("▀", Style(color=upper)) if shows[0] else ("▄", Style(color=lower))


def characters(state: np.ndarray, max_columns: int, max_rows: int) -> str:
    """Return the state as plain characters, the denser the darker it looks on white; for where there are no colours."""
    # Characters are about twice as high as wide.
    cells = reduced(state, max_columns, 2 * max_rows)
    cells = np.pad(cells, ((0, len(cells) % 2), (0, 0), (0, 0)))
    halves = cells.reshape(len(cells) // 2, 2, cells.shape[1], -1).mean(axis=1)
    dark = 255 - on_background(halves).mean(axis=-1)
    shade = np.ceil(dark / 255 * (len(SHADES) - 1)).astype(int)
    return "\n".join("".join(SHADES[index] for index in row).rstrip() for row in shade)


def reduced(state: np.ndarray, max_width: int, max_height: int) -> np.ndarray:
    """Return the visible channels, averaged over squares of as few cells as make them fit."""
    side = max(1, -(-state.shape[1] // max(1, max_width)), -(-state.shape[0] // max(1, max_height)))
    cells = np.nan_to_num(state[..., : ALPHA + 1], nan=0.0, posinf=1.0, neginf=0.0).clip(0, 1)
    if side == 1:
        return cells
    height, width = (-(-length // side) for length in cells.shape[:2])
    padded = np.pad(cells, ((0, height * side - cells.shape[0]), (0, width * side - cells.shape[1]), (0, 0)))
    return padded.reshape(height, side, width, side, -1).mean(axis=(1, 3))
