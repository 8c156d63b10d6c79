"""Evaluation of organisms with signals: each body as it is evaluated alone, and the switches between them."""

import json

import numpy as np
import pytest

from blastema import Organism, load
from blastema.analysis.bodies import examine_bodies
from blastema.analysis.bodies_report import bodies_sections, hardest_switch
from blastema.analysis.examination import examine
from blastema.analysis.subject import Subject
from blastema.analysis.switching import scores, switching
from blastema.engines import choose_engine
from blastema.rule import Rule
from blastema.targets import load_targets
from conftest import blastema

ENGINE, NAMES = choose_engine(), ("🦎", "tree")
SIZE = {"fit": 12, "pad": 4}


@pytest.fixture(scope="module")
def organism():
    lizard = load("🦎")
    bias = np.random.default_rng(0).normal(0, 0.03, (2, 128)).astype(np.float32)
    bias[0] = 0
    training = {"target": ["🦎", "🎄"], "experiment": "regenerating", **SIZE}
    return Organism(lizard.weights._replace(signal_bias=bias), Rule(signals=NAMES), training)


@pytest.fixture(scope="module")
def examination(organism):
    return examine_bodies(organism, load_targets(organism.record.targets, **SIZE), ENGINE, organisms=1)


@pytest.mark.slow
def test_each_body_is_examined_as_if_it_were_alone(organism, examination):
    target = load_targets(["🎄"], **SIZE)[0]
    alone = examine(organism.with_signal("tree"), target, ENGINE, organisms=1).report
    # The native engine adds the row of the signal bias in the same order.
    assert examination.report["bodies"]["tree"] == alone


def test_nothing_is_switched_on_the_diagonal(organism):
    targets, seeds = load_targets(organism.record.targets, **SIZE), np.array([1, 2], np.uint32)
    rows = switching(Subject(organism, targets[0], ENGINE), targets, seeds)
    for number, row in enumerate(rows):
        # Before the switch the body had the loss of its own target.
        np.testing.assert_array_equal(row[number].at, row[number].before)
        np.testing.assert_array_equal(row[number].recovery, 1)
    one = rows[0][1]
    assert one.after.shape == (2,)
    assert np.array_equal(one.before, rows[1][1].before)
    expected = (10**one.at - 10**one.after) / (10**one.at - 10**one.before)
    assert scores(one)["recovery"] == pytest.approx(np.median(expected), abs=1e-4)
    assert scores(one)["worst"] == pytest.approx(one.after.max(), abs=1e-3)


@pytest.mark.slow
def test_tables_have_a_row_for_each_body(examination):
    tables = bodies_sections(examination.report)
    assert all(tuple(table.rows) == NAMES for table in tables)
    assert all(len(values) == len(table.columns) for table in tables for values in table.rows.values())
    old, new, numbers = hardest_switch(examination.report)
    others = [one["recovery"] for a, row in examination.report["switches"].items() for b, one in row.items() if a != b]
    assert numbers["recovery"] == min(others)
    assert old != new


@pytest.mark.slow
def test_command_evaluates_all_bodies_or_one(organism, tmp_path):
    organism.save(tmp_path / "a.safetensors")
    flags = ("--organisms", "1", "--json", "a.json", "--picture", "a.png")
    result = blastema("evaluate", "a.safetensors", *flags, cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    assert "Switches, from row to column" in result.stdout
    report = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert tuple(report["bodies"]) == tuple(report["switches"]) == NAMES
    assert (tmp_path / "a.png").exists()
    result = blastema(
        "evaluate", "a.safetensors", "--organisms", "1", "--signal", "🎄", "--json", "b.json", cwd=tmp_path
    )
    assert result.returncode == 0, result.stderr
    assert json.loads((tmp_path / "b.json").read_text("utf-8")) == report["bodies"]["tree"]


def test_bodies_have_targets_of_their_own(organism, tmp_path):
    organism.save(tmp_path / "a.safetensors")
    result = blastema("evaluate", "a.safetensors", "--target", "🎄", cwd=tmp_path)
    assert result.returncode == 2
    assert "a.safetensors has 2 bodies, each with a target of its own; leave out --target" in result.stderr
