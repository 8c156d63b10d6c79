"""Training steps and validation of Python's own trainer, with the random numbers of the page's, for trainer.test.js."""

import dataclasses
import sys

import numpy as np
from page_draws import default_rng
from page_json import as_json

from blastema import load
from blastema.engines import choose_engine
from blastema.organism_file import rule_record
from blastema.rule import Rule
from blastema.targets import load_target
from blastema.training.beginning import Beginning
from blastema.training.experiments import EXPERIMENTS, RECIPES
from blastema.training.pool import nonzero_cells
from blastema.training.trainer import Trainer
from blastema.training.validation import validation_score

assert np.random.default_rng is default_rng
SEED = 3_000_000_007
SHORT = {"pool": 20, "shortest": 6, "longest": 10}
OTHER = Rule(channels=9, hidden=20, filters=("identity", "sobel_x", "sobel_y", "laplacian"), fire_rate=0.7, edge="wrap")
# Experiment, recipe, changes of it, rule, beginning, training steps before, states that are dead then.
CASES = {
    "growing": ("growing", "blastema", SHORT, Rule(), None, 3, ()),
    "persistent": ("persistent", "long", SHORT | {"steps": 10}, Rule(), None, 7, range(0, 20, 2)),
    "regenerating": ("regenerating", "blastema", SHORT, Rule(), None, 12, (4,)),
    "regenerating, of another rule": ("regenerating", "article", SHORT, OTHER, None, 5, ()),
    "with cuts in a row": ("regenerating", "further", SHORT, Rule(), "🦎", 4, ()),
    "quick": ("regenerating", "quick", SHORT, Rule(), "🐠", 3, ()),
    "with whole rollouts": ("regenerating", "blastema", {"pool": 20}, Rule(hidden=150), "🦎", 2, ()),
}


def trainer(experiment, recipe, changes, rule, beginning, target, engine):
    recipe = dataclasses.replace(RECIPES[recipe], **changes)
    subject = Trainer(rule, EXPERIMENTS[experiment], recipe, target, SEED, choose_engine(engine))
    if beginning:
        subject.weights = Beginning.of(beginning).weights(subject.weights, rule)
    return subject


def step_of(case, engine):
    """Return a training step: what it begins with, what is drawn for it, and what it gives."""
    experiment, name, changes, rule, beginning, before, dead = case
    target = load_target("🦎", fit=14, pad=5)
    begins = beginning and load(beginning)
    subject = trainer(experiment, name, changes, rule, begins, target, engine)
    fresh = state_of(subject)
    for _ in range(before):
        subject.step()
    for place in dead:
        subject.pool.states[place] = nonzero_cells(np.zeros(subject.pool.shape, np.float32))
    drawn, draw_batch = [], subject.draw_batch
    subject.draw_batch = lambda draw: drawn.append(draw_batch(draw)) or drawn[-1]
    begun, rate = state_of(subject), subject.recipe.learning_rate(subject.done)
    report = subject.step()
    group, _, batch = drawn[0]
    height, width, _ = target.shape
    plan = {"target": target, "height": height, "width": width, "rule": rule_record(rule), "recipeName": name}
    plan |= {"recipe": dataclasses.asdict(subject.recipe), "experiment": experiment, "seed": SEED, "history": []}
    return {
        "plan": plan | {"record": {}}, "beginning": begins and organism_of(begins), "fresh": fresh, "begun": begun,
        "places": group.places, "states": list(batch.states), "seeds": batch.seeds, "ages": batch.ages,
        "report": {"step": report.step, "loss": report.loss, "rate": rate, "rollout": report.rollout,
                   "reseeded": report.reseeded, "damaged": report.damaged},
        "state": state_of(subject),
    }  # fmt: skip


def organism_of(organism):
    return {"name": "it", "rule": rule_record(organism.rule), "weights": named(organism.weights), "training": {}}


def state_of(subject):
    pool = zip(subject.pool.states, subject.pool.seeds, subject.pool.ages, strict=True)
    stored = [{"cells": cells, "values": values, "seed": seed, "age": age} for (cells, values), seed, age in pool]
    moments = {name: named(weights) for name, weights in subject.moments._asdict().items()}
    learned = {"weights": named(subject.weights), "moments": moments, "pool": stored}
    return learned | {"done": subject.done}


def named(weights):
    return {name: np.asarray(value, np.float32) for name, value in weights._asdict().items() if np.size(value)}


def validation(engine):
    """Return the validation score of an organism of the zoo."""
    organism, target = load("🦎"), load_target("🦎")
    subject = trainer("regenerating", "further", {"pool": 8}, organism.rule, organism, target, engine)
    height, width, _ = target.shape
    plan = {"target": target, "height": height, "width": width, "rule": rule_record(organism.rule), "seed": SEED}
    plan |= {"recipe": dataclasses.asdict(subject.recipe), "weights": named(subject.weights)}
    return plan | {"score": validation_score(subject, "regenerating")}


if __name__ == "__main__":
    steps = {name: step_of(case, sys.argv[1]) for name, case in CASES.items()}
    sys.stdout.write(as_json({"steps": steps, "validation": validation("native")}))
