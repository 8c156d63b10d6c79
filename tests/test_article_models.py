"""The article's published models, an independent test of the rule."""

import base64
import json

import numpy as np
import pytest
from PIL import Image

from blastema import load
from blastema.engines import choose_engine
from blastema.errors import BlastemaError
from blastema.formats.distill import read_distill
from blastema.loss import pixel_loss
from blastema.rule import seed_batch
from blastema.targets import load_target

ORDER = "🦎😀💥👁🐠🦋🐞🕸🥨🎄"


def published_targets(folder):
    """Return the ten 40x40 targets, premultiplied as stored."""
    pixels = np.asarray(Image.open(folder / "targets.png").convert("RGBA")).astype(np.float32) / 255
    return {character: pixels[:, 40 * index : 40 * index + 40] for index, character in enumerate(ORDER)}


@pytest.mark.parametrize(("name", "below"), [("ex3_🦎", 0.001), ("ex2_🦋", 0.001)])
def test_published_models_grow_to_their_target(published, name, below):
    organism = load(published / f"{name}.json")
    batch = seed_batch(range(8), 72, 72)
    grown = choose_engine("numpy").grow(organism.rule, organism.weights, batch, 200).states
    target = np.pad(published_targets(published)[name[-1]], ((16, 16), (16, 16), (0, 0)))
    losses = pixel_loss(grown, target)
    # Losses of eight random seeds of the lizard are from 0.0002 to 0.0011, 0.0005 on average.
    assert losses.mean() < below
    assert losses.max() < 2 * below


def test_the_published_growing_fish_does_not_persist(published):
    organism = load(published / "ex1_🐠.json")
    target = np.pad(published_targets(published)["🐠"], ((16, 16), (16, 16), (0, 0)))
    early, late = (pixel_loss(organism.grow(steps), target) for steps in (80, 400))
    assert early < 0.01 < late


@pytest.mark.parametrize("character", ORDER)
def test_targets_agree_with_the_published_ones(published, character):
    difference = np.abs(load_target(character, pad=0) - published_targets(published)[character]).mean()
    assert difference < (0.03 if character == "🕸" else 0.015)


def layer(inputs, outputs, **changes):
    content = base64.b64encode(bytes(range(256)) * ((inputs + 1) * outputs // 256 + 1))
    text = base64.b64encode(base64.b64decode(content)[: (inputs + 1) * outputs]).decode()
    made = {
        "data_b64": text,
        "in_ch": inputs,
        "out_ch": outputs,
        "weight_scale": 2.0,
        "bias_scale": 1.0,
        "type": "relu",
    }
    return made | changes


def test_bytes_are_converted_to_weights(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps([layer(48, 128), layer(128, 16, type="linear")]))
    weights = read_distill(path).weights
    assert weights.hidden_weight[0, 0] == -1.0
    assert weights.hidden_weight[1, 127] == 1.0
    assert weights.hidden_bias[127] == np.float32(127 / 255 - 0.5)
    assert weights.update_weight.shape == (128, 16)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is nested too deeply"),
        ("{}", "must be a list of two layers"),
        (json.dumps([1, 2]), "layer 1 of"),
        (json.dumps([layer(48, 128, data_b64="AAAA"), layer(128, 16)]), "holds 3 bytes; 6272 are needed"),
        (json.dumps([layer(48, 128, data_b64="*"), layer(128, 16)]), "is not base64"),
        (json.dumps([layer(48, 128), layer(128, 16, weight_scale=float("inf"))]), "weight_scale in layer 2"),
        (json.dumps([layer(48, 128), layer(128, 16, bias_scale=1e300)]), "bias_scale in layer 2"),
        (json.dumps([layer(48, 128), layer(128, 16)]).replace('"type"', '"in_ch"'), "has the key 'in_ch' twice"),
        (json.dumps([layer(48, 128), layer(64, 16)]), "is 64 to 16 channels; the article's is 128 to 16"),
        (json.dumps([layer(48, 128, more=1), layer(128, 16)]), "it must have bias_scale, data_b64"),
        (" " * 2_000_000, "larger than 1,000,000 bytes"),
    ],
)
def test_invalid_model_files_are_refused(tmp_path, content, says):
    path = tmp_path / "model.json"
    path.write_text(content)
    with pytest.raises(BlastemaError) as refused:
        read_distill(path)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
