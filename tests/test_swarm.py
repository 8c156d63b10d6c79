"""Swarms with weights given at run time: the cells are those of the exported program, byte for byte."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import blastema
from blastema import Organism, Rule, load
from blastema.analysis.swarms import breaks_at, log_loss, measure, measure_cut, placed, swarm_sections
from blastema.cli.commands import COMMANDS
from blastema.damage import DAMAGES
from blastema.errors import BlastemaError
from blastema.formats import export
from blastema.loss import pixel_loss
from blastema.quantisation import integer_cell
from blastema.quantisation.integer_cell import IntegerCell
from blastema.swarm import TROUBLES, Swarm, Troubles, numbers_of, rounded
from blastema.targets import load_target
from conftest import random_weights
from test_firmware_swarm import SIDE, beginner

TROUBLED = Troubles(delay=0.4, lost=0.1, corrupted=0.2, noise=0.05, drift=0.3)
# Of the messages 10 % are lost, 1 % of the cells restart in 100 waits, and 5 % are silent: rows of docs/firmware.md.
TOGETHER = {
    "from random moments of the first 300 waits on": Troubles(lost=0.1, failing=0.017, restarting=0.01),
    "from random moments on, another 5 % in each 100 waits": Troubles(lost=0.1, failing=0.05, restarting=0.01),
    "from the start": Troubles(lost=0.1, silent=0.05, restarting=0.01),
}


def living(seed):
    """Return an organism of random weights, in which alpha rises."""
    rule = Rule(hidden=20)
    weights = random_weights(rule, seed)
    weights.update_bias[3] = 0.05
    return Organism(weights, rule, {"target": "disc", "fit": 8, "pad": 4})


@pytest.fixture(scope="module")
def organism():
    return living(0)


@pytest.fixture(scope="module")
def numbers(organism):
    return numbers_of(organism)


@pytest.fixture(scope="module")
def compiled(organism, tmp_path_factory):
    folder = tmp_path_factory.mktemp("swarm") / "cell"
    export(organism, "cell", folder)
    return beginner(folder)


def bytes_of(swarm):
    """Return the states of all cells as the program has them."""
    states = np.zeros((swarm.height, swarm.width, 16), np.int16)
    swarm._cells.read_states(states)
    return states.tobytes()


@pytest.mark.parametrize("troubles", [Troubles(), TROUBLED], ids=["none", "all"])
def test_cells_are_those_of_the_exported_program_byte_for_byte(compiled, numbers, troubles):
    exported, swarm = compiled(3, *troubles.conditions), Swarm(numbers, 3, SIDE, SIDE, troubles)
    half = np.arange(SIDE * SIDE).reshape(SIDE, SIDE) % 2 == 0
    updates = exported.run(25)
    swarm.run(25)
    assert swarm.updates == updates > 24 * SIDE * SIDE
    assert np.array_equal(exported.raw(), np.frombuffer(bytes_of(swarm), np.int16).reshape(SIDE, SIDE, 16))
    exported.switch(half, 1)
    swarm.restart(half)
    exported.run(10)
    swarm.run(10)
    assert exported.raw().tobytes() == bytes_of(swarm)
    assert np.count_nonzero(exported.raw()[..., 3]) > 100


def test_swarms_of_several_organisms_do_not_mix_not_even_in_threads(numbers):
    several = [numbers, numbers_of(living(1))]
    alone = []
    for each in several:
        swarm = Swarm(each, 0, 24, 24)
        swarm.run(20)
        alone.append(bytes_of(swarm))
    assert alone[0] != alone[1]
    swarms = [Swarm(each, 0, 24, 24) for each in several]
    with ThreadPoolExecutor(2) as pool:
        for _ in range(20):
            list(pool.map(Swarm.run, swarms))
    assert [bytes_of(swarm) for swarm in swarms] == alone


def test_the_same_seed_gives_the_same_swarm(numbers):
    troubles = TROUBLED._replace(failing=0.2, restarting=0.2)
    first, again, other = (Swarm(numbers, seed, 24, 24, troubles) for seed in (3, 3, 4))
    for swarm in (first, again, other):
        swarm.run(15)
    assert bytes_of(first) == bytes_of(again) != bytes_of(other)
    assert np.array_equal(first.silent, again.silent)
    assert first.messages == again.messages > 0


def test_so_many_cells_fall_silent_for_good_in_100_waits(numbers):
    swarm = Swarm(numbers, 1, 60, 60, Troubles(failing=0.3))
    swarm.run(50)
    before = swarm.silent.copy()
    swarm.restart(before)
    assert swarm.silent.mean() == pytest.approx(1 - 0.7**0.5, abs=0.03)
    swarm.run(50)
    assert swarm.silent.mean() == pytest.approx(0.3, abs=0.03)
    assert swarm.silent[before].all()
    assert swarm.state[~swarm.silent].any(axis=-1).mean() > 0.2
    assert not swarm.state[swarm.silent].any()


def test_cells_that_restart_are_empty_and_a_swarm_all_of_whose_cells_restart_is_dead(numbers):
    swarm = Swarm(numbers, 1, 24, 24)
    swarm.run(40)
    half = np.arange(24)[:, None] >= 12 + np.zeros((24, 24))
    assert swarm.state[half].any()
    swarm.restart(half)
    assert not swarm.state[half].any()
    assert swarm.state[~half].any()
    dead = Swarm(numbers, 1, 24, 24, Troubles(restarting=1.0))
    dead.run(3)
    assert not dead.state.any()


def test_the_loss_is_that_of_the_cells_that_are_not_silent(numbers):
    target = np.random.default_rng(0).random((24, 24, 4)).astype(np.float32)
    swarm = Swarm(numbers, 1, 24, 24, Troubles(failing=0.5))
    assert log_loss(swarm, target) == pytest.approx(np.log10(pixel_loss(swarm.state, target)))
    swarm.run(20)
    assert swarm.silent.any()
    before = log_loss(swarm, target)
    target[swarm.silent] = 9
    assert log_loss(swarm, target) == before
    target[~swarm.silent] = 9
    assert log_loss(swarm, target) > before + 1


@pytest.mark.parametrize("size", [(8, 8), (4, 4), (5, 11), (12, 3)])
def test_a_target_keeps_its_place_at_the_seed_cell_in_other_grids(size):
    target = np.arange(1, 7 * 8 * 4 + 1, dtype=np.float32).reshape(7, 8, 4)
    grid = placed(target, *size)
    height, width = size
    assert grid.shape == (height, width, 4)
    assert np.array_equal(grid[height // 2, width // 2], target[3, 4])
    assert np.array_equal(grid[height // 2 - 1, width // 2 - 1], target[2, 3])
    if size == (5, 11):
        assert not grid[:, 0].any()
        assert np.array_equal(grid[:, 1:9], target[1:6])


def test_a_report_has_every_trouble_and_where_it_breaks(organism, numbers):
    target = np.zeros((16, 16, 4), np.float32)
    report = measure(numbers, target, swarms=1, waits=3)
    assert report == measure(numbers, target, swarms=1, waits=3)
    assert list(report["troubles"]) == list(TROUBLES)
    for name, trouble in report["troubles"].items():
        assert [each["value"] for each in trouble["values"]] == list(TROUBLES[name].measured)
        assert trouble["breaks_at"] == breaks_at(trouble["values"])
    tables = list(swarm_sections(report))
    assert len(tables) == len(TROUBLES)
    assert all(len(table.columns) == len(values) for table in tables for values in table.rows.values())


@pytest.mark.parametrize(
    ("losses", "value"),
    [
        ([(-4, -4), (-3, -3)], None),
        ([(-4, -4), (-3.5, -2.9), (-1, -1)], 1),
        ([(-2.9, -4), (-4, -4)], 0),
    ],
)
def test_a_swarm_breaks_where_a_loss_is_above_the_line(losses, value):
    assert breaks_at([{"value": k, "grown": a, "restarted": b} for k, (a, b) in enumerate(losses)]) == value


def test_each_trouble_is_a_field_a_flag_and_in_range():
    assert Troubles._fields == tuple(TROUBLES)
    flags = COMMANDS["swarm"].function.__annotations__
    for name, trouble in TROUBLES.items():
        assert name in flags
        assert max(trouble.measured) <= trouble.largest
        for value in (-0.1, trouble.largest + 0.1, float("nan")):
            with pytest.raises(BlastemaError, match=f"{name} is "):
                Swarm(living(0), troubles=Troubles(**{name: value}))


def test_a_share_of_the_cells_is_silent_from_the_start_but_not_the_seed_cell(numbers):
    swarm = Swarm(numbers, 1, 60, 60, Troubles(silent=0.3))
    assert swarm.silent.mean() == pytest.approx(0.3, abs=0.03)
    before = swarm.silent.copy()
    swarm.run(40)
    assert np.array_equal(swarm.silent, before)
    assert not swarm.state[swarm.silent].any()
    assert swarm.state[~swarm.silent].any(axis=-1).mean() > 0.2
    alone = Swarm(numbers, 1, 8, 8, Troubles(silent=1.0))
    assert np.argwhere(~alone.silent).tolist() == [[4, 4]]
    assert alone.state[4, 4].any()


def test_cells_that_are_added_join_in_within_100_waits(numbers):
    swarm = Swarm(numbers, 1, 40, 40, Troubles(added=0.5))
    first = swarm.missing.copy()
    assert first.mean() == pytest.approx(0.5, abs=0.05)
    assert not first[20, 20]
    swarm.run(50)
    swarm.restart(first)
    assert swarm.missing.mean() == pytest.approx(0.25, abs=0.05)
    assert not (swarm.missing & ~first).any()
    assert not swarm.state[swarm.missing].any()
    swarm.run(60)
    assert not swarm.missing.any()
    assert swarm.state[first].any(axis=-1).mean() > 0.2


def test_a_wrong_checksum_is_counted_by_the_swarm(numbers):
    swarm = Swarm(numbers, 1, 24, 24, Troubles(corrupted=0.5))
    swarm.run(10)
    # Half of the messages arrive at eight neighbours with a wrong bit, fewer at the edge.
    assert swarm.dropped == pytest.approx(4 * swarm.messages, rel=0.1)
    clean = Swarm(numbers, 1, 24, 24)
    clean.run(10)
    assert clean.dropped == 0


def test_each_number_that_a_cell_receives_is_off_by_a_random_error():
    """Cells that are always alive add the slope of a channel that stays empty to another, where it is positive."""
    numbers = IntegerCell(
        np.zeros((48, 1), np.int8),
        np.zeros(1, np.int16),
        np.zeros((1, 16), np.int8),
        np.zeros(16, np.int16),
        update_shift=1,
        update_factor=1 << 14,
        one=np.ones(16, np.int16),
        alive_above=-1,
        error=0.0,
    )
    empty, sums = 4, 5
    numbers.hidden_weight[16 + empty] = 8
    numbers.update_weight[0, sums] = 2
    swarm, still = (Swarm(numbers, 1, 24, 24, Troubles(noise=share)) for share in (0.05, 0))
    states = []
    for _ in range(2):
        swarm.run(15)
        still.run(15)
        states.append(swarm.state[2:-2, 2:-2, sums].mean())
        assert still.state[..., sums].sum() == 1, "the seed cell's"
    # Squares of the factors in a slope sum to 12; the mean of the positive half of a normal distribution.
    each = 0.05 * 127 * np.sqrt(12) / np.sqrt(2 * np.pi)
    assert (states[1] - states[0]) / 15 == pytest.approx(each, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("reading", TOGETHER)
def test_a_lizard_grows_while_messages_are_lost_and_cells_are_silent_and_restart(reading):
    losses = measure_cut(numbers_of(load("🦎")), load_target("🦎"), TOGETHER[reading], swarms=10)
    assert losses[:, 0].max() < -2.5


@pytest.mark.slow
@pytest.mark.parametrize(
    ("emoji", "cut"),
    [("🐠", "right"), ("😀", "left"), ("🐞", "centre"), ("🕸", "lower"), ("🎄", "lower"), ("🥨", "upper")],
)
def test_emoji_grow_and_regrow_what_some_did_not_before_they_were_trained_for_swarms(emoji, cut):
    swarm, target = Swarm(load(emoji)), load_target(emoji)
    swarm.run(300)
    assert log_loss(swarm, target) < -3
    swarm.restart(DAMAGES[cut].mask(np.random.default_rng(0), 72, 72))
    swarm.run(300)
    assert log_loss(swarm, target) < -2.8


def test_organisms_and_grids_that_do_not_fit_are_refused(organism, numbers):
    wide = Rule(channels=20, hidden=20)
    with pytest.raises(BlastemaError, match="20 channels; a cell's message has room for 16"):
        Swarm(Organism(random_weights(wide), wide))
    for name, arguments in {"height": {"height": 0}, "width": {"width": 5000}, "seed": {"seed": -1}}.items():
        with pytest.raises(BlastemaError, match=f"{name} is "):
            Swarm(numbers, **arguments)


def test_an_organism_is_rounded_once_and_again_where_the_cache_is_damaged(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    organism, calls, rounding = living(3), [], integer_cell.integer_cell
    monkeypatch.setattr(integer_cell, "integer_cell", lambda *given: calls.append(given) or rounding(*given))
    first, again = numbers_of(organism), numbers_of(organism)
    assert len(calls) == 1
    for before, after in zip(first, again, strict=True):
        assert type(before) is type(after)
        assert np.array_equal(before, after)
        assert np.asarray(before).dtype == np.asarray(after).dtype
    numbers_of(living(4))
    assert len(calls) == 2
    for damage in (lambda content: content[:100], lambda content: b"", lambda content: content.replace(b"PK", b"KP")):
        for path in tmp_path.glob("blastema/*.npz"):
            path.write_bytes(damage(path.read_bytes()))
        calls.clear()
        numbers_of(organism)
        assert len(calls) == 1


def test_without_a_cache_directory_organisms_are_rounded_all_the_same(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert np.array_equal(numbers_of(living(3)).one, numbers_of(living(3)).one)


def test_the_cache_keeps_the_latest(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(rounded, "MOST_FILES", 2)
    for seed in range(4):
        numbers_of(living(seed))
    assert len(list(tmp_path.glob("blastema/*"))) == 2


def test_without_the_native_part_one_line_says_so(organism, monkeypatch):
    monkeypatch.setitem(sys.modules, "blastema._native", None)
    monkeypatch.delattr(blastema, "_native", raising=False)
    with pytest.raises(BlastemaError, match="swarms need Blastema's native part, which is not installed"):
        numbers_of(organism)


def test_the_binding_checks_what_it_is_given(numbers):
    cells = Swarm(numbers, 0, 6, 5)._cells
    with pytest.raises(ValueError, match=r"needed is contiguous bool \(6, 5\)"):
        cells.turn(np.ones((5, 6), bool), True)
    with pytest.raises(ValueError, match=r"needed is contiguous int16 \(6, 5, 16\)"):
        cells.read_states(np.zeros((6, 5, 16), np.float32))
    with pytest.raises(ValueError, match="there is no such cell"):
        cells.seed(6, 0)
    few = np.zeros(65, np.int8), np.zeros(16, np.int16), np.zeros(16, np.int16), 6, 1, 1, 1
    begin = {"height": 3, "width": 3, "wrap": False, "seed": 0, "conditions": (0, 0, 0, 0, 0)}
    with pytest.raises(ValueError, match="66 weights a hidden unit"):
        type(cells)(few, **begin)
    with pytest.raises(ValueError, match="drift below 65536"):
        type(cells)((np.zeros(66, np.int8), *few[1:]), **begin | {"conditions": (0, 0, 0, 65536, 0)})


@pytest.mark.slow
def test_what_the_page_says_of_delays_is_what_a_report_measures():
    page = (Path(__file__).parents[1] / "docs/firmware.md").read_text("utf-8")
    table = page.partition(f"| **{TROUBLES['delay'].title}** |")[2]
    written = [[float(cell) for cell in line.split("|")[2:6]] for line in table.splitlines()[1:3]]
    report = measure(numbers_of(load("🦎")), load_target("🦎"), kinds=["delay"])
    scores = [report["without"], *report["troubles"]["delay"]["values"]]
    measured = [[each[when] for each in scores] for when in ("grown", "restarted")]
    # Weights are rounded by what cells perceive, which differs a little between instruction sets.
    assert np.array(measured) == pytest.approx(np.array(written), abs=0.3)
    assert report["troubles"]["delay"]["breaks_at"] == 1
