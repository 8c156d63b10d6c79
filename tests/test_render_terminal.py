"""States in the terminal: cells, colours, and sizes."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from rich.console import Console
from rich.text import Text

from blastema import load
from blastema.render.terminal import BRIGHTNESS, FAINT, LUMA, Window, characters, half_blocks, reduced
from blastema.rule import seed_state

SIDES = st.integers(1, 40)
COLOURS = hnp.arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9), st.just(3)))


def opaque(colours: np.ndarray) -> np.ndarray:
    alpha = np.ones((*colours.shape[:2], 1), np.float32)
    return np.concatenate([colours / np.float32(255), alpha], axis=-1)


def cells_of(text: Text) -> np.ndarray:
    """Return the colour in which a terminal shows each cell: R, G, B, or -1 for its background."""
    lines = text.plain.split("\n")
    assert lines.pop() == ""
    cells = np.full((2 * len(lines), len(lines[0]), 3), -1)
    for row, line in enumerate(text.split("\n")[: len(lines)]):
        for column in range(cells.shape[1]):
            style = line.get_style_at_offset(Console(), column)
            front, back = (tuple(side.triplet) if side else None for side in (style.color, style.bgcolor))
            upper, lower = {" ": (None, None), "▀": (front, back), "▄": (back, front)}[line.plain[column]]
            for which, colour in enumerate((upper, lower)):
                cells[2 * row + which, column] = (-1, -1, -1) if colour is None else colour
    return cells


# Colours


@given(COLOURS)
def test_every_cell_has_its_colour_unless_nearly_black_or_white(colours):
    cells = cells_of(half_blocks(opaque(colours), 9, 9))[: len(colours)]
    brightness = colours / 255 @ LUMA
    kept = (brightness > BRIGHTNESS[0]) & (brightness < BRIGHTNESS[1])
    assert np.abs(cells[kept] - colours[kept].astype(int)).max(initial=0) <= 5


@pytest.mark.parametrize(("colour", "least", "most"), [(0, 40, 80), (255, 215, 240)])
def test_black_and_white_cells_are_visible_on_black_and_white_terminals(colour, least, most):
    cells = cells_of(half_blocks(opaque(np.full((2, 2, 3), colour, np.uint8)), 9, 9))
    assert (cells >= least).all()
    assert (cells <= most).all()


@given(COLOURS, st.floats(FAINT + 0.01, 1))
def test_a_transparent_cell_shows_its_straight_colour(colours, alpha):
    state = opaque(colours)
    difference = cells_of(half_blocks(state * np.float32(alpha), 9, 9)) - cells_of(half_blocks(state, 9, 9))
    # One of 32 levels, because of rounding.
    assert np.abs(difference).max() <= 9


@given(SIDES, SIDES, st.floats(0, FAINT - 0.01))
def test_empty_and_faint_cells_show_the_terminals_background(height, width, alpha):
    text = half_blocks(np.full((height, width, 5), alpha, np.float32), 80, 40)
    assert text.spans == []
    assert text.plain == (" " * width + "\n") * -(-height // 2)


def test_the_seed_cell_is_shown_in_the_middle():
    cells = cells_of(half_blocks(seed_state(9, 9), 20, 20))
    visible = np.argwhere(cells[..., 0] >= 0)
    assert visible.tolist() == [[4, 4]]


def test_an_odd_last_row_has_an_empty_lower_half():
    cells = cells_of(half_blocks(opaque(np.full((3, 2, 3), 128, np.uint8)), 9, 9))
    assert (cells[:3] > 0).all()
    assert (cells[3] == -1).all()


@given(hnp.arrays(np.float32, (5, 6, 6)), SIDES, SIDES)
def test_non_finite_states_are_shown(state, columns, rows):
    lines = half_blocks(state, columns, rows).plain.splitlines()
    assert {len(line) for line in lines} == {min(6, len(lines[0]))}
    assert len(characters(state, columns, rows).split("\n")) <= rows


def test_a_console_gets_the_colours_of_both_cells():
    state = opaque(np.array([[[255, 0, 0]], [[0, 0, 255]]], np.uint8))
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", no_color=False, width=20)
    console.print(half_blocks(state, 5, 5), end="")
    # Blue is darker than the lower limit of brightness, so it is brightened a little.
    assert console.file.getvalue() == "\x1b[38;2;255;0;0;48;2;25;25;255m▀\x1b[0m\n"


# Sizes


@given(SIDES, SIDES, SIDES, SIDES)
def test_output_fits_the_available_size_and_fills_one_direction(height, width, columns, rows):
    state = np.ones((height, width, 4), np.float32)
    cells = cells_of(half_blocks(state, columns, rows))
    shown = cells[(cells >= 0).any(axis=(1, 2))]
    assert len(cells) <= 2 * rows
    assert cells.shape[1] <= columns
    if height <= 2 * rows and width <= columns:
        assert shown.shape[:2] == (height, width)
    else:
        assert len(shown) == 2 * rows or shown.shape[1] == columns
        # The aspect ratio is kept up to one cell.
        scale = min(columns / width, 2 * rows / height)
        assert shown.shape[0] in (max(1, int(height * scale + 1e-6)), len(cells))
        assert shown.shape[1] == max(1, int(width * scale + 1e-6))


@pytest.mark.parametrize("side", [36, 48, 24, 71, 7])
def test_reducing_averages_areas(side):
    state = np.random.default_rng(0).random((72, 72, 4), np.float32)
    small = reduced(state, side, side)
    assert small.shape == (side, side, 4)
    np.testing.assert_allclose(small.mean(axis=(0, 1)), state.mean(axis=(0, 1)), rtol=1e-4)
    if side == 36:
        np.testing.assert_allclose(small, state.reshape(36, 2, 36, 2, 4).mean(axis=(1, 3)), rtol=1e-5)
    if side == 48:
        # Each output cell averages one and a half input cells.
        expected = (state[0, 0] + state[0, 1] / 2 + state[1, 0] / 2 + state[1, 1] / 4) / 2.25
        np.testing.assert_allclose(small[0, 0], expected, rtol=1e-5)


@given(SIDES, SIDES)
def test_reducing_a_uniform_state_keeps_it_uniform(width, height):
    state = np.full((31, 37, 4), 0.5, np.float32)
    np.testing.assert_allclose(reduced(state, width, height), 0.5, rtol=1e-5)


# Plain characters


def test_darker_cells_give_denser_characters():
    greys = opaque(np.repeat(np.array([255, 170, 85, 0], np.uint8), 3).reshape(1, 4, 3)).repeat(2, axis=0)
    line = characters(greys, 10, 10)
    ink = [" .:-=+*#%@".index(character) for character in line]
    assert ink == sorted(ink)
    assert len(set(ink)) == 4
    assert ink[0] > 0
    assert line[-1] == "@"


def test_lines_have_no_trailing_spaces():
    text = characters(seed_state(8, 9), 20, 20)
    assert text == "\n\n    +\n"


@given(SIDES, SIDES, SIDES, SIDES)
def test_characters_fit_the_available_size(height, width, columns, rows):
    lines = characters(np.ones((height, width, 4), np.float32), columns, rows).split("\n")
    assert len(lines) <= rows
    assert max(map(len, lines)) <= columns


# The window


def test_a_window_leaves_out_the_empty_margin_of_the_grid():
    window = Window(72, 72, 40)
    assert window.of(seed_state(72, 72)).shape == (44, 44, 16)
    # Without the window, a lizard of 40 cells would take 12 of the 24 rows of a terminal.
    assert len(half_blocks(window.of(opaque(np.zeros((72, 72, 3)))), 80, 22).plain.split("\n")) == 23


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 29)), min_size=1, max_size=9), st.integers(0, 40))
def test_a_window_shows_all_visible_cells_and_never_shrinks(places, fit):
    window, before = Window(20, 30, fit), (20, 0, 30, 0)
    for row, column in places:
        state = np.zeros((20, 30, 4), np.float32)
        state[row, column] = 1
        assert window.of(state).sum() == 4
        top, bottom, left, right = window.box
        assert (top <= before[0], bottom >= before[1], left <= before[2], right >= before[3]) == (True,) * 4
        before = window.box


def test_a_window_does_not_jump_while_a_lizard_grows():
    window = Window(72, 72, 40)
    shapes = {window.of(state).shape for state in load("regenerating/lizard").frames(200)}
    assert shapes == {(44, 44, 16)}
