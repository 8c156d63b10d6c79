"""Figures: what is drawn is what the organisms do, and the same again with the same seed."""

import dataclasses
import importlib.util
import itertools
import sys

import numpy as np
import pytest
from PIL import Image, ImageSequence

from blastema.cli.figure import figure
from blastema.errors import BlastemaError
from blastema.figures import (
    EVERY,
    NAMES,
    figure_named,
    planarian,
    save_figure,
    save_small_figure,
    swarm,
    teaser,
    together,
)
from blastema.figures.figure import Film, Setting, looping
from blastema.figures.growing import Growing, organisms_of
from blastema.figures.influence import _reach
from blastema.figures.recording import recording
from blastema.library import load
from blastema.organism import Organism
from blastema.quantisation.integer_cell import integer_cell
from blastema.rule import ALPHA, Rule, alive, seed_batch, step
from blastema.swarm import Swarm, Troubles
from conftest import blastema, random_weights

SETTING = Setting(quick=True)
# Their captions change, so that they stop at their end instead of fading into their beginning.
CUT_HARD = {"channels", "planarian", "pool", "regeneration", "setpoint", "unstable"}


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_a_figure_is_drawn_on_white_and_the_same_twice(name, tmp_path):
    pictures = []
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        # Another setting of the same worth, so that nothing is remembered.
        path = save_figure(name, folder, dataclasses.replace(SETTING, track=lambda things, _, __: things))
        pictures.append(path.read_bytes())
    assert pictures[0] == pictures[1]
    with Image.open(path) as image:
        assert max(image.size) <= 1100
        frames = [np.array(frame.convert("RGB")) for frame in ImageSequence.Iterator(image)]
        last = image.info.get("duration", 0)
    assert len(frames) > 1 or path.suffix == ".png"
    for frame in frames:
        border = np.concatenate([frame[0], frame[-1], frame[:, 0], frame[:, -1]])
        assert (border == 255).all(), "something is cut off at the edge"
        assert len(np.unique(frame.reshape(-1, 3), axis=0)) > 1
    if name in CUT_HARD:
        # Equal pictures in a row are written as one that stays longer.
        assert last >= 500
        return
    jumps = [np.abs(one.astype(int) - other).mean() for one, other in itertools.pairwise([*frames, frames[0]])]
    assert jumps[-1] <= max(jumps[:-1], default=1.0), "it jumps where it restarts"


def test_a_small_version_has_few_colours_or_a_third_of_the_pictures_and_the_last_one(tmp_path):
    with Image.open(save_small_figure("step", tmp_path, SETTING)) as still:
        assert len(still.getcolors(1 << 16)) <= 256
    film = figure_named("planarian").draw(SETTING)
    last = np.array([*film.pictures][-1], float)
    with Image.open(save_small_figure("planarian", tmp_path, SETTING)) as small:
        # Equal pictures in a row, those held at the end, are written as one.
        assert 1 < small.n_frames <= -(-film.total // EVERY)
        small.seek(small.n_frames - 1)
        assert np.abs(np.array(small.convert("RGB"), float) - last).mean() < 3


@pytest.mark.parametrize("name", NAMES)
def test_each_figure_says_what_it_shows_and_how_it_is_made(name):
    module = figure_named(name)
    assert module.TITLE
    assert module.CAPTION.endswith(".")
    assert len(module.__doc__) > 60


def shades_of(film):
    return [picture.getpixel((0, 0))[0] for picture in film.pictures]


def test_a_film_ends_on_its_way_to_its_beginning():
    pictures = [Image.new("RGB", (2, 2), (shade,) * 3) for shade in (0, 100, 130)]
    film = looping(iter(pictures), len(pictures))
    shades = shades_of(film)
    assert film.total == len(shades) == 3 + 12
    assert shades[:3] == [0, 100, 130]
    assert all(later < earlier for earlier, later in itertools.pairwise(shades[2:]))
    assert 0 < shades[-1] < 15


def test_a_film_with_captions_stays_at_its_end_and_mixes_no_two_pictures():
    pictures = [Image.new("RGB", (2, 2), (shade,) * 3) for shade in (0, 100, 130)]
    film = looping(iter(pictures), len(pictures), fades=False)
    assert film.total == 3 + 12
    assert shades_of(film) == [0, 100, *[130] * 13]


def test_what_grows_in_a_figure_is_the_organism():
    growing = Growing("regenerating/lizard", seed=5)
    for _ in range(4):
        state = growing.grown(10)
    assert growing.age == 40
    np.testing.assert_array_equal(state, load("regenerating/lizard").grow(40, seed=5))


def test_an_organism_that_explodes_stays_in_the_figure_as_it_was_before():
    weights = random_weights(Rule())._replace(update_bias=np.full(16, 1e37, np.float32))
    growing = Growing(Organism(weights), 1, 9, 9)
    states = [growing.grown(1).copy() for _ in range(60)]
    assert growing.exploded
    assert growing.age == 60
    assert np.isfinite(states).all()
    assert np.array_equal(states[-1], states[-2])
    assert states[-1].any()


def test_organisms_come_in_the_order_of_the_article():
    assert organisms_of("regenerating", 1) == ["regenerating/lizard"]


def test_discs_erase_what_they_cover():
    growing = Growing("regenerating/lizard")
    before = growing.grown(120).copy()
    teaser._erase(growing, 0, (36.0, 36.0))
    gone = before.any(axis=-1) & ~growing.state.any(axis=-1)
    rows, columns = np.nonzero(gone)
    assert gone.sum() > 150
    assert ((rows + 0.5 - 36) ** 2 + (columns + 0.5 - 36) ** 2 < teaser.RADIUS**2).all()


def test_discs_come_in_from_one_side_and_leave_on_the_other():
    assert teaser._discs(-0.01, 10) == teaser._discs(1.01, 10) == []
    width = teaser._size(10)[1]
    (_, right), (_, left) = teaser._discs(0, 10)
    assert right == -teaser.RADIUS
    assert left == width + teaser.RADIUS


def test_pieces_of_the_planarian_are_all_of_it():
    whole = np.random.default_rng(0).normal(size=(planarian.WIDE, planarian.WIDE, 16)).astype(np.float32)
    margin = planarian.APART + 4
    whole[:margin] = whole[-margin:] = whole[:, :margin] = whole[:, -margin:] = 0
    np.testing.assert_array_equal(planarian._pieces(whole, 0), whole)
    moved = planarian._pieces(whole, planarian.APART)
    np.testing.assert_array_equal(np.sort(moved, axis=None), np.sort(whole, axis=None))


def test_one_species_in_two_halves_grows_as_one():
    """Where both species are the same, whose a cell is makes no difference."""
    organism = load("regenerating/lizard")
    batch = seed_batch([3], 48, 48)
    for _ in range(30):
        batch = step(organism.rule, organism.weights, batch)
    state = batch.states[0].copy()
    owners = np.where(alive(state, 0.1, "dead")[..., 0], np.arange(48) // 24, together.NOBODY)
    for age in range(30, 80):
        state, owners = together.step([organism, organism], state, owners, 3, age)
        batch = step(organism.rule, organism.weights, batch)
    np.testing.assert_allclose(state, batch.states[0], atol=1e-4)
    assert min((owners == 0).sum(), (owners == 1).sum()) > 100
    np.testing.assert_array_equal(owners != together.NOBODY, alive(state, 0.1, "dead")[..., 0])


def test_a_cell_belongs_to_the_same_organism_as_on_the_page():
    """The law of the page's shaders, cell by cell: the mature stay, the growing join the neighbour with most alpha."""
    species = [load(name) for name in together.PAIR]
    state = np.zeros((24, 40, 16), np.float32)
    owners = np.full(state.shape[:2], together.NOBODY)
    for number, column in enumerate((14, 24)):
        state[12, column, ALPHA:] = 1
        owners[11:14, column - 1 : column + 2] = number
    for age in range(30):
        before = owners
        state, owners = together.step(species, state, owners, 7, age)
        alpha = state[..., ALPHA]
        for y, x in np.ndindex(owners.shape):
            if not alive(state, 0.1, "dead")[y, x, 0]:
                assert owners[y, x] == together.NOBODY
                continue
            near = [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if 0 <= y + dy < 24 and 0 <= x + dx < 40]
            strongest = (y, x) if alpha[y, x] > 0.1 else max(near, key=lambda place: alpha[place])
            assert owners[y, x] == before[strongest]
    assert min((owners == 0).sum(), (owners == 1).sum()) > 50


def test_cells_that_fell_silent_are_marked_and_no_others():
    numbers = integer_cell(Rule(), random_weights(Rule()), 8, 8)
    grown = Swarm(numbers, 0, swarm.SIDE, swarm.SIDE, Troubles(failing=0.5))
    grown.run(30)
    assert 100 < grown.silent.sum() < 1000
    cells = np.asarray(swarm._picture(grown))[:: swarm.ZOOM, :: swarm.ZOOM]
    np.testing.assert_array_equal((cells == swarm.SILENT).all(axis=-1), grown.silent)


def test_influence_spreads_two_cells_a_step_at_most():
    one, twin = Growing("regenerating/lizard"), Growing("regenerating/lizard")
    one.grown(150)
    twin.grown(150)
    twin.state[36, 36] = 0
    for age in range(1, 20):
        assert 0 < _reach(np.abs(one.grown(1) - twin.grown(1)).max(axis=-1), (36, 36)) <= 2 * age


@pytest.mark.slow
def test_figures_share_a_recording():
    seen = recording(SETTING)
    assert seen is recording(Setting(quick=True, track=SETTING.track))
    assert len(seen.losses) == max(seen.organisms)
    assert np.mean(seen.losses[-20:]) < np.mean(seen.losses[:20]) / 2
    assert seen.snapshots[0].pool.dtype == np.uint8


@pytest.mark.parametrize("name", ["rotation", pytest.param("teaser", marks=pytest.mark.slow)])
def test_the_largest_seed_is_a_seed(name):
    drawn = figure_named(name).draw(Setting(quick=True, seed=2**32 - 1))
    assert list(drawn.pictures) if isinstance(drawn, Film) else drawn


def test_the_command_writes_a_figure(tmp_path):
    run = blastema("figure", "rotation", "--out", "here/pictures", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    assert run.stdout == "wrote here/pictures/rotation.png\n"
    assert [path.name for path in (tmp_path / "here/pictures").iterdir()] == ["rotation.png"]


@pytest.mark.slow
def test_films_are_webp_where_videos_cannot_be_written(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    figure("turning", out=tmp_path, quick=True)
    assert [path.name for path in tmp_path.iterdir()] == ["turning.webp"]
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(BlastemaError, match=r"pip install 'blastema\[video\]'"):
        figure("turning", out=tmp_path, quick=True, format="mp4")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("tease",), "there is no figure 'tease'; give all or one of step, teaser"),
        (("step", "--out", "/dev/null/here"), "cannot write to /dev/null/here"),
        (("all", "--out", "taken"), "cannot write to taken"),
        (("step", "--seed", "-1"), "--seed is -1; it must be between 0 and"),
    ],
)
def test_an_invalid_request_is_one_line(arguments, says, tmp_path):
    (tmp_path / "taken").write_text("a file")
    run = blastema("figure", *arguments, cwd=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith(f"blastema: {says}")
    assert run.stderr.count("\n") == 1


def test_stills_and_films():
    assert isinstance(figure_named("turning").draw(SETTING), Film)
    assert isinstance(figure_named("rotation").draw(SETTING), Image.Image)
