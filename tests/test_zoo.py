"""The zoo: every organism keeps the promises of the zoo, and its scores agree with a new measurement."""

import dataclasses
import importlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from blastema import Simulation, load, zoo
from blastema.analysis.examination import REGROWN
from blastema.analysis.persistence import persistence
from blastema.analysis.regeneration import CUT_AT, REMNANTS, regeneration, remnants
from blastema.analysis.subject import Subject, seeds_for
from blastema.damage import DAMAGES
from blastema.engines import choose_engine
from blastema.library import target_of, targets_of
from blastema.loss import pixel_loss

PROJECT = Path(__file__).parents[1]


def test_the_zoo_is_complete():
    planned = importlib.import_module("train_zoo").all_names()
    for tool in ("train_bodies", "train_small"):
        planned += [f"regenerating/{name}" for name in importlib.import_module(tool).PLANS]
    assert sorted(zoo.names()) == sorted(planned)
    assert len(planned) == 35


def test_the_page_of_the_zoo_names_the_pictures_of_the_bodies():
    body_rows = importlib.import_module("write_zoo_docs").body_rows
    for name, others in (("ten", {}), ("set-point", {"one-headed planarian": "one head", "planarian": "two heads"})):
        organism = load(name)
        rows = [row.strip("| ").split(" | ")[:4] for row in body_rows(name, organism)]
        grown = [f"{organism.scores['bodies'][signal]['grown']:.2f}" for signal in organism.rule.signals]
        expected = [[target, name, others.get(target, "")] for target in organism.record.targets]
        assert rows == [[*row, number] for row, number in zip(expected, grown, strict=True)]


def test_scores_of_a_rule_that_the_article_cannot_hold_are_judged_and_shown():
    page, promises = (importlib.import_module(name) for name in ("write_zoo_docs", "zoo_promises"))
    organism = load("ladybug")
    scores = {name: value for name, value in organism.scores.items() if name != "eight_bit"}
    cells = page.row("ladybug", dataclasses.replace(organism, scores=scores)).split(" | ")
    assert len(cells) == len(page.row("ladybug", organism).split(" | "))
    assert cells[-4] == ""
    assert promises.missed("regenerating/ladybug", scores) == {}
    assert list(promises.missed("regenerating/ladybug", {**scores, "after_10000": -3.0})) == ["after_10000"]


def test_every_organism_keeps_the_promises_of_the_zoo():
    run = subprocess.run([sys.executable, "tools/zoo_promises.py"], cwd=PROJECT, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("name", ["regenerating/ladybug", "persistent/web"])
def test_scores_agree_with_a_new_measurement(name):
    """Processors round differently; the tolerance is above the differences that this makes."""
    organism = load(name)
    scores = organism.scores
    subject = Subject(organism, target_of(organism, name), choose_engine())
    seeds = seeds_for(scores["organisms"], 0)
    assert np.median(persistence(subject, seeds, (CUT_AT,))) == pytest.approx(scores["grown"], abs=0.02)
    grown = subject.grown(subject.seeds(seeds), CUT_AT)
    after = regeneration(subject, grown, DAMAGES["left"], np.random.default_rng([0, 3]), (600,)).after[-1]
    assert np.median(after) == pytest.approx(scores["regeneration"]["left"], abs=0.05)
    half = remnants(subject, grown, REMNANTS["half"], np.random.default_rng([0, 0]))
    assert abs((half.recovery >= REGROWN).sum() - scores["remnants"]["half"]["regrew"]) <= 1


def test_a_piece_of_a_planarian_regrows_what_its_signal_says_for_good():
    organism = load("set-point")
    targets, (one, two) = targets_of(organism, "set-point"), organism.rule.signals
    rows, columns = np.mgrid[:72, :72] - 36
    around = abs(columns - rows) / np.sqrt(2) > 8
    for signal, target, other in ((one, *targets), (two, *targets[::-1])):
        simulation = Simulation(organism, [1, 2, 3, 4], signal=one)
        simulation.step(200)
        simulation.damage(around)
        simulation.set_signal(signal)
        for cut in range(2):
            simulation.step(600)
            losses, others = (np.log10(pixel_loss(simulation.states, picture)) for picture in (target, other))
            assert np.median(losses) < -3, (signal, cut)
            assert others.min() > -2.2
            simulation.damage(around)
