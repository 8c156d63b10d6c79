"""The graph model, run by TensorFlow.js, does what our engines do, and graph models of others are read."""

import base64
import json
import math

import numpy as np
import pytest

from blastema import Organism, load
from blastema.errors import BlastemaError
from blastema.formats import recognise
from blastema.formats.tfjs import channel_by_channel, write_tfjs
from blastema.loss import pixel_loss
from blastema.rule import Batch, Rule, seed_state, step
from blastema.targets import load_target
from conftest import OWN_FILTER, random_states, random_weights, signal_shares
from test_golden import TOLERANCE

RULES = {
    "article": Rule(),
    "other": Rule(
        channels=8, hidden=12, filters=("laplacian", "sobel_y", OWN_FILTER), edge="wrap", alive_threshold=0.2
    ),
    "signals": Rule(channels=8, hidden=12, signals=("🦎", "text:Hi", "tree")),
}


def grown(node, folder, organism, state, steps, fire_rate, angle, step_size=1.0, signals=None):
    """Return what TensorFlow.js makes of a state."""
    write_tfjs(organism, folder / "model")
    start = {"state": state.reshape(-1).tolist(), "shape": [1, *state.shape]}
    if signals is not None:
        shares = signal_shares(signals, len(organism.rule.signals))
        start |= {"signals": shares.reshape(-1).tolist(), "signals_shape": shares.shape}
    (folder / "start.json").write_text(json.dumps(start))
    printed = json.loads(node("tfjs.mjs", folder, *map(str, (steps, fire_rate, angle, step_size))))
    inputs = {"x", "fire_rate", "angle", "step_size"} | ({"signals"} if organism.rule.signals else set())
    assert {entry["name"] for entry in printed["inputs"]} == inputs
    return np.array(printed["state"], np.float32).reshape(state.shape)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "signals"),
    [
        ("article", None),
        ("other", None),
        ("signals", np.float32([[0.25, 0.75, 0]])),
        ("signals", np.arange(9 * 13).reshape(1, 9, 13) % 3),
    ],
    ids=["article", "other", "a mixture", "a map"],
)
def test_with_firing_forced_states_are_ours(node, tmp_path, name, signals):
    rule = RULES[name].replace(fire_rate=1.0)
    organism = Organism(random_weights(rule), rule)
    state = random_states(rule, 1, 9, 13)[0]
    batch = Batch(state[None], np.zeros(1, np.uint32), np.zeros(1, np.uint32), signals)
    for _ in range(10):
        batch = step(rule, organism.weights, batch, 0.7)
    assert np.abs(batch.states).max() > 0.1
    result = grown(node, tmp_path, organism, state, 10, 1.0, 0.7, signals=signals)
    # Ten float32 steps in another order of summing, as with the golden vectors.
    np.testing.assert_allclose(result, batch.states[0], rtol=0, atol=TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize(("fire_rate", "step_size"), [(0.5, 1.0), (0.25, 0.5), (0.0, 1.0)])
def test_cells_fire_as_often_and_step_as_far_as_asked_for(node, tmp_path, fire_rate, step_size):
    rule = Rule(channels=4, hidden=1)
    weights = random_weights(rule)._replace(
        hidden_weight=np.zeros((12, 1), np.float32), update_weight=np.zeros((1, 4), np.float32),
        update_bias=np.ones(4, np.float32),
    )  # fmt: skip
    state = np.ones((200, 200, 4), np.float32)
    result = grown(node, tmp_path, Organism(weights, rule), state, 1, fire_rate, 0.0, step_size)
    assert set(np.unique(result)) <= {1.0, 1.0 + step_size}
    # All channels of a cell fire together; four standard deviations of 40,000 throws of a coin.
    acted = (result > 1).all(-1)
    assert np.array_equal(acted, (result > 1).any(-1))
    assert abs(acted.mean() - fire_rate) <= 4 * math.sqrt(fire_rate * (1 - fire_rate) / acted.size)


@pytest.mark.slow
def test_the_lizard_grows_in_tensorflow_js(node, tmp_path):
    result = grown(node, tmp_path, load("🦎"), seed_state(48, 48), 96, 0.5, 0.0)
    assert pixel_loss(result[None], load_target("🦎", pad=4))[0] < 0.01


@pytest.mark.parametrize("name", RULES)
def test_what_is_written_is_read_back_exactly(name, tmp_path):
    organism = Organism(random_weights(RULES[name]), RULES[name], {"target": "🦎"}, {"persistence": [0.1]})
    write_tfjs(organism, tmp_path / "a")
    for path in (tmp_path / "a", tmp_path / "a/model.json"):
        assert recognise(path) == "tfjs"
        again = load(path)
        assert all(np.array_equal(*pair) for pair in zip(again.weights, organism.weights, strict=True))
        assert (again.rule, again.training, again.scores) == (organism.rule, organism.training, organism.scores)


def notebook_model(weights, inside=True):
    """The graph that the article's notebook exports: variables frozen to constants, weights in base64."""

    def const(name, array):
        sizes = [{"size": str(side)} for side in array.shape]
        content = base64.b64encode(array.astype("<f4").tobytes()).decode()
        tensor = {"dtype": "DT_FLOAT", "tensorShape": {"dim": sizes}, "tensorContent": content}
        return {"name": name, "op": "Const", "attr": {"dtype": {"type": "DT_FLOAT"}, "value": {"tensor": tensor}}}

    def node(name, op, *inputs):
        return {"name": name, "op": op, "input": list(inputs), "attr": {"T": {"type": "DT_FLOAT"}}}

    order = channel_by_channel(Rule())
    nodes = [node("x", "Placeholder"), node("depthwise", "DepthwiseConv2dNative", "x", "kernel")]
    below = "depthwise"
    layers = (
        ("sequential/conv2d", weights.hidden_weight[order], weights.hidden_bias),
        ("sequential/conv2d_1", weights.update_weight, weights.update_bias),
    )
    for name, weight, bias in layers:
        nodes += [
            const(f"{name}/Conv2D/ReadVariableOp/resource", weight[None, None]),
            node(f"{name}/Conv2D/ReadVariableOp", "Identity", f"{name}/Conv2D/ReadVariableOp/resource"),
            node(f"{name}/Conv2D", "Conv2D", below, f"{name}/Conv2D/ReadVariableOp"),
            const(f"{name}/BiasAdd/ReadVariableOp/resource", bias),
            node(f"{name}/BiasAdd/ReadVariableOp", "Identity", f"{name}/BiasAdd/ReadVariableOp/resource"),
            node(f"{name}/BiasAdd", "BiasAdd", f"{name}/Conv2D", f"{name}/BiasAdd/ReadVariableOp"),
        ]
        below = f"{name}/BiasAdd"
    # In no particular order, and in the order of the graph.
    nodes = nodes if inside else nodes[::-1]
    return {"format": "graph-model", "modelTopology": {"node": nodes}, "weightsManifest": []}


@pytest.mark.parametrize("forward", [True, False])
def test_what_the_articles_notebook_exports_is_read(tmp_path, forward):
    weights = random_weights(Rule())
    (tmp_path / "08000.json").write_text(json.dumps(notebook_model(weights, forward)))
    again = load(tmp_path / "08000.json")
    assert all(np.array_equal(*pair) for pair in zip(again.weights, weights, strict=True))
    assert (again.rule, again.training) == (Rule(), {"source": "tfjs", "file": "08000.json"})


def first(model, name):
    return next(entry for entry in model["weightsManifest"][0]["weights"] if entry["name"] == name)


def remove(model, op):
    nodes = model["modelTopology"]["node"]
    nodes.remove(next(node for node in nodes if node["op"] == op))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda model: model.pop("modelTopology"), "it has no list of nodes"),
        (lambda model: model["modelTopology"]["node"].append(3), "has a node without a name"),
        (lambda model: model["modelTopology"]["node"].append({"name": "x", "op": "Relu"}), "the duplicate node 'x'"),
        (
            lambda model: model["weightsManifest"][0]["paths"].append("../weights.bin"),
            "weights must lie in the folder of the model",
        ),
        (
            lambda model: model["weightsManifest"][0]["paths"].append(".."),
            "weights must lie in the folder of the model",
        ),
        (lambda model: model["weightsManifest"][0].update(paths=["none.bin"]), "there is no file"),
        (lambda model: model["weightsManifest"].append(model["weightsManifest"][0]), "has the duplicate weight"),
        (lambda model: model["weightsManifest"][0].pop("weights"), "has a group without paths or weights"),
        (lambda model: first(model, "hidden.bias").update(shape=[2**60]), "without a name or a shape"),
        (lambda model: first(model, "hidden.bias").update(shape=[60_000] * 3), "larger than any tensor"),
        (lambda model: first(model, "hidden.bias").update(shape=[127]), "its manifest needs"),
        (lambda model: first(model, "hidden.bias").update(quantization={}), "is quantised or of a type"),
        (lambda model: first(model, "hidden.bias").update(dtype={}), "is quantised or of a type"),
        (lambda model: first(model, "hidden.weight").update(shape=[1, 1, 96, 64]), "float32 (96, 64); its rule needs"),
        (lambda model: first(model, "update.weight").update(shape=[1, 1, 64, 32]), "which do not fit"),
        (lambda model: remove(model, "BiasAdd"), "has a convolution without a bias"),
        (lambda model: remove(model, "Conv2D"), "1 depthwise convolutions and 1 of size 1"),
        (lambda model: model["userDefinedMetadata"].update(rule=3), "has values that are not text"),
        (lambda model: model["userDefinedMetadata"].update(version="9"), "has version '9'"),
    ],
)
def test_invalid_files_are_refused_with_the_reason(change, says, tmp_path):
    assert_refused(load("🦎"), change, says, tmp_path / "a")


def assert_refused(organism, change, says, path):
    """Assert that the organism's changed file is refused in one line, with this reason."""
    write_tfjs(organism, path)
    model = json.loads((path / "model.json").read_text())
    change(model)
    (path / "model.json").write_text(json.dumps(model))
    with pytest.raises(BlastemaError) as refused:
        load(path)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda model: model.pop("userDefinedMetadata"), "has unknown tensors signal.bias"),
        (lambda model: first(model, "signal.bias").update(shape=[1, 1, 4, 9]), "signal.bias in"),
        (lambda model: first(model, "signal.bias").update(shape=[36]), "signal.bias in"),
        (lambda model: first(model, "signal.bias").update(shape=[3, 12, 1, 1]), "signal.bias in"),
    ],
)
def test_invalid_signals_are_refused(change, says, tmp_path):
    assert_refused(Organism(random_weights(RULES["signals"]), RULES["signals"]), change, says, tmp_path / "a")
