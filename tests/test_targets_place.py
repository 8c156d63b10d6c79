"""Placement of the picture: the seed cell must lie on an opaque part, and growth must reach every part."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from blastema import Rule, choose_engine, load, load_target
from blastema.errors import BlastemaError
from blastema.library import target_of
from blastema.rule import seed_batch
from blastema.targets.bridge import BRIDGE, LEAP, bridges
from blastema.targets.emoji import ARTICLE_EMOJI, characters
from blastema.targets.fit import fitted, opacity
from blastema.targets.place import OPAQUE, ROOTED, around, place
from blastema.targets.remarks import remarks
from blastema.targets.target import find_picture
from blastema.training.experiments import BLASTEMA, EXPERIMENTS
from blastema.training.run import Config, Run
from blastema.training.trainer import Trainer


def around_seed(target: np.ndarray) -> float:
    """The alpha in the 3x3 cells around the seed cell."""
    y, x = (side // 2 for side in target.shape[:2])
    return float(target[y - 1 : y + 2, x - 1 : x + 2, 3].sum())


def in_the_middle(name: str, fit: int, pad: int) -> np.ndarray:
    return np.pad(fitted(find_picture(name), fit), ((pad, pad), (pad, pad), (0, 0)))


@pytest.fixture
def two_parts(tmp_path):
    """A file with two discs, nothing between them."""
    image = Image.new("RGBA", (96, 28))
    for left, colour in ((0, "red"), (68, "blue")):
        image.paste(Image.new("RGBA", (28, 28), colour), (left, 0))
    image.save(tmp_path / "two.png")
    return str(tmp_path / "two.png")


# The seed cell


EVERY = [*sorted(characters()), *(f"noto:{character}" for character in ARTICLE_EMOJI)]


def test_the_seed_cell_of_every_emoji_lies_on_something_opaque():
    for name in EVERY:
        alpha = opacity(find_picture(name), 24)
        height, width, top, left = place(alpha, 28, 28, 2)
        y, x = height // 2 - top, width // 2 - left
        assert np.pad(alpha.astype(int), 1)[y : y + 3, x : x + 3].sum() >= ROOTED * OPAQUE, name


@pytest.mark.slow
@pytest.mark.parametrize(("fit", "pad"), [(40, 16), (21, 5)])
def test_the_target_of_every_emoji_is_opaque_at_the_seed_cell(fit, pad):
    for name in EVERY:
        # The float32 picture differs by rounding from the whole numbers that decide.
        assert around_seed(load_target(name, fit=fit, pad=pad)) > ROOTED - 0.05, name


@pytest.mark.parametrize("name", [*ARTICLE_EMOJI, "planarian"])
@pytest.mark.parametrize(("fit", "pad"), [(40, 16), (24, 6), (16, 0)])
def test_the_articles_ten_and_the_planarian_are_not_moved(name, fit, pad):
    assert np.array_equal(load_target(name, fit=fit, pad=pad), in_the_middle(name, fit, pad))


ALPHAS = st.integers(3, 20).flatmap(
    lambda fit: st.lists(
        st.lists(st.sampled_from([0, 0, 0, 60, 200, 255]), min_size=fit, max_size=fit), min_size=fit, max_size=fit
    )
)


@given(ALPHAS, st.integers(0, 9))
def test_a_moved_picture_is_complete_and_has_the_seed_cell_on_it(alphas, pad):
    alpha = np.array(alphas, np.uint8)
    side = len(alpha) + 2 * pad
    height, width, top, left = place(alpha, side, side, pad)
    assert height >= side
    assert width >= side
    # The seed cell stays in the middle only if the grid is enlarged evenly.
    assert (height - side) % 2 == (width - side) % 2 == 0
    ys, xs = np.nonzero(alpha)
    assert ((ys + top >= 0) & (ys + top < height) & (xs + left >= 0) & (xs + left < width)).all()
    grid = np.zeros((height + 2, width + 2), int)
    grid[ys + top + 1, xs + left + 1] = alpha[ys, xs]
    y, x = height // 2, width // 2
    sums = np.lib.stride_tricks.sliding_window_view(np.pad(alpha.astype(int), 1), (3, 3)).sum(axis=(2, 3))
    opaque = np.where(alpha > OPAQUE // 2, sums, 0)
    best = opaque.max() if opaque.max() >= ROOTED * OPAQUE else 0
    assert grid[y : y + 3, x : x + 3].sum() >= min(best, ROOTED * OPAQUE)


def test_a_picture_is_moved_no_further_than_necessary():
    alpha = np.zeros((20, 20), np.uint8)
    alpha[:, :4] = alpha[:, 15:] = OPAQUE
    # The right part is nearer; cells at its edge have six opaque neighbours.
    assert place(alpha, 28, 28, 4) == (28, 34, 4, 2)
    assert place(alpha, 52, 52, 16) == (52, 52, 16, 11)


def test_a_grid_of_a_fixed_size_that_is_too_small_is_refused():
    with pytest.raises(BlastemaError) as refused:
        load_target("ring", fit=24, height=26, width=26)
    assert str(refused.value) == (
        "the picture is empty in its middle, where growth starts, and does not fit a grid of 26x26 when it is moved; "
        "use a grid of 32x32 or larger, or a smaller --fit"
    )
    assert load_target("ring", fit=24, height=32, width=32).shape == (32, 32, 4)


def test_an_organism_records_its_grid_size_and_is_evaluated_on_the_same_target(tmp_path):
    run = Run.begin(tmp_path / "run", Config("ring", experiment="growing", fit=12, pad=1, steps=1, engine="numpy"))
    organism = run.organism()
    assert run.target.shape[0] > 14
    assert organism.trained_size == run.target.shape[:2]
    assert np.array_equal(target_of(organism, "elsewhere"), run.target)


def test_the_grid_size_is_recorded_only_for_moved_pictures(tmp_path):
    run = Run.begin(tmp_path / "run", Config("disc", experiment="growing", fit=8, pad=1, steps=1, engine="numpy"))
    assert run.organism().training["height"] is None


# Bridges


def squares(gap: int) -> np.ndarray:
    alpha = np.zeros((24, 24), np.uint8)
    alpha[8:14, 1:7] = alpha[8:14, 7 + gap : 13 + gap] = OPAQUE
    return alpha


def test_only_gaps_too_wide_for_training_get_bridges():
    assert not bridges(squares(LEAP)).any()
    assert bridges(squares(LEAP + 1))[8:14, 7 : 7 + LEAP + 1].any(axis=0).all()


@given(ALPHAS)
def test_a_picture_with_bridges_needs_no_further_ones(alphas):
    alpha = np.array(alphas, np.uint8)
    joined = np.where(bridges(alpha), np.maximum(alpha, round(BRIDGE * OPAQUE)), alpha)
    # Dust that touches a bridge may become large enough for one, so small parts are left out here.
    assert bridges(joined)[bridges(alpha)].all() or not bridges(joined).any()


def test_bridges_are_white_and_faint_and_do_not_change_parts(two_parts):
    target, plain = load_target(two_parts, fit=24, pad=9), fitted(find_picture(two_parts), 24)
    line = np.isclose(target[..., 3], BRIDGE)
    assert line.any()
    np.testing.assert_allclose(target[line], BRIDGE)
    assert target[..., 3][~line].sum() == pytest.approx(plain[..., 3].sum(), rel=0.02)


def test_dust_gets_no_bridge():
    alpha = squares(LEAP)
    alpha[20, 20] = OPAQUE
    assert not bridges(alpha).any()


# Life


def lives(target: np.ndarray, steps: int) -> bool:
    trainer = Trainer(
        Rule(), EXPERIMENTS["growing"], dataclasses.replace(BLASTEMA, steps=100), target, 0, choose_engine()
    )
    return all(trainer.step().after.states[..., 3].any() for _ in range(steps))


def test_a_picture_that_dies_in_the_middle_lives_once_moved():
    assert not lives(in_the_middle("⭕", 12, 2), 15)
    assert lives(load_target("⭕", fit=12, pad=2), 15)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["⭕", "🐾", "🌙", "💍", "ring", "text:ii"])
def test_pictures_that_are_empty_in_the_middle_can_be_trained(name):
    assert lives(load_target(name, fit=16, pad=2), 60)


@pytest.mark.slow
def test_a_part_beyond_a_gap_grows(two_parts):
    target = load_target(two_parts, fit=18, pad=2)
    recipe = dataclasses.replace(BLASTEMA, steps=400)
    trainer = Trainer(Rule(), EXPERIMENTS["growing"], recipe, target, 0, choose_engine())
    for _ in range(400):
        trainer.step()
    seeds = seed_batch(np.arange(4, dtype=np.uint32), *target.shape[:2])
    grown = trainer.engine.grow(trainer.rule, trainer.weights, seeds, 96).states
    for colour in (0, 2):
        part = (target[..., colour] > 0.9) & (target[..., 2 - colour] < 0.1)
        assert (grown[..., 3][:, part] > 0.5).mean() > 0.3


def test_every_emoji_that_is_empty_in_the_middle_was_trained_and_lives():
    trainings = json.loads((Path(__file__).parents[1] / "benchmarks/roots.json").read_text("utf-8"))["trainings"]
    empty = {name for name in EVERY if around(opacity(find_picture(name), 40))[20, 20] < ROOTED * OPAQUE}
    assert empty <= {key.split()[0] for key in trainings}
    assert [key for key, training in trainings.items() if not training["lives"] or training["steps"] < 200] == []


# Remarks


def test_pictures_too_faint_to_live_are_refused(tmp_path):
    Image.new("RGBA", (20, 20), (255, 0, 0, 20)).save(tmp_path / "faint.png")
    with pytest.raises(BlastemaError) as refused:
        load_target(tmp_path / "faint.png")
    assert str(refused.value) == (
        f"{tmp_path / 'faint.png'} is too faint: its alpha is at most 0.08, and cells live only above 0.1; "
        "use a more opaque picture"
    )


FULL = np.ones((12, 12, 4), np.float32)
RING = FULL.copy()
RING[4:8, 4:8] = 0
FAINT = FULL * np.float32(0.08)


@pytest.mark.parametrize(
    ("target", "rule", "says"),
    [
        (FAINT, Rule(), "the target is too faint: its alpha is at most 0.08, and cells live only above 0.1; use a "),
        (FULL / 2, Rule(alive_threshold=0.6), "is at most 0.50, and cells live only above 0.6; use a more opaque"),
        (RING, Rule(), "empty around the cell at row 6, column 6, where growth starts, so all cells would die within"),
    ],
)
def test_targets_that_cannot_live_are_refused_before_training(tmp_path, target, rule, says):
    config = Config(target, experiment="growing", fit=12, steps=1, rule=rule)
    with pytest.raises(BlastemaError) as refused:
        Run.begin(tmp_path / "run", config)
    assert says in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_the_middle_of_a_target_may_be_empty_for_an_organism_or_a_loss_of_the_users(tmp_path):
    def loss(states, _):
        return float(np.mean(states**2)), 2 * states / states.size

    ring = {"target": RING, "experiment": "growing", "steps": 1}
    Run.begin(tmp_path / "a", Config(**ring), loss=loss)
    Run.begin(tmp_path / "b", Config(**ring, beginning=load("growing/lizard")))


def test_suitable_pictures_get_no_remarks(tmp_path):
    Image.new("RGB", (20, 20), "red").save(tmp_path / "a.png")
    assert [line for name in ("🦎", "🕸", "🟥", "disc", "A") for line in remarks(name, fit=40)] == []


def test_moves_and_bridges_are_remarked(two_parts):
    moved, joined = remarks(two_parts, fit=24, pad=4)
    assert moved.endswith(
        "is empty in its middle, where growth starts, so it is moved (cells: 5 left), in a grid of 38x32"
    )
    assert joined.endswith(
        "has separate parts; white lines of alpha 0.3 join them, so that growth can reach all of them"
    )


def test_full_rectangles_and_translucent_images_are_remarked(tmp_path):
    Image.new("RGB", (30, 20), "red").save(tmp_path / "red.png")
    (line,) = remarks(str(tmp_path / "red.png"), fit=20)
    assert line.endswith("so the whole rectangle is grown; to remove its background, try --background auto")
    # A gradient from white to nearly white.
    values = (np.linspace(255, 225, 60).astype(np.uint8)) * np.ones((60, 1), np.uint8)
    Image.fromarray(values).save(tmp_path / "ghost.png")
    (line,) = remarks(str(tmp_path / "ghost.png"), fit=20, background="white")
    assert "once white is removed, " in line
    assert "of the visible cells are less than half opaque" in line
