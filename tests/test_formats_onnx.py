"""The ONNX model, run by ONNX Runtime, does what our engines do."""

import json

import numpy as np
import onnx
import onnxruntime
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blastema import Organism, load
from blastema.errors import BlastemaError
from blastema.formats.onnx import OPSET, read_onnx, step_model, write_onnx
from blastema.loss import pixel_loss
from blastema.rule import Batch, Rule, fires, seed_batch, step
from blastema.targets import load_target
from conftest import OWN_FILTER, random_states, random_weights, signal_shares
from test_golden import SIGNALS, TOLERANCE, VECTORS, of


def session(organism, size=None):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    model = step_model(organism, size).SerializeToString()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def taken(run, batch, steps, angle):
    """Return the states after these steps in ONNX Runtime."""
    states, seeds, ages, signals = batch
    more = {} if signals is None else {"signals": signal_shares(signals, run.get_inputs()[-1].shape[-1])}
    for done in range(steps):
        inputs = {"state": states, "seed": seeds, "age": ages + np.uint32(done), "angle": np.array(angle, np.float32)}
        (states,) = run.run(None, inputs | more)
    return states


@pytest.mark.parametrize("sized", [False, True], ids=["any size", "one size"])
@pytest.mark.parametrize("case", VECTORS + SIGNALS, ids=lambda case: case["name"])
def test_onnx_runtime_replays_the_golden_vectors(case, sized):
    rule, weights, batch = of(case)
    run = session(Organism(weights, rule), (case["height"], case["width"]) if sized else None)
    for steps, expected in case["states"].items():
        state = taken(run, batch, int(steps), case["angle"])[0]
        np.testing.assert_allclose(state, expected, rtol=0, atol=TOLERANCE)


def test_the_same_cells_fire_for_every_seed_and_age():
    """A rule whose cells grow by exactly 1 wherever they act shows who fires."""
    rule = Rule(channels=4, hidden=1, fire_rate=0.3)
    weights = random_weights(rule)._replace(
        hidden_weight=np.zeros((12, 1), np.float32),
        update_weight=np.zeros((1, 4), np.float32),
        update_bias=np.ones(4, np.float32),
    )
    run = session(Organism(weights, rule))
    states = np.ones((1, 40, 300, 4), np.float32)

    @given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
    def same(seed, age):
        batch = Batch(states, np.array([seed], np.uint32), np.array([age], np.uint32))
        acted = taken(run, batch, 1, 0.0)[..., 0] == 2
        assert np.array_equal(acted, fires(batch.seeds, batch.ages, 40, 300, rule.fire_rate))

    same()


def test_a_batch_of_any_size_is_each_of_its_organisms():
    rule = Rule()
    organism = Organism(random_weights(rule), rule)
    batch = Batch(random_states(rule, 3, 9, 14), np.array([1, 2, 3], np.uint32), np.array([0, 5, 9], np.uint32))
    expected = step(rule, organism.weights, batch, 0.4).states
    np.testing.assert_allclose(taken(session(organism), batch, 1, 0.4), expected, rtol=0, atol=TOLERANCE)


def test_each_grid_of_a_batch_has_its_mixture_or_all_have_one():
    rule = Rule(channels=8, hidden=12, signals=("a", "b"))
    organism = Organism(random_weights(rule), rule)
    batch = Batch(random_states(rule, 2, 9, 7), np.array([1, 2], np.uint32), np.array([0, 5], np.uint32))
    *_, signals = session(organism, (9, 7)).get_inputs()
    assert (signals.name, signals.shape) == ("signals", ["signals_batch", "signals_height", "signals_width", 2])
    for shares in ([[0.5, 0.5], [0, 1]], [[0.25, 0.75]]):
        mixture = np.array(shares, np.float32)
        each = batch._replace(signals=np.broadcast_to(mixture, (2, 2)))
        expected = step(rule, organism.weights, each, 0.4).states
        result = taken(session(organism), batch._replace(signals=mixture), 1, 0.4)
        np.testing.assert_allclose(result, expected, rtol=0, atol=TOLERANCE)


def test_the_lizard_grows_in_onnx_runtime():
    organism = load("🦎")
    grown = taken(session(organism), seed_batch([3], 72, 72), 96, 0.0)
    assert pixel_loss(grown, load_target("🦎"))[0] < 0.01
    # Sums in another order; after 200 steps of four seeds at most 1.2e-6 was measured: the lizard forgets rounding.
    np.testing.assert_allclose(grown[0], organism.grow(96, seed=3), rtol=0, atol=TOLERANCE)


@pytest.mark.parametrize(
    "rule",
    [
        Rule(),
        Rule(channels=8, hidden=12, filters=("laplacian", OWN_FILTER, "sobel_x"), edge="wrap"),
        Rule(signals=("🦎", "text:Hi")),
    ],
)
def test_what_is_written_is_read_back_exactly(rule, tmp_path):
    organism = Organism(random_weights(rule), rule, {"target": "🦎"}, {"persistence": [0.1]})
    note = write_onnx(organism, tmp_path / "a.onnx")
    assert note.startswith(f"weights are exact; opset {OPSET}; any batch")
    assert ("; the input signals weights 2 signals" in note) == bool(rule.signals)
    again = read_onnx(tmp_path / "a.onnx")
    assert all(np.array_equal(*pair) for pair in zip(again.weights, organism.weights, strict=True))
    assert (again.rule, again.training, again.scores) == (rule, organism.training, organism.scores)
    write_onnx(again, tmp_path / "b.onnx")
    assert (tmp_path / "a.onnx").read_bytes() == (tmp_path / "b.onnx").read_bytes()


def spoilt(change, path):
    model = step_model(load("🦎"))
    change(model)
    path.write_bytes(model.SerializeToString())


def other_shape(model):
    (tensor,) = (value for value in model.graph.initializer if value.name == "hidden.weight")
    tensor.dims[:] = [128, 48]


def not_finite(model):
    (tensor,) = (value for value in model.graph.initializer if value.name == "hidden.bias")
    tensor.raw_data = np.full(128, np.nan, np.float32).tobytes()


def far_away(model):
    (tensor,) = (value for value in model.graph.initializer if value.name == "hidden.weight")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../etc/passwd")


def too_long(model):
    (tensor,) = (value for value in model.graph.initializer if value.name == "hidden.weight")
    tensor.dims[:] = [2**40, 2**20]


def without_training(model):
    (place,) = (index for index, entry in enumerate(model.metadata_props) if entry.key == "training")
    del model.metadata_props[place]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (other_shape, "hidden.weight in bad.onnx is float32 (128, 48); its rule needs float32 (48, 128)"),
        (not_finite, "hidden.bias in bad.onnx has values that are not finite"),
        (far_away, "hidden.weight in bad.onnx is stored in another file; weights must be inside the model"),
        (too_long, "hidden.weight in bad.onnx is damaged"),
        (without_training, "has no key training"),
        (lambda model: model.metadata_props.add(key="rule", value="{}"), "has the duplicate key 'rule'"),
        (lambda model: model.graph.initializer.add(name="hidden.weight"), "has the duplicate tensor hidden.weight"),
        (lambda model: model.graph.ClearField("initializer"), "has no tensor"),
    ],
)
def test_invalid_files_are_refused_with_the_reason(change, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    spoilt(change, tmp_path / "bad.onnx")
    with pytest.raises(BlastemaError) as refused:
        load("bad.onnx")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_model_of_something_else_is_refused(tmp_path):
    (tmp_path / "a.onnx").write_bytes(onnx.ModelProto(ir_version=8).SerializeToString())
    with pytest.raises(BlastemaError, match="is not an organism: its format is None, not 'blastema-onnx'"):
        load(tmp_path / "a.onnx")
    (tmp_path / "a.onnx").write_bytes(b"\x08\x08garbage")
    with pytest.raises(BlastemaError, match="is not an ONNX model, or is cut off"):
        load(tmp_path / "a.onnx")


@pytest.mark.slow
@pytest.mark.parametrize("case", [*VECTORS[1:3], SIGNALS[2]], ids=lambda case: case["name"])
def test_onnx_runtime_in_a_browser_replays_the_golden_vectors(case, node, tmp_path):
    rule, weights, batch = of(case)
    write_onnx(Organism(weights, rule), tmp_path / "model.onnx")
    start = {"state": batch.states.reshape(-1).tolist(), "shape": batch.states.shape}
    numbers = {"seed": case["seed"], "age": case["age"]}
    shares = [] if batch.signals is None else signal_shares(batch.signals, len(rule.signals))
    signals = {"signals": np.ravel(shares).tolist(), "signals_shape": np.shape(shares)}
    (tmp_path / "start.json").write_text(json.dumps(start | numbers | signals))
    state = np.array(json.loads(node("onnx_web.mjs", tmp_path, "10", str(case["angle"])))).reshape(
        batch.states[0].shape
    )
    np.testing.assert_allclose(state, case["states"]["10"], rtol=0, atol=TOLERANCE)
