"""What the page has of the rule's filters: the table of Python, and golden vectors of filters of one's own."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest

from blastema.organism_file import rule_of
from blastema.playground.files import page_files
from blastema.rule import FILTERS, Batch, Filter, Rule, Weights, step
from blastema.rule.update import weight_shapes

SCRIPT = Path(__file__).parents[1] / "playground/tests/own_filters.py"
VECTORS = json.loads(SCRIPT.with_suffix(".json").read_text("utf-8"))


def script():
    spec = importlib.util.spec_from_file_location("own_filters", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_the_filters_and_the_default_rule_of_python():
    content = json.loads(page_files()["rule.json"])
    for name, entry in content["filters"].items():
        assert Filter(**entry) == FILTERS[name]
    assert content["filters"].keys() == FILTERS.keys()
    assert rule_of(content["default"]) == Rule()
    assert content["article_filters"] == list(Rule().filters)


def test_the_vectors_are_what_the_judge_says():
    assert json.loads(json.dumps(script().load_judge().vectors())) == VECTORS


@pytest.mark.parametrize("case", VECTORS, ids=lambda case: case["name"])
def test_the_rule_gives_the_same_states(case):
    judge = script().load_judge()
    rule = rule_of(case["rule"])
    shapes = weight_shapes(rule.perception, rule.hidden, rule.channels)
    flat = zip(judge.weights(case["rule"]), shapes, strict=True)
    weights = Weights(*(np.array(values, np.float32).reshape(shape) for values, shape in flat))
    states = np.array(judge.start(case), np.float32)[None]
    batch = Batch(states, np.array([case["seed"]], np.uint32), np.array([case["age"]], np.uint32))
    for taken in range(1, 11):
        batch = step(rule, weights, batch, case["angle"])
        if str(taken) in case["states"]:
            np.testing.assert_allclose(batch.states[0], case["states"][str(taken)], rtol=0, atol=1e-5)
