"""Runs cases on several devices and prints how far they are from one: python on_devices.py DEVICES CASE [PROCESS PORT].

The devices are simulated, in this process or in two.
"""

import dataclasses
import json
import math
import os
import re
import sys

DEVICES, CASE, *PROCESS = sys.argv[1:]
here = int(DEVICES) // (2 if PROCESS else 1)
os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={here}"

import jax  # noqa: E402
import numpy as np  # noqa: E402

if PROCESS:
    jax.distributed.initialize(f"127.0.0.1:{PROCESS[1]}", 2, int(PROCESS[0]))

from blastema import load  # noqa: E402
from blastema.engines import choose_engine, jax_rollout  # noqa: E402
from blastema.engines.jax_engine import JaxEngine  # noqa: E402
from blastema.engines.jax_layout import Layout  # noqa: E402
from blastema.rule import Rule, alive, fires, seed_batch  # noqa: E402
from conftest import random_weights  # noqa: E402
from double_precision import batch_of, wish  # noqa: E402

NATIVE = choose_engine("native")
# By number of devices: in both directions, and in one; sides of 61 and 75 cells cannot be divided evenly.
SPLITS = {2: [(1, 2, 1), (1, 1, 2)], 4: [(1, 2, 2), (1, 4, 1)], 8: [(1, 2, 4), (1, 8, 1)]}
LAYOUTS = [Layout(*split) for split in SPLITS[int(DEVICES)]]
SIZE = (61, 75)


def distance(one, other):
    return float(np.abs(one - other).max())


def counted_firing(engine, rule):
    """Return how many cells fire otherwise than they should, in eight steps after 200."""
    weights = random_weights(rule)
    # The number of times that a cell fired, in multiples of a power of two, so without rounding.
    weights = weights._replace(**{name: np.zeros_like(getattr(weights, name)) for name in weights._fields})
    weights.update_bias[5] = 2**-10
    batch, wrong = batch_of(rule, *SIZE, count=1)._replace(ages=np.array([200], np.uint32)), 0
    for _ in range(8):
        after = engine.grow(rule, weights, batch, 1)
        living = alive(batch.states, rule.alive_threshold, rule.edge)[..., 0]
        expected = fires(batch.seeds, batch.ages, *SIZE, rule.fire_rate) & living
        still = alive(after.states, rule.alive_threshold, rule.edge)[..., 0]
        fired = after.states[..., 5] != batch.states[..., 5]
        wrong += int(((fired != expected) & still).sum())
        batch = after
    return wrong


def growing(edge):
    """Return how far 200 steps of a lizard and four of random cells are from the native engine's, and wrongly fired."""
    lizard = load("🦎")
    rule = lizard.rule.replace(edge=edge)
    batch = seed_batch([7], *SIZE)
    # Over the corner of the grid, so that the edge matters.
    batch = batch._replace(states=np.roll(batch.states, (-25, 30), (1, 2)))
    expected = NATIVE.grow(rule, lizard.weights, batch, 200)
    # Changes are large here: a cell past the edge that wrongly fired would keep those at the edge alive.
    wild, cells, result = random_weights(rule, scale=2), batch_of(rule, *SIZE, count=1), []
    wild_expected = NATIVE.grow(rule, wild, cells, 4)
    for layout in LAYOUTS:
        engine = JaxEngine(int(DEVICES), layout)
        grown = engine.grow(rule, lizard.weights, batch, 200)
        grown_wild = engine.grow(rule, wild, cells, 4)
        distances = distance(grown.states, expected.states), distance(grown_wild.states, wild_expected.states)
        result.append([*distances, counted_firing(engine, rule)])
    return {"living": int((expected.states[..., 3] > 0.1).sum()), "layouts": result}


def gradients(edge):
    """Return how far gradients of a loss are from the native engine's, relative to their norms."""
    rule = Rule(edge=edge, signals=("a", "b"))
    weights, batch = random_weights(rule), batch_of(rule, 17, 23, count=1, signals="map")
    expected = NATIVE.value_and_grad(rule, weights, batch, 12, wish, 0.3)
    result = JaxEngine(int(DEVICES), LAYOUTS[0]).value_and_grad(rule, weights, batch, 12, wish, 0.3)
    pairs = zip((*result.gradient, result.states_gradient), (*expected.gradient, expected.states_gradient), strict=True)
    return [float(np.linalg.norm(one - other) / np.linalg.norm(other)) for one, other in pairs]


def training(_):
    """Return how far the weights are after three training steps from those of one device, with a batch of five."""
    from blastema.targets import load_target
    from blastema.training.experiments import EXPERIMENTS, RECIPES
    from blastema.training.trainer import Trainer

    def trained(engine):
        recipe = dataclasses.replace(RECIPES["blastema"], batch=5, pool=16)
        target = load_target("disc", fit=8, pad=3)
        trainer = Trainer(Rule(), EXPERIMENTS["regenerating"], recipe, target, 3, engine)
        for _ in range(3):
            trainer.step()
        return trainer.weights

    one, several = trained(JaxEngine()), trained(JaxEngine(int(DEVICES)))
    assert np.abs(one.update_weight).max() > 0
    return max(distance(*pair) for pair in zip(one[:4], several[:4], strict=True))


def exchanged(edge):
    """Return the bytes that the compiled program receives per step and block, and what the layout says."""
    rule, layout = Rule(edge=edge), LAYOUTS[0]
    batch, engine = batch_of(rule, *SIZE, count=1), JaxEngine(int(DEVICES), layout)
    place, block = engine._divided(rule, batch)
    program = jax_rollout.grow.lower(block, place.mesh, random_weights(rule), place.put_batch(batch), 1, np.float32(0))
    shapes = re.findall(r"= f32\[([\d,]+)\]\S* collective-permute\(", program.compile().as_text())
    return [sum(4 * math.prod(map(int, shape.split(","))) for shape in shapes), layout.exchanged(batch.states.shape)]


kind, _, edge = CASE.partition("-")
cases = {"growing": growing, "gradients": gradients, "training": training, "exchanged": exchanged}
print(json.dumps(cases[kind](edge)))
