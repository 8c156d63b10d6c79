"""What Python makes of recipes, damages, pool, Adam, beginnings and placement, as JSON for recipe.test.js."""

import math
import sys

import numpy as np
from page_draws import STEP, Draws
from page_json import as_json

from blastema import load
from blastema.damage import DAMAGES
from blastema.loss import towards
from blastema.organism_file import rule_record
from blastema.rule import Batch, Rule, Weights, initial_weights, seed_batch
from blastema.targets.bridge import bridges, with_bridges
from blastema.targets.place import place
from blastema.training.beginning import Beginning
from blastema.training.collapse import collapse
from blastema.training.experiments import EXPERIMENTS, RECIPES, reseeded
from blastema.training.milestone import is_milestone
from blastema.training.optimiser import OPTIMISERS, no_moments, normalised
from blastema.training.pool import Pool
from blastema.training.trainer import Report

SEED = 4_000_000_001
RANDOM = np.random.Generator(np.random.PCG64(0))


def draws():
    draw = Draws(SEED, STEP, 12)
    return {
        "seed": SEED,
        "number": 12,
        "wholes": draw.integers(2**32, size=5, dtype=np.uint32),
        "uniform": [draw.uniform(-0.25, 4.0) for _ in range(5)],
        "between": [draw.integers(64, 96, endpoint=True) for _ in range(20)],
        "choice": draw.choice(np.arange(50), 20, replace=False),
    }


def schedules():
    steps = range(RECIPES["blastema"].steps)
    return {
        name: {
            "rate": [recipe.learning_rate(step) for step in steps],
            "damaged": [recipe.damaged_at(step) for step in steps],
            "cuts": [recipe.most_cuts(step) for step in steps],
            "rollout": [recipe.rollout(step) for step in steps],
            "reseeded": {key: reseeded(experiment, recipe) for key, experiment in EXPERIMENTS.items()},
        }
        for name, recipe in RECIPES.items()
    }


def masks():
    sizes = [(20, 20), (31, 24), (72, 72), (5, 6)]
    return [
        {"name": name, "height": height, "width": width, "mask": mask.reshape(-1)}
        for name, damage in DAMAGES.items()
        for place, (height, width) in enumerate(sizes)
        for mask in [damage.mask(Draws(SEED, STEP, place), height, width)]
    ]


def pool():
    """Return a pool into which states were put, some of them dead, and what it says of them."""
    shape = (6, 5, 8)
    seeds = Draws(SEED, STEP).integers(2**32, size=9, dtype=np.uint32)
    states = RANDOM.normal(0, 0.3, (5, *shape)).astype(np.float32)
    states[0], states[1, 2:], states[2, ..., 3] = 0, 0, 0.05
    states[3, 1, 1] = -0.0
    target = RANDOM.random((6, 5, 4)).astype(np.float32)
    places = np.array([7, 2, 0, 5, 4])
    subject = Pool(seeds, shape)
    ages = np.arange(5, dtype=np.uint32) + 90
    assert subject.put(places, Batch(states, seeds[:5] ^ np.uint32(1), ages))
    everywhere = np.arange(9)
    return {
        "shape": shape, "first_seeds": seeds, "target": target, "places": places, "states": list(states),
        "new_seeds": seeds[:5] ^ np.uint32(1), "new_ages": ages, "seeds": subject.seeds, "ages": subject.ages,
        "cells": [cells for cells, _ in subject.states], "values": [values for _, values in subject.states],
        "taken": list(subject.take(everywhere).states), "losses": subject.losses(everywhere, target),
        "dead": subject.dead(everywhere, 0.1).tolist(),
    }  # fmt: skip


def losses():
    """Return states, and their losses and gradients."""
    states = RANDOM.normal(0, 0.5, (3, 1, 7, 6, 9)).astype(np.float32)
    target = RANDOM.random((7, 6, 4)).astype(np.float32)
    results = [towards(target)(state) for state in states]
    return {
        "target": target, "states": list(states), "losses": [loss for loss, _ in results],
        "cotangents": [cotangent for _, cotangent in results],
    }  # fmt: skip


def optimisers():
    """Return some steps of each optimiser, each with its gradient."""
    return {"rate": 2e-3, "steps": {name: steps_of(optimiser) for name, optimiser in OPTIMISERS.items()}}


def steps_of(optimiser):
    weights = initial_weights(RANDOM, 12, 10, 4)
    moments, steps = no_moments(weights), []
    for step in (0, 1, 2, 500):
        gradient = Weights(*(RANDOM.normal(0, 1e-3, np.shape(w)).astype(np.float32) for w in weights))
        gradient = gradient._replace(update_bias=np.zeros(4, np.float32))
        units = normalised(gradient)
        before, (weights, moments) = (weights, moments), optimiser(weights, units, moments, step, 2e-3)
        steps.append(
            {"step": step, "gradient": named(gradient), "normalised": named(units), "before": of(*before)}
            | {"after": of(weights, moments)}
        )
    return steps


def named(weights):
    return {name: value for name, value in weights._asdict().items() if np.size(value)}


def of(weights, moments):
    return {"weights": named(weights), "first": named(moments.first), "second": named(moments.second)}


def beginnings():
    """Return what trainings begin with, from nothing and from organisms."""
    cases = []
    for name, rule in (("🦎", Rule()), ("🦎", Rule(hidden=150)), ("regenerating/ten", Rule(hidden=260))):
        organism, initial = load(name), initial_weights(Draws(SEED, 0), hidden=rule.hidden)
        begun = Beginning.of(organism, name).weights(initial, rule)
        own = {"name": name, "rule": rule_record(organism.rule), "weights": named(organism.weights)}
        cases.append(
            {"rule": rule_record(rule), "beginning": own | {"training": {}}, "initial": named(initial)}
            | {"weights": named(begun)}
        )
    return {"seed": SEED, "cases": cases}


def milestones():
    steps = (1, 24, 25, 26, 100, 399, 401, 600, 8000)
    return [[count, [done for done in range(1, count + 1) if is_milestone(done, count)]] for count in steps]


def collapses():
    calm, high = [0.01] * 200, [0.06] * 20
    alive, dead = seed_batch([1, 2], 3, 3, 5), seed_batch([1, 2], 3, 3, 5)
    dead.states[..., 3] = 0
    cases = [
        (0.01, alive, [0.01]), (math.inf, alive, calm), (0.01, dead, calm), (0.06, alive, calm + high),
        (0.05, alive, calm + [0.05] * 20), (0.06, alive, calm[1:] + high),
        (0.06, alive, [*calm, *[0.01] * 9, *[0.09] * 11]), (0.06, alive, [*calm, *[0.01] * 10, *[0.09] * 10]),
        (0.06, alive, [*calm, *[0.01] * 11, *[0.09] * 9]), (1.0, alive, [0.0] * 200 + [1.0] * 20),
    ]  # fmt: skip
    return [
        {"loss": loss if math.isfinite(loss) else None, "states": list(batch.states), "recent": recent}
        | {"kind": collapse(Report(1, loss, 64, batch, batch), recent)}
        for loss, batch, recent in cases
    ]


def placements():
    """Return pictures and the targets that they make: with holes in the middle, in parts, at an edge, of any size."""
    cases = []
    for number in range(150):
        fit, pad = int(RANDOM.integers(1, 30)), int(RANDOM.integers(0, 6))
        alpha = picture(fit, number)
        cells = np.repeat(alpha[..., None] / np.float32(255), 4, axis=-1).astype(np.float32)
        cells[..., :3] *= RANDOM.random((fit, fit, 3), np.float32)
        side = fit + 2 * pad
        height, width, top, left = place(alpha, side, side, pad)
        target = np.zeros((height, width, 4), np.float32)
        part = with_bridges(cells, alpha)[max(0, -top) : height - top, max(0, -left) : width - left]
        target[max(0, top) :, max(0, left) :][: part.shape[0], : part.shape[1]] = part
        cases.append(
            {"fit": fit, "pad": pad, "cells": cells, "target": target, "height": height, "width": width}
            | {"joined": bool(bridges(alpha).any()), "moved": (top, left) != ((height - fit) // 2, (width - fit) // 2)}
        )
    return cases


def picture(fit, number):
    """Return alpha of blobs, uint8 `(fit, fit)`, that has one visible cell at least."""
    alpha = np.zeros((fit, fit), np.uint8)
    rows, columns = np.ogrid[:fit, :fit]
    for _ in range(1 + number % 4):
        y, x, radius = RANDOM.integers(fit), RANDOM.integers(fit), RANDOM.uniform(0.5, 1 + fit / 5)
        inside = (rows - y) ** 2 + (columns - x) ** 2 < radius**2
        alpha[inside] = RANDOM.integers(40 if number % 3 else 140, 256, size=int(inside.sum()))
    return alpha


if __name__ == "__main__":
    parts = (draws, schedules, masks, pool, losses, optimisers, beginnings, milestones, collapses, placements)
    sys.stdout.write(as_json({part.__name__: part() for part in parts}))
