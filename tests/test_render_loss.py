"""The loss curve."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.errors import BlastemaError
from blastema.render.loss_picture import (
    HEIGHT,
    LEFT,
    LINE,
    RIGHT,
    WIDTH,
    loss_picture,
    loss_text,
    round_levels,
    round_steps,
    running_median,
)


def line_rows(image) -> dict[int, float]:
    """Return the mean row of the dark line in each column of pixels."""
    near = np.abs(np.asarray(image).astype(int) - LINE).max(axis=2) < 40
    near[:, WIDTH - RIGHT + 4 :] = False
    return {column: float(np.flatnonzero(near[:, column]).mean()) for column in np.flatnonzero(near.any(axis=0))}


@pytest.mark.parametrize("count", [0, 1, 2, 50, 9000])
def test_any_number_of_steps_gives_a_picture(count):
    image = loss_picture(range(1, count + 1), [0.1 / step for step in range(1, count + 1)], "lizard")
    assert (image.mode, image.size) == ("RGB", (900, 500))
    assert image.getpixel((0, 0)) == (255, 255, 255)
    blue = np.asarray(image).astype(int)
    assert ((blue[..., 2] - blue[..., 0]) > 60).any() == (count > 0)


def test_the_line_follows_the_loss_over_the_whole_width():
    steps = np.arange(1, 1001)
    rows = line_rows(loss_picture(steps, 0.1 * 10 ** (-steps / 400)))
    columns = sorted(rows)
    assert columns[0] <= LEFT + 3
    assert columns[-1] >= WIDTH - RIGHT - 2
    heights = [rows[column] for column in columns[5:-5:20]]
    assert heights == sorted(heights)
    # Exponential decay is a straight line.
    assert np.abs(np.diff(heights, 2)[:-4]).max() < 1.5


def test_non_finite_losses_are_left_out():
    steps, losses = [1, 2, 3, 4, 5, 6], [0.5, np.nan, 0.3, np.inf, -np.inf, 0.2]
    assert loss_picture(steps, losses) == loss_picture([1, 3, 6], [0.5, 0.3, 0.2])
    assert loss_picture(steps, [np.nan] * 6) == loss_picture([], [])


def test_zero_is_drawn_as_the_lowest_other_loss():
    assert loss_picture([1, 2, 3], [30, 0, 20]) == loss_picture([1, 2, 3], [30, 20, 20])
    assert loss_picture([1, 2], [0, 0]).size == (WIDTH, HEIGHT)


def test_the_title_is_drawn():
    without, with_title = (np.asarray(loss_picture([1], [0.1], title)) for title in ("", "lizard · growing"))
    rows = np.flatnonzero((without != with_title).any(axis=(1, 2)))
    assert len(rows) > 8
    assert rows.max() < 60


@given(st.floats(-12, 25), st.floats(0.8, 40))
def test_the_loss_axis_always_has_two_to_nine_round_numbers(low, span):
    levels = round_levels(low, low + span)
    assert 2 <= len(levels) <= 9
    assert levels == sorted(levels)
    assert [float(loss_text(level)) for level in levels] == pytest.approx([10**level for level in levels])
    assert all(low <= level <= low + span for level in levels)


@given(st.integers(1, 10**9))
def test_the_step_axis_has_few_round_numbers_from_zero(last):
    steps = round_steps(last)
    assert steps[0] == 0
    assert 2 <= len(steps) <= 7
    assert steps[-1] <= last


@given(st.lists(st.floats(-5, 0), min_size=1, max_size=60), st.integers(0, 20))
def test_the_running_median_uses_a_window_that_starts_with_the_first_loss(values, reach):
    medians = running_median(np.array(values), reach)
    assert medians[0] == values[0]
    assert medians[-1] == np.median(values[-1 - min(reach, len(values) - 1) :])
    for at in range(reach, len(values) - reach):
        assert medians[at] == np.median(values[at - reach : at + reach + 1])


@pytest.mark.parametrize(
    ("steps", "losses", "text"),
    [
        ([1, 2], [0.1], "1 losses given for 2 training steps; give one per step"),
        ([-3], [0.1], "a training step is -3; it must be 0 or more"),
        ([float("nan")], [0.1], "a training step is nan; it must be 0 or more"),
    ],
)
def test_invalid_steps_are_refused(steps, losses, text):
    with pytest.raises(BlastemaError) as refused:
        loss_picture(steps, losses)
    assert str(refused.value) == text
