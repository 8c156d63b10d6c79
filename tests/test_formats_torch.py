"""The state_dict, loaded into the module of docs/formats.md by PyTorch, does what our engines do."""

import re
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from blastema import Organism, load
from blastema.errors import BlastemaError
from blastema.formats import recognise
from blastema.formats.torch import read_torch, write_torch
from blastema.rule import Batch, Rule, fires, seed_batch, step
from conftest import random_weights
from test_golden import TOLERANCE, VECTORS, of

PAGE = (Path(__file__).parents[1] / "docs/formats.md").read_text("utf-8")
ARTICLES = [case for case in VECTORS if case["rule"] == VECTORS[0]["rule"]]


def module_of_the_page():
    reason = "not installed: PyTorch, which is large (pip install torch)"
    pytest.importorskip("torch", reason=reason)
    (text,) = re.findall(r"```python\n(import torch\n.*?)```", PAGE, re.S)
    assert len(text.splitlines()) <= 42
    names = {}
    exec(compile(text, "docs/formats.md", "exec"), names)
    return names["Automaton"]()


def taken(path, batch, steps, angle, fire_rate):
    """Return the states after so many steps of the page's module with the weights of this file."""
    module = module_of_the_page()
    import torch
    from safetensors.torch import load_file

    module.load_state_dict(load_file(path))
    states = torch.from_numpy(batch.states).permute(0, 3, 1, 2)
    _, height, width, _ = batch.states.shape
    with torch.no_grad():
        for done in range(steps):
            mask = fires(batch.seeds, batch.ages + np.uint32(done), height, width, fire_rate)
            states = module(states, angle, torch.from_numpy(mask[:, None]))
    return states.permute(0, 2, 3, 1).numpy()


@pytest.mark.slow
@pytest.mark.parametrize("case", ARTICLES, ids=lambda case: case["name"])
def test_pytorch_replays_the_golden_vectors(case, tmp_path):
    rule, weights, batch = of(case)
    write_torch(Organism(weights, rule), tmp_path / "a.safetensors")
    for steps, expected in case["states"].items():
        found = taken(tmp_path / "a.safetensors", batch, int(steps), case["angle"], rule.fire_rate)[0]
        np.testing.assert_allclose(found, expected, rtol=0, atol=TOLERANCE)


@pytest.mark.slow
def test_the_lizard_grows_in_pytorch(tmp_path):
    write_torch(load("🦎"), tmp_path / "a.safetensors")
    grown = taken(tmp_path / "a.safetensors", seed_batch([3], 72, 72), 96, 0.0, 0.5)[0]
    np.testing.assert_allclose(grown, load("🦎").grow(96, seed=3), rtol=0, atol=TOLERANCE)


@pytest.mark.slow
def test_half_of_the_cells_fire_in_pytorch():
    module = module_of_the_page()
    import torch

    torch.manual_seed(1)
    for parameter in module.parameters():
        torch.nn.init.zeros_(parameter)
    torch.nn.init.ones_(module.update.bias)
    acted = module(torch.ones(1, 16, 200, 200))[0, 0] == 2
    # Four standard deviations of 40,000 throws of a coin.
    assert abs(acted.float().mean().item() - 0.5) < 0.01


@pytest.mark.parametrize("rule", [Rule(), Rule(channels=8, hidden=12, filters=("laplacian", "identity"), edge="wrap")])
def test_what_is_written_is_read_back_exactly(rule, tmp_path):
    organism = Organism(random_weights(rule), rule, {"target": "🦎"}, {"persistence": [0.1]})
    write_torch(organism, tmp_path / "a.safetensors")
    again = load(tmp_path / "a.safetensors")
    assert all(np.array_equal(*pair) for pair in zip(again.weights, organism.weights, strict=True))
    assert (again.rule, again.training, again.scores) == (rule, organism.training, organism.scores)


@pytest.mark.parametrize("metadata", [None, {"format": "pt"}], ids=["bare", "as Hugging Face saves"])
def test_what_pytorch_saves_by_itself_is_read(tmp_path, metadata):
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
    assert again.training == {"source": "torch", "file": "a.safetensors"}
    batch = Batch(seed_batch([1], 6, 6, 8).states, np.array([1], np.uint32), np.array([0], np.uint32))
    assert np.array_equal(step(rule, again.weights, batch).states, step(rule, weights, batch).states)


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
def test_what_cannot_be_right_is_refused_by_name(change, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_torch(load("🦎"), Path("good.safetensors"))
    tensors = safetensors.numpy.load_file("good.safetensors")
    safetensors.numpy.save_file(tensors | change, "bad.safetensors")
    with pytest.raises(BlastemaError) as refused:
        read_torch("bad.safetensors")
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
