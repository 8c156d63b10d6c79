"""Settings: a run's own recipe and rule, in Python and as text on the command line."""

import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema.cli.settings import OF_RULE, as_text, default_values, parse_settings
from blastema.cli.train import config_of
from blastema.damage import DAMAGES
from blastema.errors import BlastemaError
from blastema.rule import FILTERS, Filter, Rule
from blastema.training.config_file import config_of as config_of_file
from blastema.training.experiments import EXPERIMENTS, RECIPES
from blastema.training.optimiser import OPTIMISERS
from blastema.training.recipe import RANGES, Recipe
from blastema.training.run import Config, Run
from blastema.training.settings import NAMES

SMALL = {"pool": 12, "shortest": 4, "longest": 8}
FLAGS = {"experiment": "regenerating", "recipe": "blastema", "batch": 8, "seed": 0, "fit": 6, "pad": 4}


def shares(values, **limits):
    return st.tuples(st.floats(0, 1), values, **limits)


# A strategy for each field, so that no field goes unnoticed.
RECIPE_VALUES = {
    "pool": st.integers(8, 10**6),
    "reseeded": st.integers(0, 4),
    "damaged": st.integers(0, 4),
    "shortest": st.integers(1, 64),
    "longest": st.integers(96, 10**4),
    "longer": shares(st.floats(0.01, 100)),
    "undamaged": st.floats(0, 1),
    "switched": shares(st.integers(0, 10**6)),
    "slowed": st.lists(st.floats(1, 100), min_size=1, max_size=4).map(tuple),
    "damages": st.lists(st.sampled_from(list(DAMAGES)), min_size=1, max_size=4).map(tuple),
    "cuts": shares(st.integers(1, 1000)),
    "between": st.tuples(st.integers(0, 99), st.integers(100, 10**4)),
    "optimiser": st.sampled_from(list(OPTIMISERS)),
    "learning_rates": st.lists(shares(st.floats(0, 1000)), max_size=4, unique_by=lambda pair: pair[0]).map(
        lambda pairs: ((0, 1e-3), *(pair for pair in sorted(pairs) if pair[0] > 0))
    ),
    "warmup": st.integers(0, 10**9),
    "beta_1": st.floats(0, 1, exclude_max=True),
    "beta_2": st.floats(0, 1, exclude_max=True),
    "epsilon": st.floats(1e-30, 1),
    "bits": shares(st.integers(2, 8) | st.just(32)),
}
RULE_VALUES = {
    "channels": st.integers(4, 1024),
    "hidden": st.integers(1, 65536),
    "filters": st.lists(st.sampled_from(list(FILTERS)), min_size=1, unique=True).map(tuple),
    "alive_threshold": st.floats(0, 1, exclude_max=True),
    "fire_rate": st.floats(0, 1),
    "edge": st.sampled_from(["dead", "wrap"]),
}


def exact_text(value):
    """Return a value as text, without rounding."""
    if not isinstance(value, tuple):
        return repr(value) if isinstance(value, float) else str(value)
    return ",".join(":".join(map(exact_text, part)) if isinstance(part, tuple) else exact_text(part) for part in value)


def test_every_field_of_a_recipe_and_of_a_rule_can_be_set():
    described = {"sentence", "for_trained"}
    assert {field.name for field in dataclasses.fields(Recipe)} - described == set(RANGES)
    assert set(NAMES) == set(RANGES) - {"steps", "batch"} == set(RECIPE_VALUES)
    assert set(OF_RULE) == set(RULE_VALUES)
    assert not set(NAMES) & set(OF_RULE)


@given(st.fixed_dictionaries({}, optional=RECIPE_VALUES), st.fixed_dictionaries({}, optional=RULE_VALUES))
def test_a_configuration_is_the_same_from_text_and_from_its_file(recipe, rule):
    texts = [f"{name}={exact_text(value)}" for name, value in (recipe | rule).items()]
    flags = FLAGS | {"steps": 5, "size": None, "engine": "numpy", "from_": "nothing"}
    config = config_of(["disc"], set_=tuple(texts), **flags)
    assert config == Config("disc", steps=5, fit=6, pad=4, engine="numpy", settings=recipe, rule=Rule(**rule))
    assert {name: getattr(config.full_recipe(), name) for name in recipe} == recipe
    assert config.rule == Rule(**rule)
    assert config_of_file(json.loads(json.dumps(config.record())), "config.json") == config


@given(st.sampled_from(list(RECIPES)))
def test_settings_equal_to_the_recipe_are_not_recorded(name):
    values = {setting: getattr(RECIPES[name], setting) for setting in NAMES}
    config = Config("disc", recipe=name, settings=values, rule=Rule())
    assert config.settings == {}
    assert config.record() == Config("disc", recipe=name).record()
    assert not config.record().keys() & {"settings", "rule", "from", "loss", "history"}


def test_defaults_are_shown_as_they_can_be_given():
    texts = [f"{name}={as_text(value)}" for name, value in default_values().items()]
    settings = parse_settings(texts)
    assert settings.recipe | settings.rule == default_values()
    assert Config("disc", settings=settings.recipe, rule=Rule(**settings.rule)).record() == Config("disc").record()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"colour": 1}, "a recipe has no setting 'colour'; choose from pool, reseeded, "),
        ({"steps": 3}, "a recipe has no setting 'steps'; give steps by itself"),
        ({"hidden": 64}, "a recipe has no setting 'hidden'"),
        ({"pool": 2.5}, "pool of a recipe is 2.5; it must be a whole number from 1 to 1000000"),
        ({"pool": True}, "pool of a recipe is True"),
        ({"pool": "12"}, "pool of a recipe is '12'"),
        ({"pool": 3}, "pool is 3; the regenerating experiment needs at least 4"),
        ({"shortest": 97}, "shortest of a recipe is 97; it must not be above longest, 96"),
        ({"longer": 1.6}, "longer of a recipe is 1.6; it must be a number from 0 to 1, and"),
        ({"longer": (0.6, math.nan)}, "longer of a recipe is"),
        ({"longer": (0.6, 1.6, 2)}, "longer of a recipe is"),
        ({"damages": ()}, r"damages of a recipe is \(\); it must be one or more of upper, "),
        ({"slowed": ()}, r"slowed of a recipe is \(\); it must be one or more of a number from 1 to 100"),
        ({"slowed": (1, 0.5)}, r"slowed of a recipe is \(1, 0.5\)"),
        ({"damages": "disc"}, "damages of a recipe is 'disc'"),
        ({"damages": ("bite",)}, "one or more of .* disc, half, square"),
        ({"between": (8, 2)}, "between of a recipe is"),
        ({"learning_rates": ()}, "learning_rates of a recipe is"),
        ({"learning_rates": ((0, -1e-3),)}, "learning_rates of a recipe is"),
        ({"learning_rates": ((0, math.inf),)}, "learning_rates of a recipe is"),
        ({"learning_rates": ((0, math.nan),)}, "learning_rates of a recipe is"),
        ({"learning_rates": ((0.1, 1e-3),)}, "ascending from 0 to 1"),
        ({"learning_rates": ((0, 1e-3), (0.5, 1e-3), (0.5, 1e-4))}, "ascending from 0 to 1"),
        ({"optimiser": "sgd"}, "optimiser of a recipe is 'sgd'; it must be one of adam, muon"),
        ({"optimiser": ["muon"]}, "optimiser of a recipe is"),
        ({"warmup": -1}, "warmup of a recipe is -1"),
        ({"beta_1": 1}, "beta_1 of a recipe is 1; it must be a number from 0 to below 1"),
        ({"epsilon": 0}, "epsilon of a recipe is 0"),
        ({"reseeded": -1}, "reseeded of a recipe is -1"),
        ({"reseeded": 6}, "batch is 8; the regenerating experiment with reseeded=6 needs a whole number from 9 to 256"),
        (7, "settings is 7; it must be a mapping"),
    ],
)
def test_invalid_settings_are_refused_in_one_line(settings, says):
    with pytest.raises(BlastemaError, match=says) as refused:
        Config("disc", settings=settings)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["pool"], "--set pool is not NAME=VALUE; NAME is one of pool, .* edge$"),
        (["colour=1"], "--set colour=1 is not NAME=VALUE"),
        (["steps=3"], "--set steps=3 has a flag of its own; use --steps"),
        (["pool=9", "pool=9"], "--set gives pool twice"),
        (["pool=many"], "cannot read the value in --set pool=many; write it as in --set pool=256"),
        (["longer=0.6"], "write it as in --set longer=1,1"),
        (["learning_rates=4e-3"], "write it as in --set learning_rates=0:0.004,"),
    ],
)
def test_unreadable_settings_are_refused_in_one_line(texts, says):
    with pytest.raises(BlastemaError, match=says):
        parse_settings(texts)


@pytest.mark.parametrize("rule", [3, {"channels": 16}, {"filters": 7}])
def test_an_invalid_rule_in_a_file_is_refused(tmp_path, rule):
    (tmp_path / "config.json").write_text(json.dumps({"target": "disc", "rule": rule}))
    with pytest.raises(BlastemaError, match=r"config.json is invalid: (rule is|filters of)"):
        Run.resume(tmp_path)


@pytest.mark.parametrize(("reseeded", "damaged"), [(0, 0), (2, 1), (0, 4), (8, 0)])
def test_as_many_states_are_reseeded_and_damaged_as_set(tmp_path, reseeded, damaged):
    settings = SMALL | {"reseeded": reseeded, "damaged": damaged}
    run = Run.begin(tmp_path / "run", Config("disc", fit=6, pad=4, settings=settings, engine="numpy"))
    trainer = run.trainer
    trainer.pool.ages[:] = 9
    group, _, batch = trainer.draw_batch(np.random.default_rng(0))
    assert (batch.ages == 0).sum() == reseeded
    # The pool holds seed cells in the middle, so a damaged state may be whole; the seeds tell that none was replaced.
    assert (group.reseeded, group.damaged) == (reseeded, damaged)


def test_experiments_that_do_not_damage_ignore_how_many_are_damaged():
    for name, experiment in EXPERIMENTS.items():
        least = 1 if experiment.starts_from == "seed" else 4 + (4 if experiment.damaged else 0)
        settings = {"reseeded": 4, "damaged": 4}
        assert Config("disc", experiment=name, batch=least, settings=settings).batch == least


def test_a_custom_filter_survives_the_file(tmp_path):
    rule = Rule(filters=("identity", Filter("ridge", fixed=[[0, -1, 0], [0, 2, 0], [0, -1, 0]])))
    config = Config("disc", fit=6, pad=4, steps=2, settings=SMALL, rule=rule)
    run = Run.begin(tmp_path / "run", config)
    assert Run.resume(tmp_path / "run").config == config
    list(run.train())
    assert run.organism().rule == rule


def test_a_recipe_brings_its_own_steps_and_batch():
    assert (Config("disc").steps, Config("disc").batch) == (8000, 8)
    quick = Config("disc", recipe="quick")
    assert (quick.steps, quick.batch, quick.full_recipe().damaged) == (2000, 4, 1)
    assert (Config("disc", recipe="quick", steps=9, batch=5).steps, Config("disc", recipe="quick", batch=5).batch) == (
        9,
        5,
    )
    rates = [rate for _, rate in quick.full_recipe().learning_rates]
    assert rates == sorted(rates, reverse=True)


def test_the_learning_rate_rises_at_first():
    recipe = Config("disc").full_recipe()
    rates = [recipe.learning_rate(step) for step in (0, 99, 199, 200, 2399, 2400)]
    assert rates == [2e-5, 2e-3, 4e-3, 4e-3, 4e-3, 2e-3]
    assert Config("disc", recipe="article").full_recipe().learning_rate(0) == 2e-3
    short = Config("disc", steps=40).full_recipe()
    assert [short.learning_rate(step) for step in (0, 4, 9, 10)] == [4e-4, 2e-3, 4e-3, 4e-3]
