"""The state_dict, loaded into the module of blastema.formats.torch_module by PyTorch, does what our engines do."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from blastema import Organism, load, zoo
from blastema.errors import BlastemaError
from blastema.formats import read, recognise
from blastema.formats.torch import read_torch, write_torch
from blastema.formats.torch_layouts import LAYOUTS
from blastema.rule import Batch, Rule, fires, perceive, seed_batch, step
from conftest import OWN_FILTER, blastema, random_weights, signal_shares
from test_golden import SIGNALS, TOLERANCE, VECTORS, of

ARTICLES = [case for case in VECTORS if case["rule"] == VECTORS[0]["rule"]]


def automaton(**widths):
    reason = "not installed: PyTorch, which is large (pip install torch)"
    pytest.importorskip("torch", reason=reason)
    from blastema.formats.torch_module import Automaton

    return Automaton(**widths)


def taken(path, batch, steps, angle, fire_rate, **widths):
    """Return the states after these steps of the module with the weights of this file."""
    module = automaton(**widths)
    import torch
    from safetensors.torch import load_file

    module.load_state_dict(load_file(path))
    states = torch.from_numpy(batch.states).permute(0, 3, 1, 2)
    signals = None
    if batch.signals is not None:
        signals = torch.from_numpy(signal_shares(batch.signals, widths["signals"])).permute(0, 3, 1, 2)
    _, height, width, _ = batch.states.shape
    with torch.no_grad():
        for done in range(steps):
            mask = fires(batch.seeds, batch.ages + np.uint32(done), height, width, fire_rate)
            states = module(states, angle, torch.from_numpy(mask[:, None]), signals)
    return states.permute(0, 2, 3, 1).numpy()


@pytest.mark.slow
@pytest.mark.parametrize("case", ARTICLES, ids=lambda case: case["name"])
def test_pytorch_replays_the_golden_vectors(case, tmp_path):
    rule, weights, batch = of(case)
    write_torch(Organism(weights, rule), tmp_path / "a.safetensors")
    for steps, expected in case["states"].items():
        state = taken(tmp_path / "a.safetensors", batch, int(steps), case["angle"], rule.fire_rate)[0]
        np.testing.assert_allclose(state, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["mixture", "map", None])
def test_pytorch_follows_signals(kind, tmp_path):
    rule, weights, batch = of(SIGNALS[0])
    maps = np.arange(2 * 5 * 6).reshape(2, 5, 6).astype(np.uint8) % 3
    signals = {"mixture": np.repeat(batch.signals, 2, 0), "map": maps, None: None}[kind]
    batch = Batch(np.repeat(batch.states, 2, 0), np.uint32([5, 6]), np.uint32([2, 0]), signals)
    write_torch(Organism(weights, rule), tmp_path / "a.safetensors")
    grown = taken(tmp_path / "a.safetensors", batch, 10, 0.4, rule.fire_rate, signals=3)
    if kind == "mixture":
        np.testing.assert_allclose(grown[0], SIGNALS[0]["states"]["10"], rtol=0, atol=TOLERANCE)
    for _ in range(10):
        batch = step(rule, weights, batch, 0.4)
    np.testing.assert_allclose(grown, batch.states, rtol=0, atol=TOLERANCE)


@pytest.mark.slow
def test_a_module_without_signals_refuses_them():
    module = automaton()
    import torch

    with pytest.raises(ValueError, match=r"make it with Automaton\(signals=\.\.\.\)"):
        module(torch.zeros(1, 16, 5, 5), signals=torch.ones(1, 2, 1, 1))


@pytest.mark.slow
def test_the_lizard_grows_in_pytorch(tmp_path):
    write_torch(load("🦎"), tmp_path / "a.safetensors")
    grown = taken(tmp_path / "a.safetensors", seed_batch([3], 72, 72), 96, 0.0, 0.5)[0]
    np.testing.assert_allclose(grown, load("🦎").grow(96, seed=3), rtol=0, atol=TOLERANCE)


@pytest.mark.slow
def test_half_of_the_cells_fire_in_pytorch():
    module = automaton()
    import torch

    torch.manual_seed(1)
    for parameter in module.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.ones_(module.update.bias)
    acted = module(torch.ones(1, 16, 200, 200))[0, 0] == 2
    # Four standard deviations of 40,000 throws of a coin.
    assert abs(acted.float().mean().item() - 0.5) < 0.01


def test_the_export_says_which_module_takes_it(tmp_path):
    path = tmp_path / "a.safetensors"
    says = "from blastema.formats.torch_module import Automaton; Automaton"
    assert write_torch(LIZARD, path).endswith(f"; {says}() takes them")
    small = Rule(channels=8, hidden=12)
    assert write_torch(Organism(random_weights(small), small), path).endswith(
        f"{says}(channels=8, hidden=12) takes them"
    )
    two = Rule(signals=("🦎", "tree"))
    assert write_torch(Organism(random_weights(two), two), path).endswith(f"{says}(signals=2) takes them")
    wrapped = Rule(edge="wrap")
    assert "has other filters or another edge" in write_torch(Organism(random_weights(wrapped), wrapped), path)
    source = importlib.util.find_spec("blastema.formats.torch_module").origin
    assert "class Automaton(nn.Module)" in Path(source).read_text("utf-8")


@pytest.mark.parametrize(
    "rule",
    [
        Rule(),
        Rule(channels=8, hidden=12, filters=("laplacian", OWN_FILTER), edge="wrap"),
        Rule(signals=("🦎", "text:Hi")),
    ],
)
def test_what_is_written_is_read_back_exactly(rule, tmp_path):
    organism = Organism(random_weights(rule), rule, {"target": "🦎"}, {"persistence": [0.1]})
    write_torch(organism, tmp_path / "a.safetensors")
    again = load(tmp_path / "a.safetensors")
    assert all(np.array_equal(*pair) for pair in zip(again.weights, organism.weights, strict=True))
    assert (again.rule, again.training, again.scores) == (rule, organism.training, organism.scores)


LIZARD = load("🦎")
SOBEL = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32) / 8
IDENTITY = np.zeros((3, 3), np.float32)
IDENTITY[1, 1] = 1
KERNELS = np.stack([IDENTITY, SOBEL, SOBEL.T])


def inputs(layout, channels=16):
    """Our row of each input of a port."""
    rows = np.arange(3 * channels).reshape(3, channels)
    rows = rows[[0, 2, 1]] if layout.endswith("yx") else rows
    return (rows if layout.startswith("filters") else rows.T).ravel()


def port(layout="filters-xy", names=("fc0", "fc1"), prefix="", conv=False, bias=True, **more):
    """The lizard's state_dict as a port of the article has it."""
    weights = LIZARD.weights
    first, second = weights.hidden_weight[inputs(layout)].T, weights.update_weight.T
    tensors = {
        f"{prefix}{names[0]}.weight": first[:, :, None, None] if conv else first,
        f"{prefix}{names[0]}.bias": weights.hidden_bias,
        f"{prefix}{names[1]}.weight": second[:, :, None, None] if conv else second,
    }
    if bias:
        tensors[f"{prefix}{names[1]}.bias"] = weights.update_bias
    return {name: np.ascontiguousarray(tensor) for name, tensor in (tensors | more).items()}


def transposed(tensors):
    return {name: np.ascontiguousarray(value.T) for name, value in tensors.items()}


def mixed(kernels):
    """The kernels of a full convolution that keeps channels apart."""
    full = np.zeros((48, 16, 3, 3), np.float32)
    full[np.arange(48), np.arange(48) % 16] = kernels
    return full


PORTS = {
    "linear": port(),
    "convolutions": port("channels-xy", ("dmodel.0", "dmodel.2"), conv=True),
    "data parallel": port("channels-xy", ("update_module.0", "update_module.2"), "module.", conv=True),
    "compiled": port("filters-xy", ("w1", "w2"), "_orig_mod.", conv=True),
    "names that say nothing": port("channels-xy", ("net.b", "net.a")),
    "parameters": {"w1": port()["fc0.weight"], "b1": LIZARD.weights.hidden_bias, "w2": port()["fc1.weight"],
                   "b2": LIZARD.weights.update_bias},
    "inputs first": transposed(port()),
    "inputs first, four sides": {
        name: value[None, None] if value.ndim == 2 else value
        for name, value in transposed(port("channels-xy")).items()
    },
    "double precision": {name: value.astype(np.float64) for name, value in port().items()},
    "a grouped convolution": port("channels-yx", perceive=np.tile(KERNELS[[0, 2, 1]], (16, 1, 1))[:, None]),
    "a full convolution": port("filters-yx", perceive=mixed(np.repeat(KERNELS[[0, 2, 1]], 16, axis=0))),
    "its filters, y first": port("channels-yx", filters=KERNELS[[0, 2, 1]]),
    "its filters, in another order": port("filters-xy", filters=KERNELS[:, None]),
    "one filter of its own": port("channels-xy", sobel_y=SOBEL.T),
}  # fmt: skip


@pytest.mark.parametrize("name", PORTS)
def test_the_lizard_of_every_usual_port_is_the_same_lizard(name, tmp_path):
    safetensors.numpy.save_file(PORTS[name], tmp_path / "a.safetensors")
    again = load(tmp_path / "a.safetensors")
    assert again.rule == Rule()
    assert all(np.array_equal(*pair) for pair in zip(again.weights, LIZARD.weights, strict=True))
    again.save(tmp_path / "b.safetensors")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_given_layout_is_used(layout, tmp_path):
    safetensors.numpy.save_file(port(layout), tmp_path / "a.safetensors")
    again = read(tmp_path / "a.safetensors", layout)
    assert all(np.array_equal(*pair) for pair in zip(again.weights, LIZARD.weights, strict=True))
    assert again.training == {"source": "torch", "file": "a.safetensors", "layout": layout}


def test_kernels_that_are_not_divided_by_8_are_used_unchanged(tmp_path):
    rough = port(sobel_x=8 * SOBEL, sobel_y=8 * SOBEL.T)
    rough["fc0.weight"][:, 16:] /= 8
    safetensors.numpy.save_file(rough, tmp_path / "a.safetensors")
    assert np.array_equal(load(tmp_path / "a.safetensors").weights.hidden_weight, LIZARD.weights.hidden_weight)


def test_a_second_layer_without_a_bias_has_none(tmp_path):
    safetensors.numpy.save_file(port(bias=False), tmp_path / "a.safetensors")
    again = load(tmp_path / "a.safetensors").weights
    assert not again.update_bias.any()
    assert np.array_equal(again.hidden_weight, LIZARD.weights.hidden_weight)


@pytest.mark.slow
@pytest.mark.parametrize("name", zoo.names())
def test_filter_by_filter_and_channel_by_channel_are_told_apart(name, tmp_path):
    weights = load(name).weights
    for layout in ("filters-xy", "channels-xy"):
        first = np.ascontiguousarray(weights.hidden_weight[inputs(layout, len(weights.update_bias))].T)
        safetensors.numpy.save_file(port() | {"fc0.weight": first, "fc0.bias": weights.hidden_bias,
            "fc1.weight": np.ascontiguousarray(weights.update_weight.T), "fc1.bias": weights.update_bias,
        }, tmp_path / "a.safetensors")  # fmt: skip
        assert load(tmp_path / "a.safetensors").training["layout"] == layout


@pytest.mark.slow
def test_grouped_convolutions_of_pytorch_are_channel_by_channel():
    torch = pytest.importorskip("torch", reason="not installed: PyTorch, which is large (pip install torch)")
    state = torch.randn(1, 16, 5, 5)
    kernels = torch.from_numpy(np.tile(KERNELS, (16, 1, 1))[:, None])
    seen = torch.nn.functional.conv2d(state, kernels, padding=1, groups=16)
    ours = perceive(state.numpy().transpose(0, 2, 3, 1), Rule().filters, 0.0, "dead")
    np.testing.assert_allclose(seen.numpy().transpose(0, 2, 3, 1), ours[..., inputs("channels-xy")], atol=1e-5)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}], ids=["bare", "as Hugging Face saves"])
def test_a_state_dict_saved_by_pytorch_is_read(tmp_path, metadata):
    rule = Rule(channels=8, hidden=20)
    weights = random_weights(rule)
    state_dict = {
        "hidden.weight": weights.hidden_weight.T.copy()[:, :, None, None],
        "hidden.bias": weights.hidden_bias,
        "update.weight": weights.update_weight.T.copy()[:, :, None, None],
        "update.bias": weights.update_bias,
    }
    safetensors.numpy.save_file(state_dict, tmp_path / "a.safetensors", metadata)
    assert recognise(tmp_path / "a.safetensors") == "torch"
    again = load(tmp_path / "a.safetensors")
    assert again.rule == rule
    assert again.training == {"source": "torch", "file": "a.safetensors", "layout": "filters-xy"}
    batch = Batch(seed_batch([1], 6, 6, 8).states, np.array([1], np.uint32), np.array([0], np.uint32))
    assert np.array_equal(step(rule, again.weights, batch).states, step(rule, weights, batch).states)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"fc0.weight": np.zeros((128, 48, 3, 3), np.float32)}, "with 1 weights of layers. It has"),
        ({"fc0.weight": np.zeros((128, 40), np.float32)}, "whose layers do not fit together. It has fc0.bias (128,), "),
        ({"fc1.bias": np.full(16, np.inf, np.float32)}, "has values that are not finite"),
        ({"bn.running_mean": np.zeros(7, np.float32)}, "with bn.running_mean left over. It has"),
        ({"fc2.weight": np.zeros((9, 9), np.float32)}, "with 3 weights of layers"),
        ({"fc1.weight": np.zeros((2, 128), np.float32), "fc1.bias": np.zeros(2, np.float32)}, "perceive 24 values"),
        ({"p.weight": np.ones((48, 1, 3, 3), np.float32) / 7 + KERNELS[1] ** 2}, "are not sums of identity, sobel_x"),
        ({"p.weight": np.ones((48, 16, 3, 3), np.float32)}, "p.weight in bad.safetensors mixes channels"),
        ({"fc0.weight": np.zeros((128, 48), np.int32)}, "is int32"),
    ],
)
def test_a_state_dict_that_is_not_an_organisms_is_refused_with_what_it_has(change, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    safetensors.numpy.save_file(port() | change, "bad.safetensors")
    with pytest.raises(BlastemaError) as refused:
        load("bad.safetensors")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 600


def test_a_layout_is_refused_where_there_is_none_to_choose(tmp_path):
    write_torch(LIZARD, tmp_path / "a.safetensors")
    with pytest.raises(BlastemaError, match="its layout is known; leave out --layout"):
        read(tmp_path / "a.safetensors", "filters-xy")
    with pytest.raises(BlastemaError, match="in the format organism, which has one layout; --layout is for torch"):
        read(zoo.path_of("🦎"), "filters-xy")
    safetensors.numpy.save_file(port(), tmp_path / "a.safetensors")
    with pytest.raises(BlastemaError, match="there is no layout 'xy'; choose one of filters-xy, "):
        read(tmp_path / "a.safetensors", "xy")


def test_the_command_line_offers_every_layout_and_names_the_one_it_used(tmp_path):
    safetensors.numpy.save_file(port("channels-xy"), tmp_path / "a.safetensors")
    shown = blastema("import", "--help", cwd=tmp_path).stdout
    assert f"{{{','.join(LAYOUTS)}}}" in shown
    run = blastema("import", "a.safetensors", cwd=tmp_path)
    assert (run.returncode, run.stdout) == (0, "")
    assert run.stderr.startswith(
        "wrote organism.safetensors: read as torch\nThe file does not record its layout; channels-xy"
    )


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"hidden.weight": np.zeros((128, 48, 3, 3), np.float32)}, "hidden.weight in bad.safetensors has shape"),
        ({"hidden.weight": np.zeros((128, 40, 1, 1), np.float32)}, "its rule needs float32 (48, 128)"),
        ({"hidden.weight": np.zeros((128, 48, 1, 1), np.float16)}, "is float16 (48, 128); its rule needs float32"),
        ({"update.bias": np.full(16, np.inf, np.float32)}, "has values that are not finite"),
        ({"extra": np.zeros(1, np.float32)}, "has unknown tensors extra"),
        ({"update.weight": np.zeros((2, 128, 1, 1), np.float32)}, "its rule needs float32 (128, 16)"),
    ],
)
def test_invalid_files_are_refused_with_the_reason(change, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_torch(load("🦎"), Path("good.safetensors"))
    with safetensors.safe_open("good.safetensors", "numpy") as file:
        metadata = file.metadata()
    tensors = safetensors.numpy.load_file("good.safetensors")
    safetensors.numpy.save_file(tensors | change, "bad.safetensors", metadata)
    with pytest.raises(BlastemaError) as refused:
        read_torch("bad.safetensors")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
