"""The texts for Shadertoy, run in a browser's WebGL2 as Shadertoy runs them, do what our engines do."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from blastema import Organism, load
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.formats.shadertoy import FILES, write_shadertoy
from blastema.loss import pixel_loss
from blastema.quantisation.rows import quantise_rows
from blastema.rule import Rule, seed_batch
from blastema.targets import load_target
from conftest import OWN_FILTER, random_weights

# As small as a grid and its weights allow: SwiftShader, in place of a graphics card, takes its time for each pixel.
CANVAS = (160, 120)


def run(node, folder, organism, size, frames, *mouse, canvas=CANVAS, later=()):
    """Return the state `(height, width, channel)` after these frames, and the picture (height, width, 3), 0 to 1."""
    write_shadertoy(organism, folder / "texts", size)
    for old, new in later:
        (folder / "later.glsl").write_text(
            (folder / "texts/buffer_a.glsl").read_text("utf-8").replace(old, new), "utf-8"
        )
    printed = json.loads(node("shadertoy.mjs", folder, *map(str, (*canvas, frames, *mouse))))
    texels = np.array(printed["state"], np.float32).reshape(canvas[1], canvas[0], 4)
    height, width = size
    blocks = texels[: 2 * height, : 2 * width].reshape(height, 2, width, 2, 4)
    state = blocks.transpose(0, 2, 1, 3, 4).reshape(height, width, 16)
    picture = np.asarray(Image.open(folder / "picture.png").convert("RGB")) / 255
    return state[..., : organism.rule.channels], picture


def rounded(weights):
    """The weights that the bytes in the text stand for."""
    (hidden, hidden_scale), (update, update_scale) = (
        quantise_rows(weights.hidden_weight, 0),
        quantise_rows(weights.update_weight, 0),
    )
    return weights._replace(hidden_weight=hidden * hidden_scale, update_weight=update * update_scale)


RULES = {
    "article": (Rule(), (9, 14)),
    "other": (
        Rule(channels=7, hidden=10, filters=("laplacian", "sobel_y", OWN_FILTER), edge="wrap", fire_rate=0.8),
        (8, 11),
    ),
    "signals": (Rule(hidden=30, signals=("🦎", "back\\", "tree")), (8, 11)),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", RULES)
def test_states_are_those_of_our_engines_with_rounded_weights(node, tmp_path, name):
    rule, (height, width) = RULES[name]
    weights = random_weights(rule, seed=3)
    # It grows in all directions, so that edges matter.
    weights.update_bias[3] = 0.1
    state, _ = run(node, tmp_path, Organism(weights, rule), (height, width), 21, canvas=(320, 180))
    batch = seed_batch([0], height, width, rule.channels)
    expected = choose_engine("numpy").grow(rule, rounded(weights), batch, 20).states[0]
    assert (expected[0] != 0).any()
    assert (expected[:, 0] != 0).any()
    # Twenty steps in float32 on both sides: with SwiftShader 5e-7 was measured; graphics cards fuse and reorder sums.
    np.testing.assert_allclose(state, expected, rtol=0, atol=1e-4)


@pytest.mark.slow
def test_another_mixture_acts_at_once(node, tmp_path):
    rule = Rule(channels=8, hidden=10, signals=("🦎", "tree"))
    weights = random_weights(rule, seed=3)
    weights.update_bias[3] = 0.1
    later = [("1.0, // 🦎\n0.0 // tree", "0.25, // 🦎\n0.75 // tree")]
    state, _ = run(node, tmp_path, Organism(weights, rule), (8, 11), 21, later=later)
    batch, engine = seed_batch([0], 8, 11, rule.channels), choose_engine("numpy")
    for mixture in ([1, 0], [0.25, 0.75]):
        signals = np.array([mixture], np.float32)
        batch = engine.grow(rule, rounded(weights), batch._replace(signals=signals), 10)
    np.testing.assert_allclose(state, batch.states[0], rtol=0, atol=1e-4)


def over_white(rgba):
    return np.clip(1 - rgba[..., 3:] + rgba[..., :3], 0, 1)


@pytest.mark.slow
def test_the_picture_is_the_target(node, tmp_path):
    target = load_target("🦎", pad=4)
    state, picture = run(node, tmp_path, load("🦎"), (48, 48), 120)
    assert pixel_loss(state[None], target)[0] < 0.01
    # A cell is two pixels wide, and the grid is in the middle of the canvas.
    shown = picture[12:108, 32:128]
    cells = shown[::2, ::2]
    # The picture has eight bits a colour.
    np.testing.assert_allclose(cells, over_white(np.clip(state[..., :4], 0, 1)), rtol=0, atol=0.5 / 255 + 1e-6)
    assert np.abs(cells - over_white(target)).mean() < 0.02
    assert np.array_equal(np.repeat(np.repeat(cells, 2, 0), 2, 1), shown)
    rest = picture.copy()
    rest[12:108, 32:128] = 1
    assert (rest == 1).all()


@pytest.mark.slow
def test_the_mouse_cuts_cells_away_where_it_points(node, tmp_path):
    # Canvas pixels count from below: this is the middle of the grid's cell in row 20, column 30.
    x, y = 32 + 30 * 2 + 1, 120 - (12 + 20 * 2 + 1)
    whole, _ = run(node, tmp_path, load("🦎"), (48, 48), 31)
    cut, picture = run(node, tmp_path, load("🦎"), (48, 48), 31, x, y, 30, 31)
    rows, columns = np.mgrid[:48, :48]
    erased = np.hypot(rows - 20, columns - 30) < 4
    assert whole[erased].any()
    assert not cut[erased].any()
    assert np.array_equal(cut[~erased], whole[~erased])
    assert (picture[12:108, 32:128][::2, ::2][erased] == 1).all()


def test_texts_say_where_to_paste_them_and_are_no_longer_than_they_must_be(tmp_path):
    note = write_shadertoy(load("🦎"), tmp_path / "lizard")
    assert re.fullmatch(
        r"paste buffer_a.glsl, .*; weights are rounded to 8 bits, at most [\d.]+ off, half a step", note
    )
    assert {path.name for path in (tmp_path / "lizard").iterdir()} == set(FILES)
    for name, tab in FILES.items():
        text = (tmp_path / "lizard" / name).read_text()
        assert text.startswith(f"// {tab} of an organism that grows from one cell")
        assert "In all three set iChannel0 to Buffer A and iChannel1 to Buffer B." in text
        assert len(text) < 48_000


@pytest.mark.parametrize(
    ("rule", "size", "says"),
    [
        (Rule(channels=20), None, "this organism has 20 channels; a shadertoy text has room for 16"),
        (
            Rule(),
            (300, 300),
            "take 600x605 pixels, more than the 800x450 of Shadertoy's canvas; choose a smaller --size",
        ),
        (Rule(), (40, 500), "choose a smaller --size"),
        (
            Rule(signals=tuple("abcdefghijklmnopq")),
            None,
            "this organism has 17 signals; a shadertoy text has room for 16: export one body with --signal a",
        ),
    ],
)
def test_what_does_not_fit_is_refused_and_nothing_is_written(rule, size, says, tmp_path):
    with pytest.raises(BlastemaError) as refused:
        write_shadertoy(Organism(random_weights(rule), rule), tmp_path / "a", size)
    assert says in str(refused.value)
    assert not list(tmp_path.iterdir())
