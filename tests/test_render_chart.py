"""Charts: axes, and positions of what is drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.render.chart import BLUE, GREEN, HEIGHT, MOST_LINES, STRIDES, chart, levels


@given(st.integers(-40, 200), st.integers(2, 1000))
def test_grid_lines_are_round_numbers_between_the_ends(half, halves):
    low, high = half / 2, (half + halves) / 2
    lines = levels(low, high)
    assert low <= lines[0]
    assert lines[-1] <= high
    strides = set(np.diff(lines).tolist())
    assert len(strides) <= 1
    assert len(lines) <= MOST_LINES + 1 or (high - low) / STRIDES[-1] >= MOST_LINES
    for stride in strides:
        assert all(level % stride == 0 for level in lines)


def heights(picture, colour):
    """Return the mean row of each point of this colour, from left to right."""
    rows, columns = np.nonzero((np.asarray(picture)[: HEIGHT - 35] == colour).all(axis=-1))
    return [rows[columns == column].mean() for column in np.unique(columns)]


def test_higher_values_are_drawn_higher_and_clipped_at_the_limits():
    rising = heights(chart("", ["a", "b", "c"], [("x", (-4.0, -3.0, -2.0), BLUE)], 400), BLUE)
    assert rising[0] > rising[len(rising) // 2] > rising[-1]
    capped = chart("", ["a", "b"], [("x", (-4.0, 9.0), BLUE), ("y", (-4.0, 1.0), GREEN)], 400, limits=(-12.0, 1.0))
    # The last series is drawn on top and hides the first.
    assert not heights(capped, BLUE)


def test_a_series_may_be_shorter_and_the_axis_larger():
    short = chart("", ["a", "b", "c"], [("x", (-4.0,), BLUE)], 400, line=False, holding=(-5.0, -1.0))
    whole = chart("", ["a", "b", "c"], [("x", (-4.0, -1.5), BLUE)], 400, line=False, holding=(-5.0, -1.0))
    assert heights(short, BLUE)[0] == pytest.approx(heights(whole, BLUE)[0])


def test_values_that_are_not_finite_leave_a_gap_and_series_without_a_name_are_not_in_the_legend():
    gap = chart("", ["a", "b", "c"], [("x", (-4.0, np.nan, -2.0), BLUE)], 400, line=False)
    whole = chart("", ["a", "b", "c"], [("x", (-4.0, -3.0, -2.0), BLUE)], 400, line=False)
    assert heights(gap, BLUE)[0] == heights(whole, BLUE)[0]
    assert len(heights(gap, BLUE)) == 2 / 3 * len(heights(whole, BLUE))
    unnamed = chart("", ["a", "b"], [("", (-4.0, -3.0), BLUE), ("y", (-4.0, -3.0), GREEN)], 400, line=False)
    alone = chart("", ["a", "b"], [("y", (-4.0, -3.0), GREEN)], 400, line=False)
    assert np.array_equal(np.asarray(unnamed)[HEIGHT - 30 :], np.asarray(alone)[HEIGHT - 30 :])


def test_names_that_would_overlap_alternate_between_two_lines():
    def lines(names):
        picture = np.asarray(chart("", names, [("", (-4.0,) * len(names), BLUE)], 400))
        return (picture[HEIGHT - 20 : HEIGHT - 15] < 255).any()

    assert not lines(["scattered"] * 5)
    assert lines(["scattered"] * 12)
    assert not lines(["scattered", "", "", ""] * 3)
