"""Analysis: what is measured of an organism is what is there."""

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import load
from blastema.analysis.examination import Examination, _summary, examine
from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import CUT_AT, REMNANTS, Regrowth, recovery, regeneration, remnant, remnants
from blastema.analysis.report import sections
from blastema.analysis.rotation import rotated, rotation
from blastema.analysis.subject import EXPLODED_LOG_LOSS, Subject, seeds_for
from blastema.analysis.surroundings import fire_rates, neighbours, other_sizes
from blastema.cli.evaluate import evaluate
from blastema.cli.report import print_report
from blastema.damage import DAMAGES, UNSEEN, Damage
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.library import target_of
from blastema.organism import Organism
from blastema.reporting.report_picture import report_picture
from blastema.rule import Rule, Weights
from blastema.targets import load_target
from conftest import blastema, random_weights

LIZARD = load("regenerating/lizard")


def subject(organism=LIZARD, target="🦎"):
    return Subject(organism, load_target(target), choose_engine())


def idle(target):
    """An organism that does nothing: it stays the seed that it was."""
    weights = Weights(*(np.zeros_like(tensor) for tensor in random_weights(Rule())))
    return Subject(Organism(weights), target, choose_engine())


@pytest.mark.slow
def test_scores_of_the_articles_lizard_match_another_programs(published):
    """Measured by an independent program on the article's weights: log10 of the mean loss of 16 organisms."""
    theirs = subject(load(published / "ex3_🦎.json"))
    seeds = seeds_for(16, 0)
    after_200, after_5000 = persistence(theirs, seeds, (200, 5000))
    assert np.log10(np.mean(10**after_200)) == pytest.approx(-3.35, abs=0.15)
    assert after_5000.max() == pytest.approx(-2.81, abs=0.3)
    grown = theirs.grown(theirs.seeds(seeds), 200)
    for name, expected in {"lower": -3.5, "upper": -3.6, "right": -3.4, "left": -3.6, "centre": -2.7}.items():
        after = regeneration(theirs, grown, DAMAGES[name], np.random.default_rng(0), (600,)).after[-1]
        # Single organisms end at about -3.9 or at -2.9, so that means of 16 vary.
        assert np.log10(np.mean(10**after)) == pytest.approx(expected, abs=0.4), name


def test_a_rule_that_does_nothing_persists_and_does_not_regrow():
    target = load_target("disc", fit=8, pad=4)
    still = idle(target)
    losses = persistence(still, seeds_for(3, 0), (1, 50))
    expected = np.log10(np.mean((still.seeds(seeds_for(1, 0)).states[0, ..., :4] - target) ** 2))
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    regrowth = regeneration(still, still.seeds(seeds_for(3, 0)), DAMAGES["centre"], np.random.default_rng(0), (5,))
    assert np.array_equal(regrowth.after[-1], regrowth.damaged)


def test_losses_that_are_not_finite_count_as_exploded():
    target = load_target("disc", fit=8, pad=4)
    weights = random_weights(Rule())._replace(update_bias=np.full(16, 1e30, np.float32))
    wild = Subject(Organism(weights), target, choose_engine())
    with np.errstate(all="ignore"):
        grown = wild.grown(wild.seeds(seeds_for(2, 0)), 20)
        assert np.isfinite(grown.states).all()
        grown.states[0, 0, 0, 0] = np.inf
        assert wild.log_loss(grown)[0] == EXPLODED_LOG_LOSS


def test_full_recovery_is_one_and_none_is_zero():
    before, damaged = np.array([-4.0, -4.0, -3.0]), np.array([-2.0, -2.0, -3.0])
    np.testing.assert_allclose(recovery(before, damaged, np.array([-4.0, -2.0, -1.0])), [1, 0, 1])


def test_damages_that_training_never_saw_take_half_of_the_cells():
    for name in UNSEEN:
        assert DAMAGES[name].mask(np.random.default_rng(0), 72, 72).mean() == pytest.approx(0.5, abs=0.03), name


def test_a_target_rotated_by_quarter_turns_has_the_same_pixels():
    target = load_target("🦎")
    assert np.array_equal(rotated(target, 0), target)
    quarter = rotated(target, 90)
    # Row 0 and column 0 have no counterpart: the seed cell is not in the middle of an even grid.
    np.testing.assert_allclose(quarter[1:, 1:], np.rot90(target[1:, 1:]), atol=1e-5)
    np.testing.assert_allclose(rotated(quarter, 270), target, atol=1e-5)


def test_rotated_perception_grows_the_rotated_picture():
    losses, states = rotation(subject(), seeds_for(2, 0), (0, 45, 90), 150)
    assert losses[0].max() < -3
    assert losses[1].max() < -2.4
    assert losses[2].max() < -3
    assert states.shape == (3, 72, 72, 16)
    straight = subject().log_loss(subject().grown(subject().seeds(seeds_for(1, 0)), 150, np.pi / 2))
    assert straight > -2


def test_in_larger_grids_and_beside_another_a_lizard_grows_as_it_does_alone():
    sizes = other_sizes(subject(), seeds_for(2, 0), 300)
    assert set(sizes) == {"108x108", "144x144", "144x72", "72x144"}
    assert all(np.median(losses) < -2.5 for losses in sizes.values())
    losses, pair = neighbours(subject(), seeds_for(2, 0), 300)
    assert np.median(losses) < -2.5
    assert (pair[..., 3].max(axis=0) > 0.5).sum() > 50


def test_cells_that_act_as_often_grow_as_well_at_other_fire_rates():
    losses = np.median(fire_rates(subject(), seeds_for(2, 0)), axis=1)
    assert losses[1:6].max() < -3


@pytest.fixture(scope="module")
def examination():
    return examine(LIZARD, load_target("🦎"), choose_engine(), organisms=2)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_report(examination):
    again = examine(LIZARD, load_target("🦎"), choose_engine(), organisms=2)
    other = examine(LIZARD, load_target("🦎"), choose_engine(), organisms=2, seed=1)
    assert json.dumps(again.report) == json.dumps(examination.report)
    assert other.report["persistence"] != examination.report["persistence"]


@pytest.mark.slow
def test_the_report_has_all_columns_and_rounding_the_weights_costs_little(examination):
    report = examination.report
    assert list(report["persistence"]) == ["100", "200", "500", "1000", "2000", "5000", "10000"]
    assert list(report["regeneration"]) == ["lower", "upper", "right", "left", "centre", "disc"]
    assert len(report["rotation"]) == 24
    grown, rounded = report["persistence"]["1000"], report["eight_bit"]["persistence"]["1000"]
    assert grown["median"] != rounded["median"] < -3


@pytest.mark.slow
def test_the_page_shows_it_all(examination):
    page = report_picture("🦎 · regenerating", *examination)
    assert page.width == 1120
    assert 1000 < page.height < 2500
    assert report_picture("🦎 · regenerating", *examination).tobytes() == page.tobytes()
    # Every part of the page has something on it that is not white.
    rows = (np.asarray(page) < 250).any(axis=(1, 2))
    assert all(part.any() for part in np.array_split(rows, 24))


def test_the_target_is_that_of_training_unless_another_is_given(tmp_path):
    small = Organism(random_weights(Rule()), training={"target": "disc", "fit": 8, "pad": 4})
    assert np.array_equal(target_of(small, "somewhere"), load_target("disc", fit=8, pad=4))
    assert np.array_equal(target_of(small, "somewhere", "ring"), load_target("ring", fit=8, pad=4))
    with pytest.raises(BlastemaError, match=r"model.json does not say what it grows; name it with --target"):
        target_of(Organism(random_weights(Rule())), "model.json")


@pytest.mark.slow
def test_evaluate_prints_tables_and_writes_the_requested_files(tmp_path):
    run = blastema("evaluate", "🦎", "--organisms", "2", "--json", "found.json", "--picture", "found.png", cwd=tmp_path)
    assert run.returncode == 0, run.stderr
    for words in (
        "🦎 lizard · regenerating",
        "Persistence",
        "Regeneration",
        "never used",
        "regrew",
        "8-bit weights",
        "wrote found.json",
    ):
        assert words in run.stdout
    report = json.loads((tmp_path / "found.json").read_text())
    assert f"{report['persistence']['10000']['worst']:.2f}" in run.stdout
    assert (tmp_path / "found.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("🦎", "--picture", "found.txt"), "--picture found.txt has the suffix '.txt'; use .png, .webp, .jpg or .jpeg"),
        (("🦎", "--picture", "found.gif"), "--picture found.gif has the suffix '.gif'; use .png"),
        (("🦎", "--picture", "none/found.png"), "there is no folder none to write found.png to"),
        (("🦎", "--json", "none/found.json"), "there is no folder none to write found.json to"),
        (("🦎", "--json", "folder"), "--json folder is a folder; give the name of a file"),
        (("🦎", "--json", "a.png", "--picture", "a.png"), "--json and --picture are both a.png"),
        (("🦎", "--organisms", "0"), "--organisms is 0; it must be between 1 and 100,000"),
        (("🦎", "--organisms", "99999999"), "--organisms is 99999999; it must be between 1 and 100,000"),
        (("🦎", "--seed", "-1"), "--seed is -1; it must be between 0 and 4,294,967,295"),
        (("nobody",), "there is no organism nobody"),
    ],
)
def test_invalid_requests_are_one_line_before_the_work(tmp_path, monkeypatch, refusal, arguments, says):
    monkeypatch.setattr("blastema.analysis.examination.examine", lambda *_: pytest.fail("it was measured"))
    (tmp_path / "folder").mkdir()
    assert says in refusal("evaluate", *arguments, cwd=tmp_path)


SMALL = Organism(random_weights(Rule()), training={"target": "disc", "fit": 4, "pad": 1})


def test_a_batch_that_memory_cannot_hold_is_refused_before_it_is_grown(monkeypatch):
    monkeypatch.setattr("blastema.machine.memory.available", lambda: 10**7)
    target = load_target("disc", fit=4, pad=1)
    with pytest.raises(
        BlastemaError, match=r"growing 3,000 x 6x6 cells takes at least 27.6 MB .* 10.0 MB are available"
    ):
        examine(SMALL, target, choose_engine(), organisms=3000)


@pytest.fixture(scope="module")
def small_report():
    """The report of an organism that nobody trained, on a grid so small that it takes no time."""
    return examine(SMALL, load_target("disc", fit=4, pad=1), choose_engine(), organisms=2).report


def test_organisms_that_did_not_regrow_are_counted_beside_the_median():
    target = load_target("disc", fit=8, pad=4)
    still = idle(target)
    # A median of 1 and a worst of 0: what was called "recovered 100%".
    before, damaged = np.full(4, -4.0), np.full(4, -1.7)
    end = np.array([-4.0, -4.0, -4.0, -1.5])
    regrowth = Regrowth(before, damaged, np.array([end] * 3), recovery(before, damaged, end), (still, still))
    summary = _summary(regrowth, empty=-0.9)
    assert (summary["regrew"], summary["recovery"], summary["worst"]) == (3, 1.0, -1.5)


def test_dead_organisms_did_not_regrow():
    weights = random_weights(Rule())._replace(update_bias=np.full(16, -1, np.float32))
    report = examine(Organism(weights), load_target("disc", fit=4, pad=1), choose_engine(), organisms=2).report
    assert report["regeneration"]["lower"]["recovery"] == 1
    assert report["regeneration"]["lower"]["regrew"] == 0


def test_each_row_of_the_report_is_labelled(small_report):
    report = json.loads(json.dumps(small_report))
    tables = sections(report)
    assert list(tables["persistence"].rows) == ["median", "worst", "8-bit weights, worst"]
    assert list(tables["unseen"].rows) == [
        "damaged, median", "100 steps later, median", "200 steps later, median", "600 steps later, median",
        "600 steps later, worst", "regrew",
    ]  # fmt: skip
    lower = {label: values[0] for label, values in tables["regeneration"].rows.items()}
    assert lower["600 steps later, worst"] == report["regeneration"]["lower"]["worst"]
    assert lower["regrew"] == f"{report['regeneration']['lower']['regrew']} of 2"
    assert lower["8-bit weights, worst"] == report["eight_bit"]["regeneration"]["lower"]["worst"]


def test_scores_that_stand_for_an_explosion_say_so(small_report, capsys):
    small_report["persistence"]["10000"]["worst"] = EXPLODED_LOG_LOSS
    print_report("organism [/x]", small_report)
    printed = capsys.readouterr().out
    assert printed.startswith("organism [/x]\n")
    assert "exploded: the worst organism's numbers grew without bound" in printed
    assert re.search(r"worst .* exploded", printed)
    assert "9.00" not in printed
    assert "at -3 it is 3%" in " ".join(printed.split())


def test_a_report_of_sixteen_organisms_fits_a_screen_of_80_columns(small_report, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    for result in small_report["regeneration"].values():
        result["regrew"] = 16
    print_report("lizard", small_report | {"organisms": 16})
    assert "…" not in capsys.readouterr().out


def test_the_report_is_written_before_it_is_printed(tmp_path, monkeypatch, small_report):
    examination = Examination(small_report, {})
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("blastema.analysis.examination.examine", lambda *_: examination)

    def closed(*_):
        raise BrokenPipeError

    monkeypatch.setattr("blastema.cli.report.print_report", closed)
    with pytest.raises(BrokenPipeError):
        evaluate(Path("🦎"), json=Path("a.json"))
    assert json.loads((tmp_path / "a.json").read_text()) == json.loads(json.dumps(small_report))


def test_cuts_in_a_row_are_made_while_the_organism_grows():
    still = idle(load_target("disc", fit=8, pad=4))
    grown = still.seeds(seeds_for(2, 0))
    ages = []

    def mask(_, height, width):
        ages.append(1)
        return np.zeros((height, width), bool)

    regrowth = regeneration(still, grown, Damage("none", mask, ""), np.random.default_rng(0), (5,), cuts=3)
    assert len(ages) == 3 * 2
    assert np.array_equal(regrowth.before, regrowth.after[-1])
    lizard = subject()
    grown = lizard.grown(lizard.seeds(seeds_for(1, 0)), CUT_AT)
    draw = np.random.default_rng(0)
    once, thrice = (regeneration(lizard, grown, DAMAGES["centre"], draw, (0,), cuts).states[0] for cuts in (1, 3))
    assert not thrice[28:44, 28:44].any()
    assert not np.array_equal(once, thrice)


@given(st.integers(1, 9), st.integers(1, 9), st.floats(0.01, 1), st.integers(0, 2**32), st.floats(0, 1))
def test_a_remnant_is_the_part_of_the_living_cells_nearest_to_one_of_them(height, width, part, seed, alive):
    draw = np.random.default_rng(seed)
    living = draw.random((height, width)) < alive
    left = remnant(draw, living, part)
    assert not (left & ~living).any()
    assert left.sum() == math.ceil(part * living.sum())
    rows, columns = np.nonzero(living)
    kept = left[rows, columns]
    distances = (rows[:, None] - rows) ** 2 + (columns[:, None] - columns) ** 2
    if not kept.all():
        assert any((row[kept].max() <= row[~kept].min()) for row in distances[kept])


def test_of_remnants_only_the_part_is_left_and_lives_on():
    lizard = subject()
    grown = lizard.grown(lizard.seeds(seeds_for(3, 0)), CUT_AT)
    results = {name: remnants(lizard, grown, part, np.random.default_rng(0)) for name, part in REMNANTS.items()}
    medians = [np.median(results[name].damaged) for name in ("half", "third", "quarter", "tenth")]
    assert medians == sorted(medians)
    mature = [(results[name].states[0][..., 3] > 0.1).sum() for name in ("half", "tenth")]
    assert 4 < mature[0] / mature[1] < 6
    # All that is left of a half grows whole again (16 of 16 of the zoo's lizard).
    assert results["half"].after[-1].max() < -4
