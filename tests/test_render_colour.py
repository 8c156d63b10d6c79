"""Colours of states: laws that hold for any state, even one that is not finite."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from blastema.errors import BlastemaError
from blastema.render.colour import on_background, rgba
from blastema.rule import seed_state

SHAPES = hnp.array_shapes(min_dims=2, max_dims=4, max_side=5)
BACKGROUNDS = st.tuples(*[st.integers(0, 255)] * 3)


def states(elements: st.SearchStrategy[float] | None = None) -> st.SearchStrategy[np.ndarray]:
    """Any float32 numbers, NaN and infinities included."""
    elements = st.floats(width=32) if elements is None else elements
    return SHAPES.flatmap(lambda shape: hnp.arrays(np.float32, (*shape, 6), elements=elements))


def opaque() -> st.SearchStrategy[np.ndarray]:
    colours = SHAPES.flatmap(lambda shape: hnp.arrays(np.uint8, (*shape, 3)))
    return colours.map(lambda c: np.concatenate([c / np.float32(255), np.ones_like(c[..., :1])], axis=-1))


@given(opaque(), BACKGROUNDS)
def test_an_opaque_state_on_any_background_is_its_own_colour(state, background):
    assert np.array_equal(on_background(state, background), (state[..., :3] * 255).round().astype(np.uint8))


@given(SHAPES, BACKGROUNDS)
def test_an_empty_state_is_the_background(shape, background):
    shown = on_background(np.zeros((*shape, 16), np.float32), background)
    assert (shown == background).all()


@given(states(), BACKGROUNDS)
def test_non_finite_states_give_a_picture(state, background):
    shown, clear = on_background(state, background), rgba(state)
    assert (shown.dtype, shown.shape) == (np.uint8, (*state.shape[:-1], 3))
    assert (clear.dtype, clear.shape) == (np.uint8, (*state.shape[:-1], 4))


@given(states(st.floats(-3, 3, width=32)), BACKGROUNDS)
def test_the_colour_is_rgb_plus_the_background_through_alpha(state, background):
    alpha = state[..., 3:4].astype(float).clip(0, 1)
    expected = (state[..., :3] * 255.0 + (1 - alpha) * background).clip(0, 255)
    assert np.abs(on_background(state, background) - expected).max() <= 0.501


def test_alpha_is_clipped_before_mixing():
    state = np.array([[[0.0, 0.5, 0.0, 7.0], [0.0, 0.5, 0.0, -7.0]]], np.float32)
    assert on_background(state, (100, 100, 100)).tolist() == [[[0, 128, 0], [100, 228, 100]]]


def test_nan_counts_as_zero():
    state = np.full((1, 1, 4), np.nan, np.float32)
    assert on_background(state).tolist() == [[[255, 255, 255]]]
    assert rgba(state).tolist() == [[[0, 0, 0, 0]]]


@given(states(st.floats(0, 1, width=32)))
def test_hidden_channels_are_invisible(state):
    changed = state.copy()
    changed[..., 4:] = np.nan
    assert np.array_equal(on_background(state), on_background(changed))
    assert np.array_equal(rgba(state), rgba(changed))


@given(opaque(), hnp.arrays(np.uint8, 5, elements=st.integers(32, 255)))
def test_a_transparent_picture_has_straight_colours(state, alphas):
    alpha = np.resize(alphas, state.shape[:-1])[..., None] / np.float32(255)
    picture = rgba(state * alpha)
    assert np.array_equal(picture[..., 3], (alpha[..., 0] * 255).round())
    assert np.abs(picture[..., :3] - state[..., :3] * 255).max() <= 1


@given(states(st.floats(0, 1, width=32)), BACKGROUNDS)
def test_rgba_on_a_background_agrees_with_direct_drawing(state, background):
    """A browser composites the transparent picture to the same colours, if RGB is at most alpha."""
    state[..., :3] = np.minimum(state[..., :3], state[..., 3:4])
    clear = rgba(state).astype(float)
    alpha = clear[..., 3:] / 255
    mixed = clear[..., :3] * alpha + (1 - alpha) * np.array(background)
    assert np.abs(mixed - on_background(state, background)).max() <= 2


def test_the_seed_is_a_black_cell_on_white():
    shown = on_background(seed_state(3, 3))
    assert shown[1, 1].tolist() == [0, 0, 0]
    assert shown.sum() == 8 * 3 * 255


@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 2, 3), (0, 2, 4)])
def test_an_array_without_the_shape_of_a_state_is_refused(shape):
    with pytest.raises(BlastemaError) as refused:
        on_background(np.zeros(shape, np.float32))
    assert (
        str(refused.value)
        == f"the array has shape {shape}; a state is (height, width, channel), with RGB and alpha first"
    )
