"""Charts: what stands at the axis is so, and what is drawn is in the picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.render.chart import BLUE, GREEN, HEIGHT, MOST_LINES, STRIDES, chart, levels


@given(st.integers(-40, 200), st.integers(2, 1000))
def test_lines_are_round_numbers_between_the_ends(half, halves):
    low, high = half / 2, (half + halves) / 2
    found = levels(low, high)
    assert low <= found[0]
    assert found[-1] <= high
    strides = set(np.diff(found).tolist())
    assert len(strides) <= 1
    assert len(found) <= MOST_LINES + 1 or (high - low) / STRIDES[-1] >= MOST_LINES
    for stride in strides:
        assert all(level % stride == 0 for level in found)


def heights(picture, colour):
    """The rows in which points of this colour are: their middle, from the left."""
    rows, columns = np.nonzero((np.asarray(picture)[: HEIGHT - 35] == colour).all(axis=-1))
    return [rows[columns == column].mean() for column in np.unique(columns)]


def test_higher_values_are_higher_up_and_what_is_beyond_lies_at_the_end():
    rising = heights(chart("", ["a", "b", "c"], [("x", (-4.0, -3.0, -2.0), BLUE)], 400), BLUE)
    assert rising[0] > rising[len(rising) // 2] > rising[-1]
    capped = chart("", ["a", "b"], [("x", (-4.0, 9.0), BLUE), ("y", (-4.0, 1.0), GREEN)], 400, limits=(-12.0, 1.0))
    # The last series lies on top, so that none of the first is left.
    assert not heights(capped, BLUE)


def test_a_series_may_end_early_and_an_axis_hold_more():
    one = chart("", ["a", "b", "c"], [("x", (-4.0,), BLUE)], 400, line=False, holding=(-5.0, -1.0))
    other = chart("", ["a", "b", "c"], [("x", (-4.0, -1.5), BLUE)], 400, line=False, holding=(-5.0, -1.0))
    assert heights(one, BLUE)[0] == pytest.approx(heights(other, BLUE)[0])
